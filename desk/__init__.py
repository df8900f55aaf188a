"""The agents' desk: Asterisk's manager, agents and their states, coached calls, supervision."""
