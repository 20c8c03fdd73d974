"""Warnings about what is allowed in the two files but is probably a mistake."""
