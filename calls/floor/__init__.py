"""The floor: agents, their states, what a panel shows and what a person at it orders."""
