"""What was said, by speech recognition: an offline aid for QA, never on the way of a call."""
