"""What the engine needs from outside, as protocols; the rooms above implement them."""

from __future__ import annotations

from typing import Protocol

from calls.actions import Action, OfficeAction
from calls.call import Call
from calls.outcomes import Outcome


class Channel(Protocol):
    """A way to carry out actions: AGI, the agent's desk, or a simulated caller.

    A channel records every fact of what it performs, as it happens, on `call`
    (`saying`, `said`, `listening`, `hearing`, `heard`, `key`, `queued`, ...); `callflow.conduct`
    records only steps and the end.
    """

    call: Call

    async def perform(self, action: Action) -> Outcome:
        """Carry out one action to its outcome. A line that goes down is `HungUp`, never raised."""

    async def hang_up(self) -> None:
        """End the line from our side; harmless when it is down already."""


class Office(Protocol):
    """The house's back office: files, services, plug-ins, promises and tickets.

    One for all channels, so that IVR and agent leave the same facts; it records them on `call`.
    """

    async def perform(self, call: Call, action: OfficeAction) -> Outcome:
        """Do it to its outcome (`Got`, `Done` or `Failed`); promises and tickets are durable."""
