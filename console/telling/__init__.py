"""A call told on its page: the story, the verdicts, the marks on the wave."""
