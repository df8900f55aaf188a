"""What the recorder needs of the ledger, as protocols; `launch` hands in the real ones."""

from __future__ import annotations

from collections.abc import Sequence
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


class FactSink(Protocol):
    """The ledger, written to by somebody who is not the call itself (`ledger.LedgerWriter`)."""

    def append_late(self, call_id: str, fact: Fact) -> None:
        """Take a fact for a call that has ended; returns at once."""

    async def durable(self) -> None:
        """Return once what was appended is on disk; LedgerError when it cannot be."""
