"""A real Asterisk with `asterisk-conf/` in a folder of its own: set up, started, stopped."""
