"""Prompts: from a line's wording to sound. Studio recording, shipped rendering, cache, engine."""
