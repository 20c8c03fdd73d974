"""The papers of a quarter, all at once."""
