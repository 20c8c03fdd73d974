"""Judgement of a row: bands, status, direction, control charts, and the life of an exception."""
