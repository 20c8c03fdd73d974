"""The formula language: what a text says (`parse`), what it means (`check`), how it is worked out (`compile`)."""
