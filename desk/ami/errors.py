"""What can go wrong with an action: refused by Asterisk, never answered, or not fit to be sent."""

from __future__ import annotations

from calls.errors import CallCenterError


class AmiError(CallCenterError):
    """Base of everything that the manager interface can refuse or lose."""


class AmiRefusedError(AmiError):
    """Asterisk answered, and the answer is no. `text` is its own reason."""

    def __init__(self, action: str, text: str) -> None:
        self.action = action
        self.text = text
        super().__init__(f"Asterisk refused {action}: {text or 'no reason given'}")


class AmiGoneError(AmiError):
    """No connection, or no answer in time: whether the action was carried out is not known."""


class AmiLoginError(AmiError):
    """Asterisk does not let us in, or it is no Asterisk that listens there."""


class AmiHeaderError(AmiError):
    """A header that would not arrive as written (line feeds, too long); nothing was sent."""
