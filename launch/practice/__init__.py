"""Practice for agents: their own panel and a simulated caller, no Asterisk."""
