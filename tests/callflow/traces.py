"""Calls as plain lists of events, made short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from calls.events import CallEvent

_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Trace:
    """Builds the events of one call; time only goes on."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.events: list[CallEvent] = []

    def add(self, kind: str, wait_ms: int = 0, **data: Any) -> Trace:
        """Any event, `wait_ms` after the one before."""
        self.now_ms += wait_ms
        at = _AT + timedelta(milliseconds=self.now_ms)
        self.events.append(CallEvent("c", len(self.events) + 1, at, self.now_ms, kind, data))
        return self

    def ring(self, waited_ms: int = 0, rings: int = 1) -> Trace:
        """Offered and answered."""
        self.add("offered", direction="inbound", flow="greetings")
        return self.add("answered", waited_ms, rings=rings, waited_ms=waited_ms)

    def say(
        self,
        line: str,
        *tags: str,
        pause_ms: int = 100,
        for_ms: int = 1000,
        ended: str = "completed",
    ) -> Trace:
        """A line, `pause_ms` after the event before; tags come as the ledger gives them."""
        start_ms = self.now_ms + pause_ms
        return self.add(
            "said", pause_ms + for_ms, line=line, tags=list(tags), start_ms=start_ms,
            end_ms=start_ms + for_ms, ended=ended,
        )  # fmt: skip

    def hear(self, what: str, after_ms: int = 4000) -> Trace:
        """A listening window ends."""
        return self.add("heard", after_ms, what=what)

    def hang_up(
        self, by: str, disposition: str = "", end_reason: str = "completed"
    ) -> list[CallEvent]:
        """The end of the call; gives all its events."""
        self.add("hung_up", 50, by=by)
        self.add("ended", disposition=disposition, end_reason=end_reason)
        return self.events
