"""What is said of a row: bands, status, direction, control charts, the life of an exception."""
