"""From the facts of a call to its items: what was asked, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from callflow.replaying.record import NOWHERE, Item, Record, Spot
from calls.asides import is_aside
from calls.events import CallEvent
from calls.outcomes import (
    Answered,
    Branched,
    Done,
    Failed,
    Got,
    Heard,
    HungUp,
    Keyed,
    Outcome,
    QueueLeft,
    SaidEnd,
    Sound,
    Spoken,
    TransferLeft,
)

_Data = Mapping[str, Any]
_OFFICE: Final = {
    "looked_up": ("lookup", "directory"),
    "fetched": ("fetch", "source"),
    "plugin_done": ("do", "plugin"),
    "form_filled": ("form", "form"),
    "promised": ("promise", ""),
    "ticket_opened": ("ticket", ""),
}
"""Facts that are a whole item by themselves: the action, and the field that names its subject."""

_RECORDING: Final = {
    "recording_started": "start",
    "recording_paused": "pause",
    "recording_resumed": "resume",
    "recording_stopped": "stop",
}
_AT_THE_END: Final = frozenset({"call_ended", "failed", "interrupted"})
"""Why a recording was stopped without an order of the flow."""

_OURS: Final = frozenset({"flow", "server"})
"""Faults that ended the call: no outcome of any action."""

_OPENS: Final = {
    "saying": ("say", "line"),
    "listening": ("listen", ""),
    "queued": ("queue", "queue"),
    "transferring": ("transfer", "to"),
}
_AWAY: Final = frozenset({"queue", "transfer"})
"""Items in which the caller is with somebody else, whatever that one's own flow does meanwhile."""

_BACK: Final = frozenset({"left_queue", "transferred", "hung_up", "fault", "recording_stopped"})
_COACH: Final = "coach"
"""Where a fault of the flow that an agent performs is."""

_LATER: Final = frozenset(
    {"recording_kept", "recording_measured", "recording_erased", "rules_judged", "tagged"}
)

_ENDS: Final = frozenset({"offered", "ended"})

_CLOSES: Final[Mapping[str, tuple[str, str, Callable[[_Data], Outcome]]]] = {
    "said": ("say", "line", lambda data: _spoken(data)),
    "heard": ("listen", "", lambda data: _heard(data)),
    "key": ("listen", "", lambda data: Keyed(digits=data["digits"], at_ms=data["at_ms"])),
    "left_queue": ("queue", "queue", lambda data: _left(data)),
    "transferred": ("transfer", "to", lambda data: _transferred(data)),
}
"""Facts that end an item: its kind, the field that names its subject, its outcome."""


def read_record(events: Sequence[CallEvent]) -> Record:
    """The record of one call, from its events in order. ValueError when it was never offered."""
    if not events or events[0].kind != "offered":
        raise ValueError("the facts of a call begin with its offer")
    kept = [event for event in events if not _is_later(event)]
    reader = _Reader()
    for event in kept:
        reader.take(event)
    said = next((event.data for event in kept if event.kind == "said"), {})
    ended = next((event.data for event in kept if event.kind == "ended"), {})
    downs = [event.offset_ms for event in kept if event.kind == "hung_up"]
    return Record(
        events=tuple(kept),
        items=tuple(reader.items),
        steps=tuple(reader.steps),
        digests=reader.digests,
        offered=kept[0].data,
        performer=str(said.get("performer", "ivr")),
        language=str(said.get("language", "")),
        end_reason=str(ended.get("end_reason", "")),
        ending=f"{ended['end_reason']} {ended['disposition']}" if ended else "",
        down_ms=downs[0] if downs else None,
    )


def _is_later(event: CallEvent) -> bool:
    """Whether it was found out later, or is a supervisor's own voice: no part of the flow."""
    if event.kind == "surveyed":
        return event.data.get("by") == "callback"
    return event.kind in _LATER or is_aside(str(event.data.get("recording", "")))


def _is_back(event: CallEvent, away: Item) -> bool:
    """Whether a fact ends an item in which the caller is away, and is not the agent's own flow's.

    That one may hand the caller on itself, and break without ending the talk.
    """
    if event.kind == "fault":
        return event.data.get("where") != _COACH
    if event.kind in ("left_queue", "transferred"):
        about, field, _ = _CLOSES[event.kind]
        return (away.kind, away.subject) == (about, _subject(event.data, field))
    return event.kind in _BACK


