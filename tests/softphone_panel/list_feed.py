"""Facts for the watch screen without a ledger."""

from __future__ import annotations

from collections.abc import Sequence

from calls.events import CallEvent
from softphone_panel.watch.feed import Batch, FeedState


class ListFeed:
    """Gives what it was told, once each."""

    def __init__(self, events: Sequence[CallEvent] = (), state: FeedState = FeedState.LIVE) -> None:
        self.place = "var/ledger.sqlite"
        self.state = state
        self.problem = ""
        self._waiting = list(events)

    def put(self, *events: CallEvent) -> None:
        """Add events for the next look."""
        self._waiting.extend(events)

    def take(self) -> Batch:
        waiting, self._waiting = self._waiting, []
        return Batch(waiting, self.state, self.problem)

    def close(self) -> None:
        """Nothing is held."""
