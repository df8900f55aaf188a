"""The engine: text in, actions out. No I/O, no clock of its own."""
