"""The agent's panel: `thirdring panel --agent 801`."""
