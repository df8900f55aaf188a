"""Recordings as the ledger tells of them: a fold over facts, nothing of the disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from calls.events import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the recorder said of a recording when it took it in."""

    file: str
    """Below the state folder; empty when there was nothing to keep."""

    sha256: str
    bytes: int
    duration_ms: int
    problem: str
    begins_ms: int | None = None
    """Offset of the first sample since the call was offered, where it was found out."""

    filled: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """Silence that was put in, as the fact tells it; no projection keeps it."""

    anchors: tuple[int, ...] = field(default=(), compare=False)
    """Offsets of the sounds its clock was set by, likewise."""

    unproved: tuple[tuple[int, int], ...] | None = field(default=None, compare=False)
    """Where nothing proves its clock, likewise."""

    key: str = ""
    """Id of the master key that wraps the file's own; empty: not sealed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """That a recording was erased: since then it is a name and lengths, nothing to hear."""

    why: str = ""
    """Empty where only the fact says so."""

    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording of one call; offsets are milliseconds since the call was offered."""

    id: str
    call_id: str
    started_at: datetime
    started_ms: int
    caller_file: str
    house_file: str
    ended_ms: int | None = None
    """When it was stopped, or the line went down; None while it runs."""

    stop_reason: str = ""
    began_ms: int | None = None
    """When Asterisk began to write, where that is known."""

    over: bool = False
    """Whether its call has ended; only then may the recorder add a fact."""

    kept: Kept | None = None
    erased: Erased | None = None

    @property
    def begins_ms(self) -> int:
        """Offset of its first sample, as well as it is known."""
        if self.kept is not None and self.kept.begins_ms is not None:
            return self.kept.begins_ms
        return self.started_ms if self.began_ms is None else self.began_ms

    @property
    def call_ms(self) -> int | None:
        """How long it ran by the call's own clock."""
        return None if self.ended_ms is None else max(self.ended_ms - self.started_ms, 0)


class Catalog:
    """Every recording seen so far, by its id, in the order they were started."""

    def __init__(self) -> None:
        self._by_id: dict[str, Recording] = {}
        self._of_call: dict[str, list[str]] = {}

    def seed(self, recordings: Iterable[Recording]) -> None:
        """Begin with what the ledger's projection knows."""
        for recording in recordings:
            self._add(recording)

    def take(self, events: Iterable[CallEvent]) -> None:
        """Fold in facts, in the ledger's order."""
        for event in events:
            self._take(event)

    def all(self) -> tuple[Recording, ...]:
        """Recordings, oldest first."""
        return tuple(self._by_id.values())

    def get(self, recording: str) -> Recording | None:
        """One recording, or None."""
        return self._by_id.get(recording)

    def forget(self, recording: str) -> None:
        """Drop a recording that is settled."""
        found = self._by_id.pop(recording, None)
        if found is not None:
            left = self._of_call[found.call_id]
            left.remove(recording)
            if not left:
                del self._of_call[found.call_id]

    def _take(self, event: CallEvent) -> None:
        match event.kind:
            case "recording_started":
                self._start(event)
            case "recording_stopped":
                self._stop(event)
            case "hung_up" | "ended":
                of_call = tuple(self._of_call.get(event.call_id, ()))
                self._end(of_call, event.offset_ms)
                self._close(of_call if event.kind == "ended" else ())
            case "recording_kept":
                self._keep(event.data)
            case "recording_erased":
                self._erase(event.data)
            case _:
                pass

    def _start(self, event: CallEvent) -> None:
        recording = str(event.data["recording"])
        if recording in self._by_id:
            return
        self._add(
            Recording(
                id=recording,
                call_id=event.call_id,
                started_at=event.at,
                started_ms=event.offset_ms,
                caller_file=str(event.data["caller_file"]),
                house_file=str(event.data["house_file"]),
            )
        )

    def _add(self, recording: Recording) -> None:
        self._by_id[recording.id] = recording
        self._of_call.setdefault(recording.call_id, []).append(recording.id)

    def _stop(self, event: CallEvent) -> None:
        recording = str(event.data.get("recording", ""))
        self._end([recording], event.offset_ms)
        found = self._by_id.get(recording)
        if found is not None:
            reason, began_ms = str(event.data.get("reason", "")), event.data.get("began_ms")
            self._by_id[recording] = replace(found, stop_reason=reason, began_ms=began_ms)

    def _end(self, recordings: Iterable[str], offset_ms: int) -> None:
        for recording in recordings:
            found = self._by_id.get(recording)
            if found is not None and found.ended_ms is None:
                self._by_id[recording] = replace(found, ended_ms=offset_ms)

    def _close(self, recordings: Iterable[str]) -> None:
        for recording in recordings:
            self._by_id[recording] = replace(self._by_id[recording], over=True)

    def _keep(self, data: Mapping[str, Any]) -> None:
        found = self._by_id.get(str(data["recording"]))
        if found is not None:
            kept = Kept(
                file=str(data["file"]),
                sha256=str(data["sha256"]),
                bytes=int(data["bytes"]),
                duration_ms=int(data["duration_ms"]),
                problem=str(data["problem"]),
                begins_ms=data.get("begins_ms"),
                filled=tuple((int(each[0]), int(each[1])) for each in data.get("filled", ())),
                anchors=tuple(int(each) for each in data.get("anchors", ())),
                unproved=_stretches(data.get("unproved")),
                key=str(data.get("key", "")),
            )
            self._by_id[found.id] = replace(found, kept=kept)

    def _erase(self, data: Mapping[str, Any]) -> None:
        found = self._by_id.get(str(data["recording"]))
        if found is not None:
            erased = Erased(str(data["why"]), str(data["by"]))
            self._by_id[found.id] = replace(found, erased=erased)


def _stretches(told: Any) -> tuple[tuple[int, int], ...] | None:
    return None if told is None else tuple((int(each[0]), int(each[1])) for each in told)
