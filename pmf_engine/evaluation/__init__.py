"""Evaluation: from readings and totals to a row for each indicator, period and group."""
