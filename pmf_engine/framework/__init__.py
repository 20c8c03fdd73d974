"""The two YAML files, read and checked: a Framework."""
