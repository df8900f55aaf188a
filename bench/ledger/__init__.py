"""Bench of the ledger's writer."""
