"""A call told in words, for its page and for terminals: the story, the verdicts, the marks."""
