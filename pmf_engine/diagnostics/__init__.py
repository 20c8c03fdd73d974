"""Mistakes in the two YAML files: their positions, their wording and their display."""
