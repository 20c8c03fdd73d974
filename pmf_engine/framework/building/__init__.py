"""Data with positions to the parts of a Framework."""
