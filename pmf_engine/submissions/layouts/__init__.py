"""Layouts of sheets: which cells name the period, agency, figure and group of each number."""
