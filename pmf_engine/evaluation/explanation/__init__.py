"""How one value was worked out, step by step."""
