"""The web console beside a server: its process, its room over a state folder, what it plays."""
