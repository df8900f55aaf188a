"""Bench of the FastAGI server against the peers of its field."""
