"""House rules as monitors over the facts of a call: read, kept, scored."""
