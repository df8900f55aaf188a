"""The facts that a replayed call leaves: those of the record where it is the same, else new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from callflow.replaying.record import Item
from calls.events import CallEvent, Fact, HungUpFact, RecordingStopped

_TIMES: Final = ("start_ms", "end_ms", "from_ms", "to_ms", "at_ms")
"""Fields that are times of the call, not lengths."""


class Trace:
    """Facts in order, and the time of the call."""

    def __init__(self, offered: CallEvent) -> None:
        self.events: list[CallEvent] = [offered]
        self.now_ms = 0
        self.down_by = ""
        self.answered = False
        self._offered = offered
        self._recording = ""

    def note(self, fact: Fact) -> None:
        """Record a new fact, now."""
        self._append(fact.kind, fact.data())

    def play(self, item: Item, changes: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """The facts of an item, moved to now; `changes` are new data by kind."""
        by_ms = self.now_ms - item.began_ms
        for event in item.events:
            self.now_ms = max(self.now_ms, event.offset_ms + by_ms)
            data = _moved(event.data, by_ms) | dict((changes or {}).get(event.kind, {}))
            self._append(event.kind, data)

    def hangs_up(self, by: str) -> None:
        """The line goes down, once."""
        if self.down_by:
            return
        self.stop_recording("call_ended")
        self.note(HungUpFact(by=by))

    def stop_recording(self, reason: str) -> None:
        """A recording that runs ends with the call."""
        if self._recording:
            self.note(RecordingStopped(recording=self._recording, reason=reason))

    def last(self, kinds: Iterable[str]) -> CallEvent | None:
        """The latest fact of these kinds."""
        wanted = frozenset(kinds)
        return next((event for event in reversed(self.events) if event.kind in wanted), None)

    def _append(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "recording_started":
            self._recording = str(data["recording"])
        elif kind == "recording_stopped":
            self._recording = ""
        elif kind == "answered":
            self.answered = True
        elif kind == "hung_up":
            self.down_by = str(data["by"])
        at = self._offered.at + timedelta(milliseconds=self.now_ms)
        seq = len(self.events) + 1
        self.events.append(CallEvent(self._offered.call_id, seq, at, self.now_ms, kind, data))


def _moved(data: Mapping[str, Any], by_ms: int) -> dict[str, Any]:
    times = {name: data[name] + by_ms for name in _TIMES if isinstance(data.get(name), int)}
    return {**data, **times}
