"""The rush: agents with real phones and panels, callers over SIP, one real Asterisk."""
