"""The floor as the ledger tells it: call events folded into live calls. Pure, no clock, no screen.

All offsets are milliseconds since a call was offered. Caller data leave here harmless: numbers
masked, control characters gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from math import isfinite
from typing import Any

from calls.events import CallEvent
from calls.masking import mask, plain

KEPT_ENDED = 100
KEPT_TURNS = 200
RINGS_ALLOWED = 3
"""House rule A01."""


class CallState(StrEnum):
    """What a call is doing."""

    RINGING = "ringing"
    CONNECTED = "connected"
    """Answered, between two acts."""

    SPEAKING = "speaking"
    LISTENING = "listening"
    QUEUED = "queued"
    AGENT = "agent"
    CLOSING = "closing"
    """A closing line is being, or has been, spoken, or the line went down."""

    ENDED = "ended"


class Who(StrEnum):
    """Whose turn a line of the conversation is."""

    HOUSE = "house"
    CALLER = "caller"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the conversation so far."""

    at_ms: int
    who: Who
    word: str
    """House: the line's name. Caller: the sound heard, or `key`. Note: the event's kind."""

    text: str = ""
    cut: bool = False
    """The line was not spoken to its end."""


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line of the house on its way to the caller."""

    name: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Window:
    """A listening window."""

    opened_ms: int
    window_ms: int
    until: str
    """`pause`, `onset` or `clear`; the last is the noise clock."""

    takes_keys: bool = False
    """A key ends it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the ears make of the caller's audio."""

    what: str
    level_dbov: float | None
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """One call as far as its events tell."""

    id: str
    offered_at: datetime
    seq: int = 0
    last_ms: int = 0
    caller: str = ""
    """The caller's number, masked; empty when withheld."""

    caller_name: str = ""
    dnis: str = ""
    flow: str = ""
    step: str = ""
    state: CallState = CallState.RINGING
    line: SpokenLine | None = None
    """The line being spoken now, else the last one."""

    speaking: bool = False
    window: Window | None = None
    pending: Window | None = None
    """A window announced while a line is spoken; it opens at the line's end."""

    hearing: Hearing | None = None
    answered_ms: int | None = None
    rings: int = 0
    queue: str = ""
    queued_ms: int = 0
    agent: str = ""
    recording: str = ""
    hung_up_by: str = ""
    end_reason: str = ""
    disposition: str = ""
    ended_ms: int = 0
    turns: tuple[Turn, ...] = ()

    @property
    def is_over(self) -> bool:
        """True once nothing but the recorder's facts can come."""
        return self.state is CallState.ENDED


@dataclass(slots=True)
class Totals:
    """Counts over the calls offered on one day."""

    offered: int = 0
    answered: int = 0
    within_three: int = 0
    """Answered within three rings (A01)."""

    completed: int = 0
    caller_hung_up: int = 0
    failed: int = 0
    """Failed, interrupted, or cut by the network."""

    def count_answer(self, rings: int) -> None:
        """A call was answered on this ring."""
        self.answered += 1
        self.within_three += rings <= RINGS_ALLOWED

    def count_end(self, end_reason: str) -> None:
        """A call came to its end."""
        self.completed += end_reason in ("completed", "agent_hung_up")
        self.caller_hung_up += end_reason == "caller_hung_up"
        self.failed += end_reason in ("failed", "interrupted", "network")


def _text(data: Mapping[str, Any], name: str, most_cells: int = 64) -> str:
    value = data.get(name)
    return "" if value is None else plain(str(value), most_cells=most_cells)


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return int(value) if isinstance(value, int | float) and isfinite(value) else 0


def _level(data: Mapping[str, Any]) -> float | None:
    value = data.get("level_dbov")
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _words(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name)
    return tuple(str(word) for word in value) if isinstance(value, list | tuple) else ()


def _turn(call: LiveCall, turn: Turn) -> tuple[Turn, ...]:
    return (*call.turns, turn)[-KEPT_TURNS:]


def _note(call: LiveCall, event: CallEvent, text: str = "") -> tuple[Turn, ...]:
    return _turn(call, Turn(event.offset_ms, Who.NOTE, event.kind, text))


def _rest(call: LiveCall) -> CallState:
    """The state between two acts."""
    return CallState.CLOSING if call.state is CallState.CLOSING else CallState.CONNECTED


def _offered(call: LiveCall, event: CallEvent) -> LiveCall:
    return replace(
        call,
        caller=mask(_text(event.data, "ani", 32)),
        caller_name=_text(event.data, "caller_name", 32),
        dnis=_text(event.data, "dnis", 32),
        flow=_text(event.data, "flow", 32),
        state=CallState.RINGING,
        turns=_note(call, event),
    )


