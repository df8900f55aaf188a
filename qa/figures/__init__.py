"""Figures of the house: formulas by id, sums over calls, agents' time, staffing. Pure."""
