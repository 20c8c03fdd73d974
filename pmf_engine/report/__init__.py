"""What a report says of an evaluation: dataclasses and sentences, no layout."""
