"""Benches of the agents' desk."""
