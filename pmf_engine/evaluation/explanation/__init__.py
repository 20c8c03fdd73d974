"""Explanations: the steps, sources and judgement of one value."""
