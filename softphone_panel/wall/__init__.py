"""The wallboard: the whole floor on one screen, for supervisors."""
