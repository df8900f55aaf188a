"""Asterisk's side door: the FastAGI server, pyst2 behind one adapter, prompts and the ears."""
