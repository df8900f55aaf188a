"""How soon the agents' screens show what happens on their lines."""
