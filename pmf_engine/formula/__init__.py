"""The formula language: syntax, types, the table of functions, and what each operation computes."""
