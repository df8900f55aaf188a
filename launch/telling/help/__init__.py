"""The command line's own help and what it refuses to read, in the terminal's language."""
