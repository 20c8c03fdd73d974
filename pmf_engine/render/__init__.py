"""The faces of results and reports: one module per format."""
