"""The web pages of the console."""
