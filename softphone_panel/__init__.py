"""The terminal panel (Textual)."""
