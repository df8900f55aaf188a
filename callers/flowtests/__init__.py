"""Flow tests in YAML: a simulated caller given, what the call must come to expected."""
