"""What authors of flows, forms and prompts have done for them: checks, proofs, tests, replays."""
