"""Who may sign in: accounts, passwords, sessions, and the log of looks."""
