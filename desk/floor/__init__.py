"""The floor of one process: every agent's calls, snapshots and orders in one place."""