def _answered(call: LiveCall, event: CallEvent) -> LiveCall:
    rings = _whole(event.data, "rings")
    return replace(
        call,
        state=CallState.CONNECTED,
        answered_ms=event.offset_ms,
        rings=rings,
        turns=_note(call, event, str(rings)),
    )


def _stepped(call: LiveCall, event: CallEvent) -> LiveCall:
    return replace(
        call,
        flow=_text(event.data, "flow", 32),
        step=_text(event.data, "step", 32),
        window=None,
        pending=None,
        state=_rest(call) if call.state is CallState.LISTENING else call.state,
    )


def _saying(call: LiveCall, event: CallEvent) -> LiveCall:
    line = SpokenLine(
        _text(event.data, "line"),
        _text(event.data, "text", 600),
        _text(event.data, "language", 16),
    )
    closing = "closing" in _words(event.data, "tags")
    return replace(
        call,
        line=line,
        speaking=True,
        state=CallState.CLOSING if closing else CallState.SPEAKING,
        window=None,
        pending=call.window or call.pending,
        hearing=None,
    )


def _said(call: LiveCall, event: CallEvent) -> LiveCall:
    name, text = _text(event.data, "line"), _text(event.data, "text", 600)
    cut = _text(event.data, "ended") not in ("completed", "")
    turn = Turn(_whole(event.data, "start_ms"), Who.HOUSE, name, text, cut)
    closing = "closing" in _words(event.data, "tags")
    state = CallState.CLOSING if closing else CallState.CONNECTED
    window = call.pending and replace(call.pending, opened_ms=event.offset_ms)
    return replace(
        call,
        line=SpokenLine(name, text, _text(event.data, "language", 16)),
        speaking=False,
        state=CallState.LISTENING if window else state,
        window=window,
        pending=None,
        turns=_turn(call, turn),
    )


def _listening(call: LiveCall, event: CallEvent) -> LiveCall:
    window = Window(
        event.offset_ms,
        _whole(event.data, "window_ms"),
        _text(event.data, "until"),
        takes_keys="key" in _words(event.data, "wanted"),
    )
    if call.speaking:
        return replace(call, pending=window)
    return replace(call, state=CallState.LISTENING, window=window, hearing=None)


def _hearing(call: LiveCall, event: CallEvent) -> LiveCall:
    what = _text(event.data, "what")
    same = call.hearing is not None and call.hearing.what == what
    since = call.hearing.since_ms if call.hearing and same else event.offset_ms
    return replace(call, hearing=Hearing(what, _level(event.data), since))


def _heard(call: LiveCall, event: CallEvent) -> LiveCall:
    what = _text(event.data, "what")
    level = _level(event.data)
    start = _whole(event.data, "from_ms")
    seconds = max(_whole(event.data, "to_ms") - start, 0) / 1000
    return replace(
        call,
        state=_rest(call),
        window=None,
        pending=None,
        hearing=Hearing(what, level, event.offset_ms),
        turns=_turn(call, Turn(event.offset_ms, Who.CALLER, what, f"{seconds:.1f}")),
    )


def _key(call: LiveCall, event: CallEvent) -> LiveCall:
    digits = _text(event.data, "digits")
    shown = digits if len(digits) == 1 else mask(digits)
    turns = _turn(call, Turn(event.offset_ms, Who.CALLER, "key", shown))
    if call.window and call.window.takes_keys:
        return replace(call, turns=turns, window=None, state=_rest(call))
    return replace(call, turns=turns)


def _queued(call: LiveCall, event: CallEvent) -> LiveCall:
    queue = _text(event.data, "queue", 32)
    return replace(
        call,
        state=CallState.QUEUED,
        queue=queue,
        queued_ms=event.offset_ms,
        window=None,
        hearing=None,
        turns=_note(call, event, queue),
    )


def _agent_offered(call: LiveCall, event: CallEvent) -> LiveCall:
    agent = _text(event.data, "agent", 40)
    return replace(call, agent=agent, turns=_note(call, event, agent))


def _agent_answered(call: LiveCall, event: CallEvent) -> LiveCall:
    agent = _text(event.data, "agent", 40)
    turns = _note(call, event, agent)
    return replace(call, agent=agent, state=CallState.AGENT, turns=turns)


def _left_queue(call: LiveCall, event: CallEvent) -> LiveCall:
    result = _text(event.data, "result", 16)
    return replace(call, state=CallState.CONNECTED, turns=_note(call, event, result))


