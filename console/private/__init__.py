"""What an admin does for a person whose data the house keeps: hand over, erase, hold."""
