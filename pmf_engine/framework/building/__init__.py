"""Data with positions to the parts of a Framework, a file for each section of the YAML."""
