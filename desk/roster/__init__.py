"""Agents and their states: what each is doing, known from Asterisk, kept in the ledger."""
