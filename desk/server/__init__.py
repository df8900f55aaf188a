"""The WebSocket server that agents' panels and the wallboard talk to."""
