"""How fast the wallboard has its figures of a large ledger."""
