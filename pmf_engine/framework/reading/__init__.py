"""The texts of the YAML files to data with positions, in the structure of the schema."""
