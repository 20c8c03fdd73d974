"""Reports on an evaluation: dataclasses and sentences, without layout."""
