"""How many calls a second one core simulates."""
