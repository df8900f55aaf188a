"""The ears: the caller's audio over AudioSocket, and what is to be heard in it."""
