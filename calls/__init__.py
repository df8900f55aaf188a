"""The vocabulary every room shares: calls, actions, outcomes, events, errors, ports, clocks."""
