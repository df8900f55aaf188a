"""JSON Schema for editors and the tables of the documentation, from the language's definitions."""
