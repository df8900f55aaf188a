"""Simulated callers: one persona file, played in virtual time, over FastAGI, or over SIP."""
