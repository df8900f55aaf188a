"""Flows damaged in the ways authors damage them, to see whether anything notices."""
