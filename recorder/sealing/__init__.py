"""Recordings encrypted at rest: the file's layout, writing, reading anywhere in it, the keys."""
