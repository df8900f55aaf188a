"""How many calls a second a real Asterisk carries with our flows, against pure dialplan."""
