"""The demo: simulated callers on the real server, shown live and told in a table."""
