"""The ledger on PostgreSQL: nodes ship their facts into one database, read as any ledger."""
