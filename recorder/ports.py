"""What the recorder needs of the ledger, as protocols; `launch` hands in the real ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from calls.events import CallEvent, Fact
from recorder.catalog import Recording


class FactSource(Protocol):
    """The ledger, read: all recordings up to now, then fact by fact."""

    def known(self) -> tuple[Sequence[Recording], int]:
        """Every recording so far, oldest first, and the cursor of the last fact among them."""

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]:
        """The next facts in the order they were kept, and the cursor behind them.

        May give only a part; the same cursor means that there are no more.
        """

    def events_of(self, call_id: str) -> Sequence[CallEvent]:
        """All facts of one call so far, in order."""


class FactSink(Protocol):
    """The ledger, written to by somebody who is not the call itself (`ledger.LedgerWriter`)."""

    def append_late(self, call_id: str, fact: Fact) -> None:
        """Take a fact for a call that has ended; returns at once."""

    async def durable(self) -> None:
        """Return once what was appended is on disk; LedgerError when it cannot be."""


class KeptRecordings(Protocol):
    """The ledger, asked for recordings that may have to go."""

    def of_call(self, call_id: str) -> Sequence[Recording]:
        """The recordings of one call, oldest first."""

    def due(
        self, before: datetime | None, of_queues: Mapping[str, datetime | None], limit: int
    ) -> Sequence[Recording]:
        """Up to `limit` that began before these times and can be heard yet, oldest first."""

    def among(self, ids: Collection[str]) -> set[str]:
        """Those of these recordings that some call speaks of."""


class Holds(Protocol):
    """Calls of which nothing may be erased."""

    def reasons(self) -> Mapping[str, str]:
        """Call -> why it is held. Raises CallCenterError when that cannot be known."""
