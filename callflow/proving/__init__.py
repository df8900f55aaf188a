"""Proving house rules on flows: every call that could be, explored over the one engine."""
