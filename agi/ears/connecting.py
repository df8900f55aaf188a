"""What a session needs around it: its service, and a connection that may never come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from agi.ears.filling import Filler
from agi.ears.pacer import Pacer
from calls.clock import Clock

if TYPE_CHECKING:
    from agi.ears.session import HearingSession


class Ears(Protocol):
    """What a session needs of the service it belongs to."""

    clock: Clock
    pacer: Pacer
    filler: Filler

    def wake(self, session: HearingSession) -> None:
        """The session's inbox holds something; it goes with the next batch."""

    def forget(self, session: HearingSession) -> None:
        """The session is closed."""


def connecting() -> asyncio.Future[None]:
    """Done when Asterisk connects; a failure that nobody awaits is no error."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.add_done_callback(_retrieve)
    return future


def _retrieve(future: asyncio.Future[None]) -> None:
    """Mark the exception as seen: a session closed before anybody asked is no error."""
    if not future.cancelled():
        future.exception()
