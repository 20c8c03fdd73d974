"""What is allowed in the two files, but looks like a slip."""
