"""The formula language in Polars: values with their reason codes, operations, conditions."""
