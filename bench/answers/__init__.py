"""The machine's answers against the truth, over real FastAGI calls."""
