"""What agencies send, to readings: nothing is dropped in silence."""
