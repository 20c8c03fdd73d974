"""The formula language: syntax, types, the table of functions, and the operations in Polars (`compute`)."""
