"""Bench of the measures and the pictures of a recording."""
