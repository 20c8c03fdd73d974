"""What is wrong with the two YAML files, where, and in which words."""
