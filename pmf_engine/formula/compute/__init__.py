"""The formula language in Polars: values with reason codes, operations, conditions in three-valued logic."""
