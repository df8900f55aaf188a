"""The agent's phone inside the panel: one protocol, and the built-in SIP phone behind it."""
