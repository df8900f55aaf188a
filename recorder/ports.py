"""What the recorder needs of the ledger, as protocols; `launch` hands in the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from calls.events import CallEvent, Fact


class FactSource(Protocol):
    """The ledger, read from a place on."""

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]:
        """The next facts in the order they were kept, and the cursor behind them.

        May give only a part; nothing and the same cursor mean that there are no more.
        """


class FactSink(Protocol):
    """The ledger, written to by somebody who is not the call itself."""

    def append_after(self, call_id: str, fact: Fact, at: datetime) -> None:
        """Keep a fact behind the call's last one and return when it is on disk.

        Raises LedgerError when it cannot be.
        """
