"""Static checks of a house, before anything is spoken."""
