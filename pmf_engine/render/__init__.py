"""Reports on paper: one module for each form."""
