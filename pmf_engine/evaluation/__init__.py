"""Readings and totals to rows: one for each indicator, period and group."""
