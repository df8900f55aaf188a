"""Recordings: intake after the call, the store, verification."""
