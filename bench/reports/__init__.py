"""How long day sheet, monthly brief and staffing take over a big ledger."""
