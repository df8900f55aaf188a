"""The manager client against its field."""
