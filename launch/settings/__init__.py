"""Settings of one site, a module for each section of the file."""
