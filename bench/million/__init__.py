"""A ledger of a million calls: made, searched, timed, on SQLite and on PostgreSQL."""
