"""The acts of the language: one declarative class each, from which reading, checks, schema and
documents all follow."""
