"""The facts of live calls, kept while a call lasts, for whoever has to know them at once.

Stands between the calls and the ledger: everything goes on to the ledger first. A rule monitor
that joins a call in its middle gets what has happened, then each fact as it is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import structlog

from calls.call import EventSink
from calls.events import CallEvent

MOST_CALLS = 20_000
"""Calls kept at once; of a call that never ends the oldest is forgotten first."""

_log = structlog.get_logger("desk.coaching")

Watcher = Callable[[CallEvent], None]


class LiveEvents:
    """An `EventSink` that remembers the calls going on."""

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._calls: dict[str, list[CallEvent]] = {}
        self._watchers: dict[str, list[Watcher]] = {}

    def append(self, event: CallEvent) -> None:
        self._sink.append(event)
        call_id = event.call_id
        if event.kind == "offered" or call_id in self._calls:
            self._keep(event)
        for watcher in self._watchers.get(call_id, ())[:]:
            self._tell(watcher, event)
        if event.kind == "ended":
            self._calls.pop(call_id, None)

    async def durable(self) -> None:
        await self._sink.durable()

    def past(self, call_id: str) -> Sequence[CallEvent]:
        """The facts of a live call so far; empty for one that is over or unknown."""
        return tuple(self._calls.get(call_id, ()))

    def remember(self, events: Iterable[CallEvent]) -> None:
        """Take over what the ledger holds of a call that outlived the last process."""
        for event in events:
            self._calls.setdefault(event.call_id, []).append(event)

    def watch(self, call_id: str, watcher: Watcher) -> Callable[[], None]:
        """Tell each further fact of a call; gives what ends that."""
        watchers = self._watchers.setdefault(call_id, [])
        watchers.append(watcher)

        def leave() -> None:
            if watcher in watchers:
                watchers.remove(watcher)
            if not watchers and self._watchers.get(call_id) is watchers:
                del self._watchers[call_id]

        return leave

    def _keep(self, event: CallEvent) -> None:
        if event.call_id not in self._calls and len(self._calls) >= MOST_CALLS:
            del self._calls[next(iter(self._calls))]
        self._calls.setdefault(event.call_id, []).append(event)

    def _tell(self, watcher: Watcher, event: CallEvent) -> None:
        try:
            watcher(event)
        except Exception as error:  # noqa: BLE001 - whoever watches must never lose a call a fact
            _log.error("a watcher of a call failed", call=event.call_id, error=repr(error))
