"""The quality book: evaluations, accounts and looks, chained as the ledger is."""
