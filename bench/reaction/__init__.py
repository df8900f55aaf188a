"""How fast we react to a caller, measured in the sound that reaches the caller's ear."""
