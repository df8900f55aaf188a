"""A call's events folded into what a screen shows of it. Pure.

Caller data leave here harmless: numbers masked, control characters gone, odd values counted as
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from calls.asides import is_aside
from calls.events import CallEvent
from calls.masking import called, mask, plain
from softphone_panel.watch.live_call import (
    CallState,
    Hearing,
    LiveCall,
    SpokenLine,
    Turn,
    Who,
    Window,
)

KEPT_TURNS = 200


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
        dnis=called(_text(event.data, "dnis", 32), _text(event.data, "direction", 16)),
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
    if is_aside(_text(event.data, "recording", 96)):
        return replace(call, turns=_note(call, event))  # a supervisor's voice; ours goes on
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


FOLDS = {
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
    step = FOLDS.get(event.kind)
    if step is None or (call.is_over and not event.kind.startswith("recording")):
        return replace(call, seq=event.seq)
    moved = replace(call, seq=event.seq, last_ms=max(call.last_ms, event.offset_ms))
    return step(moved, event)
