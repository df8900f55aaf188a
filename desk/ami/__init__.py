"""The manager interface (AMI) of Asterisk: our own client, and what is asked of it in words."""

from __future__ import annotations

from desk.ami.client import AmiAddress, AmiClient, AmiTimes
from desk.ami.errors import AmiError, AmiGoneError, AmiHeaderError, AmiLoginError, AmiRefusedError
from desk.ami.message import Message

__all__ = [
    "AmiAddress",
    "AmiClient",
    "AmiError",
    "AmiGoneError",
    "AmiHeaderError",
    "AmiLoginError",
    "AmiRefusedError",
    "AmiTimes",
    "Message",
]