class _Reader:
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.steps: list[Spot] = []
        self.digests: dict[str, str] = {}
        self._spot = NOWHERE
        self._after = ""
        self._open: Item | None = None
        self._faults: list[CallEvent] = []
        self._over_ms = 0
        self._performer = ""
        self._down: Item | None = None
        """The item in which the line went down."""

        self._stopped: list[CallEvent] = []
        """The recording that stopped as the line went down."""

    def take(self, event: CallEvent) -> None:
        self._settle_faults(event)
        if event.kind in _ENDS:
            return
        if self._open and self._open.kind in _AWAY and not _is_back(event, self._open):
            self._open.events.append(event)
        elif event.kind == "stepped":
            self._step(event.data)
        elif event.kind == "surveyed":
            return  # the flow's own, as a step is
        elif event.kind == "fault":
            self._faults.append(event)
        elif event.kind == "hung_up":
            self._hung_up(event)
        elif event.kind == "said" and self._down is not None:
            self._down.events.append(event)  # the end of the line that the hang-up cut
        else:
            self._item(event)

    def _item(self, event: CallEvent) -> None:
        """A fact that is, ends, begins or belongs to an item."""
        kind, data = event.kind, event.data
        if kind == "branched":
            self._end(event, "", "", Branched(name=data["branch"]))
        elif kind == "answered":
            outcome = Answered(rings=data["rings"], waited_ms=data["waited_ms"])
            self._whole(event, "ring", "", outcome)
        elif kind in _CLOSES:
            about, field, outcome_of = _CLOSES[kind]
            self._end(event, about, _subject(data, field), outcome_of(data))
        elif kind in _OFFICE:
            about, field = _OFFICE[kind]
            self._end(event, about, _subject(data, field), _got(event))
        else:
            self._part(event)

    def _part(self, event: CallEvent) -> None:
        """A fact that begins an item, or belongs to the one that is open."""
        kind, data = event.kind, event.data
        if kind in _OPENS:
            about, field = _OPENS[kind]
            self._open = self._new(about, _subject(data, field))
            self._open.events.append(event)
        elif kind in _RECORDING:
            if data.get("reason") not in _AT_THE_END:
                self._whole(event, "record", _RECORDING[kind], Done())
            elif data["reason"] == "call_ended":
                self._stopped.append(event)
        elif self._open or self.items:
            # A kind that is not known here goes along with what was done.
            (self._open or self.items[-1]).events.append(event)

    def _step(self, data: _Data) -> None:
        self._spot = Spot(str(data["flow"]), str(data["step"]))
        self.steps.append(self._spot)
        self.digests.setdefault(self._spot.flow, str(data.get("digest", "")))
        self._open = None

    def _new(self, kind: str, subject: str) -> Item:
        item = Item(kind, subject, self._spot, self._after, self._over_ms)
        self.items.append(item)
        return item

    def _whole(self, event: CallEvent, kind: str, subject: str, outcome: Outcome) -> None:
        item = self._new(kind, subject)
        item.events.append(event)
        item.outcome = outcome
        self._over_ms = event.offset_ms

    def _end(self, event: CallEvent, kind: str, subject: str, outcome: Outcome) -> None:
        item = self._open
        if item is None or (kind and item.kind != kind):
            item = self._new(kind, subject)
        if isinstance(outcome, QueueLeft) and outcome.name == "key":
            outcome = replace(outcome, key=str(item.fact("key").get("digits", "")))
        item.events += [*self._faults, event]
        self._faults.clear()
        item.outcome = outcome
        self._open = None
        self._over_ms = event.offset_ms
        if event.kind == "said":
            self._after = subject
            self._performer = self._performer or str(event.data.get("performer", ""))

    def _settle_faults(self, event: CallEvent) -> None:
        """A fault is the outcome of what was being done, unless the next fact tells more."""
        if not self._faults or event.kind in ("hung_up", "recording_stopped"):
            return
        tells_more = event.kind in ("transferred", "left_queue") or (
            event.kind == "said" and event.data.get("ended") == SaidEnd.FAILED
        )
        if tells_more:
            return
        faults, self._faults = self._faults, []
        for fault in faults:
            if fault.data.get("where") not in _OURS:
                failed = Failed(reason=str(fault.data.get("problem", "")))
                self._fail(fault, failed)

    def _fail(self, fault: CallEvent, failed: Failed) -> None:
        last = self.items[-1] if self.items else None
        if fault.data.get("where") == "recording" and last and last.kind == "record":
            last.events.append(fault)
            last.outcome = failed
        else:
            self._end(fault, "", "", failed)

    def _hung_up(self, event: CallEvent) -> None:
        by = str(event.data["by"])
        agents = by == "agent" and self._performer == "agent"
        too_slow = any(fault.data.get("where") == "line" for fault in self._faults)
        ending, self._faults, self._stopped = [*self._faults, *self._stopped], [], []
        item = self._open or self._leaving()
        if not (by in ("caller", "network") or too_slow or agents or self._open):
            return  # the house hung up at the end of the flow
        if item is None:
            item = self._new("", "")
        talked_ms = int(item.events[-1].data.get("talked_ms", 0)) if item.events else 0
        item.outcome = HungUp(by=by, talked_ms=talked_ms)
        item.events += [*ending, event]
        self._down, self._open = item, None

    def _leaving(self) -> Item | None:
        """The item just closed, when its own last fact says that the line went down in it."""
        if not self.items or not self.items[-1].events:
            return None
        item, last = self.items[-1], self.items[-1].events[-1]
        left = last.kind in ("left_queue", "transferred") and item.spot == self._spot
        cut = last.kind == "said" and last.data.get("ended") == SaidEnd.HANGUP
        return item if left or cut else None


def _subject(data: _Data, field: str) -> str:
    return str(data.get(field, "")) if field else ""


def _spoken(data: _Data) -> Spoken:
    return Spoken(start_ms=data["start_ms"], end_ms=data["end_ms"], ended=SaidEnd(data["ended"]))


def _heard(data: _Data) -> Heard:
    return Heard(
        what=Sound(data["what"]),
        from_ms=data["from_ms"],
        to_ms=data["to_ms"],
        level_dbov=data.get("level_dbov"),
        reason=str(data.get("reason", "")),
    )


def _left(data: _Data) -> QueueLeft:
    return QueueLeft(
        name=data["result"],
        waited_ms=data["waited_ms"],
        talked_ms=data["talked_ms"],
        agent=data["agent"],
    )


def _transferred(data: _Data) -> TransferLeft:
    return TransferLeft(
        name=data["result"], waited_ms=data["waited_ms"], talked_ms=data["talked_ms"]
    )


def _got(event: CallEvent) -> Outcome:
    result = str(event.data.get("result", "ok"))
    if result == "error":
        return Failed(reason=f"{event.kind} failed")
    values = event.data.get("values", {}) if result == "ok" else {}
    return Got(name=result, values=dict(values))