def _recording(call: LiveCall, event: CallEvent) -> LiveCall:
    running = {"recording_started": True, "recording_resumed": True}.get(event.kind, False)
    recording = _text(event.data, "recording", 48) if running else ""
    return replace(call, recording=recording, turns=_note(call, event))


def _fault(call: LiveCall, event: CallEvent) -> LiveCall:
    text = f"{_text(event.data, 'where')}: {_text(event.data, 'problem', 120)}"
    return replace(call, turns=_note(call, event, text))


def _hung_up(call: LiveCall, event: CallEvent) -> LiveCall:
    by = _text(event.data, "by", 16)
    return replace(
        call,
        state=CallState.CLOSING,
        hung_up_by=by,
        speaking=False,
        window=None,
        pending=None,
        turns=_note(call, event, by),
    )


def _ended(call: LiveCall, event: CallEvent) -> LiveCall:
    return replace(
        call,
        state=CallState.ENDED,
        speaking=False,
        window=None,
        pending=None,
        ended_ms=event.offset_ms,
        end_reason=_text(event.data, "end_reason", 32),
        disposition=_text(event.data, "disposition", 32),
        turns=_note(call, event, _text(event.data, "disposition", 32)),
    )


_FOLDS = {
    "offered": _offered,
    "answered": _answered,
    "stepped": _stepped,
    "saying": _saying,
    "said": _said,
    "listening": _listening,
    "hearing": _hearing,
    "heard": _heard,
    "key": _key,
    "queued": _queued,
    "agent_offered": _agent_offered,
    "agent_answered": _agent_answered,
    "left_queue": _left_queue,
    "recording_started": _recording,
    "recording_paused": _recording,
    "recording_resumed": _recording,
    "recording_stopped": _recording,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
}


def fold(call: LiveCall, event: CallEvent) -> LiveCall:
    """The call after `event`.

    An event seen before changes nothing; one of a kind unknown here only moves the time. After
    the end nothing moves but the recorder's notes.
    """
    if event.seq <= call.seq:
        return call
    step = _FOLDS.get(event.kind)
    if step is None or (call.is_over and not event.kind.startswith("recording")):
        return replace(call, seq=event.seq)
    moved = replace(call, seq=event.seq, last_ms=max(call.last_ms, event.offset_ms))
    return step(moved, event)


class Floor:
    """Every live call, the last ended ones, and each day's counts."""

    def __init__(self, timezone: tzinfo | None = None) -> None:
        """`timezone` says when a day begins; None is the machine's own."""
        self._timezone = timezone
        self._live: dict[str, LiveCall] = {}
        self._ended: dict[str, LiveCall] = {}
        self._days: dict[date, Totals] = {}

    def apply(self, event: CallEvent) -> LiveCall | None:
        """Take one event in; the call after it, or None when it tells of no call to show."""
        before = self._live.get(event.call_id) or self._ended.get(event.call_id)
        if before is None:
            if event.kind.startswith("recording"):
                return None
            before = LiveCall(id=event.call_id, offered_at=event.at)
        after = fold(before, event)
        if after is not before:
            self._keep(after)
            self._count(before, after, event.kind)
        return after

    def count_past(self, offered_at: datetime, rings: int | None, end_reason: str) -> None:
        """Count a call that is over and not shown; `rings` None when it was never answered."""
        day = self._days.setdefault(self._day(offered_at), Totals())
        day.offered += 1
        if rings is not None:
            day.count_answer(rings)
        day.count_end(end_reason)

    def live(self) -> list[LiveCall]:
        """Calls on the line, the longest first."""
        return list(self._live.values())

    def ended(self) -> list[LiveCall]:
        """The last calls that ended, the newest first."""
        return list(reversed(self._ended.values()))

    def find(self, call_id: str) -> LiveCall | None:
        """A call by its id, live or lately ended."""
        return self._live.get(call_id) or self._ended.get(call_id)

    def totals(self, at: datetime) -> Totals:
        """Counts of the calls offered on the day of `at`."""
        return self._days.get(self._day(at), Totals())

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._timezone).date()

    def _keep(self, call: LiveCall) -> None:
        if not call.is_over:
            self._live[call.id] = call
            return
        self._live.pop(call.id, None)
        self._ended[call.id] = call
        while len(self._ended) > KEPT_ENDED:
            del self._ended[next(iter(self._ended))]

    def _count(self, before: LiveCall, after: LiveCall, kind: str) -> None:
        day = self._days.setdefault(self._day(after.offered_at), Totals())
        for old in sorted(self._days)[:-2]:
            del self._days[old]
        if kind == "offered":
            day.offered += 1
        elif kind == "answered":
            day.count_answer(after.rings)
        elif after.is_over and not before.is_over:
            day.count_end(after.end_reason)
