"""The coach of one live call: the flow that the IVR would speak, performed by the agent."""
