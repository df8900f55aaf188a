"""The floor as it is now: `thirdring panel --watch`."""
