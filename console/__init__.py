"""The web console: replay and score, wallboard, reports."""
