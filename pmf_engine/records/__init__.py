"""Lists of records to totals."""
