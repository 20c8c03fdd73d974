"""The two YAML files to a checked Framework, and its dependencies, changes and warnings."""
