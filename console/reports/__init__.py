"""Day sheet, monthly brief, staffing: gathered from the ledger, told as page, CSV or Parquet."""
