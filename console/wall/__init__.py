"""The wallboard in a browser: where its snapshots come from, and its words."""
