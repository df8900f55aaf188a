"""Two houses compared: what changed for a caller, in words."""
