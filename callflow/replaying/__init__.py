"""A call of the past against the flows of now: where it would go differently."""
