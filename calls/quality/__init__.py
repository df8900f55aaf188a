"""The vocabulary of quality work: evaluations, draws, calibrations, accounts, looks."""
