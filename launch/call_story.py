"""A call told as a conversation, from its events: who, what, when. Pure text, no terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calls.events import CallEvent
from calls.masking import mask, plain
from console.telling.words import Data
from recorder.certainty import unsure

_MOST_CELLS = 400
_NUMBER = re.compile(r"(?<![0-9])\+?[0-9]{7,}(?![0-9]|-[0-9]{6}-)")
"""A telephone number; the date that a call's own id begins with is none."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story."""

    at_ms: int
    who: str
    what: str


def clock(ms: int) -> str:
    """`mm:ss.mmm` since the call was offered; minutes go on past 59."""
    return f"{ms // 60_000:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def story(events: Iterable[CallEvent], *, unmasked: bool = False) -> list[Told]:
    """What a person wants to know of a call, by time; runs of 7 digits or more are masked.

    Left out: facts that only matter while the call is live (`saying`, `hearing`) and the flow's
    own steps; a kind without wording here shows with its data, so that nothing is hidden.
    """
    told = []
    for event in events:
        if event.kind in _LIVE_ONLY:
            continue
        tell = _TELLERS.get(event.kind, _other)
        who, what = tell(event, _Data(event.data))
        if not unmasked:
            what = masked(what)
        start = event.data.get(_STARTS.get(event.kind, ""))
        at_ms = start if isinstance(start, int) else event.offset_ms
        told.append(Told(at_ms, who, plain(what, most_cells=_MOST_CELLS)))
    return sorted(told, key=lambda one: one.at_ms)


def masked(text: str) -> str:
    """The text with its telephone numbers masked."""
    return _NUMBER.sub(lambda found: mask(found.group()), text)


class _Data(Data):
    """The console's, with lengths and moments as this story writes them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, unmasked=True)

    def seconds(self, name: str) -> str:
        """A length in milliseconds as seconds."""
        value = self._data.get(name)
        return f"{value / 1000:.1f} s" if isinstance(value, int | float) else "? s"

    def clock(self, name: str) -> str:
        value = self._data.get(name)
        return clock(value) if isinstance(value, int) else "?"


_Tell = Callable[[CallEvent, _Data], tuple[str, str]]
_STARTS = {"said": "start_ms", "heard": "from_ms", "key": "at_ms"}
"""Facts recorded at their end, and where their beginning stands."""

_LIVE_ONLY = frozenset({"saying", "hearing", "stepped"})


def _offered(_event: CallEvent, data: _Data) -> tuple[str, str]:
    name = f" ({data['caller_name']})" if data["caller_name"] else ""
    return "caller", f"{data['ani'] or 'unknown'}{name} calls {data['dnis']}: flow {data['flow']}"


def _answered(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"answers on ring {data['rings']}, after {data.seconds('waited_ms')}"


def _said(_event: CallEvent, data: _Data) -> tuple[str, str]:
    who = "agent" if data["performer"] == "agent" else "house"
    words = f"“{data['text']}” [{data['line']}, to {data.clock('end_ms')}"
    if data["ended"] == "skipped":
        return who, f"leaves out {words}]"
    cut = "" if data["ended"] == "completed" else f", cut: {data['ended']}"
    noted = _NOTED.get(data["noted"], data["noted"])
    return who, f"{words}{cut}{noted and f', {noted}'}]"


_NOTED = {
    "confirmed": "confirmed by key",
    "heard": "heard on the agent's line",
    "changed": "in other words",
}


def _held(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "agent", "puts the caller on hold" if data["on"] == "True" else "takes the caller back"


def _disposed(_event: CallEvent, data: _Data) -> tuple[str, str]:
    note = f": {data['note']}" if data["note"] else ""
    return "agent", f"{data['agent']} wraps up: {data['disposition']}{note}"


def _listening(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"listens up to {data.seconds('window_ms')} for {data['wanted']}"


def _heard(_event: CallEvent, data: _Data) -> tuple[str, str]:
    level = f" at {data['level_dbov']} dBov" if data["level_dbov"] else ""
    span = f"{data.clock('from_ms')} to {data.clock('to_ms')}"
    return "caller", f"{data['what']}{level} [{span}; {data['reason']}]"


def _key(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "caller", f"presses {data['digits']}"


def _queued(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"puts the caller into queue {data['queue']}"


def _agent_offered(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "agent", f"{data['agent']} rings"


def _agent_answered(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "agent", f"{data['agent']} answers after {data.seconds('waited_ms')}"


def _left_queue(_event: CallEvent, data: _Data) -> tuple[str, str]:
    lengths = f"waited {data.seconds('waited_ms')}, talked {data.seconds('talked_ms')}"
    return "house", f"queue {data['queue']} ends: {data['result']}, {lengths}"


def _transferring(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"connects the caller to {data['to']}"


def _transferred(_event: CallEvent, data: _Data) -> tuple[str, str]:
    lengths = f"waited {data.seconds('waited_ms')}, talked {data.seconds('talked_ms')}"
    return "house", f"the transfer to {data['to']} ends: {data['result']}, {lengths}"


def _branched(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "agent", f"takes the branch {data['branch']}"


def _form_filled(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "agent", f"{'fills in' if data['result'] == 'ok' else 'leaves'} the form {data['form']}"


def _looked_up(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"looks in {data['directory']} by {data['by']}: {data['result']}"


def _asked(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"asks {data['source'] or data['plugin']}: {data['result']}"


def _surveyed(_event: CallEvent, data: _Data) -> tuple[str, str]:
    if not data["answer"]:
        return "house", f"asks for a verdict: {data['question']} [{data['by']}]"
    points = f", {data['score']} of 5" if data["score"] else ""
    return "caller", f"{data['question']}: {data['answer']}{points} [{data['by']}]"


def _tagged(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"tagged {data['tag']} by {data['by']}"


def _promised(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"promises to call {data['number']} by {data['due_at']}: {data['about']}"


def _ticket(_event: CallEvent, data: _Data) -> tuple[str, str]:
    due = f"due {data['due_at']}"
    return "house", f"opens a ticket ({data['ticket_class']}), {due}: {data['about']}"


def _recording(event: CallEvent, data: _Data) -> tuple[str, str]:
    what = event.kind.removeprefix("recording_")
    why = f" ({data['reason']})" if data["reason"] else ""
    return "house", f"recording {what}{why}: {data['recording']}"


def _recording_kept(event: CallEvent, data: _Data) -> tuple[str, str]:
    problem = f"; {data['problem']}" if data["problem"] else ""
    kept = f"recording kept: {data['file']}, {data.seconds('duration_ms')}{problem}"
    return "house", kept + _clock(event.data)


def _clock(data: Mapping[str, Any]) -> str:
    """Where nothing in a recording shows that its clock is right."""
    begins_ms, anchors = data.get("begins_ms"), data.get("anchors")
    if begins_ms is None or anchors is None:
        return ""
    found = data.get("unproved")
    if found is None:
        found = unsure(anchors, begins_ms, begins_ms + data["duration_ms"])
    places = ", ".join(f"{one / 1000:.0f} to {other / 1000:.0f} s" for one, other in found)
    return f"; its clock is not proved from {places}" if places else ""


def _recording_measured(_event: CallEvent, data: _Data) -> tuple[str, str]:
    over, still = data.seconds("talk_over_ms"), data.seconds("dead_air_ms")
    talk = f"caller {data.seconds('caller_talk_ms')}, agent {data.seconds('agent_talk_ms')}"
    return "house", f"recording measured: {talk}, talk-over {over}, longest dead air {still}"


def _recording_erased(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "house", f"recording erased by {data['by']}: {data['why']}"


def _rules_judged(_event: CallEvent, data: _Data) -> tuple[str, str]:
    broken = f"broken {data['broken']}; " if data["broken"] else ""
    return "house", f"rules judged: {broken}kept {data['kept'] or 'none'}"


def _fault(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return "fault", f"{data['where']}: {data['problem']}"


def _hung_up(_event: CallEvent, data: _Data) -> tuple[str, str]:
    return {"us": "house"}.get(data["by"], data["by"] or "?"), "hangs up"


def _ended(_event: CallEvent, data: _Data) -> tuple[str, str]:
    disposition = f", {data['disposition']}" if data["disposition"] else ""
    return "house", f"the call is over: {data['end_reason']}{disposition}"


def _other(event: CallEvent, _data: _Data) -> tuple[str, str]:
    facts = ", ".join(f"{name}: {value}" for name, value in event.data.items())
    return "", f"{event.kind} {facts}".rstrip()


_TELLERS: Mapping[str, _Tell] = {
    "offered": _offered,
    "answered": _answered,
    "said": _said,
    "listening": _listening,
    "heard": _heard,
    "key": _key,
    "queued": _queued,
    "agent_offered": _agent_offered,
    "agent_answered": _agent_answered,
    "held": _held,
    "disposed": _disposed,
    "left_queue": _left_queue,
    "transferring": _transferring,
    "transferred": _transferred,
    "branched": _branched,
    "form_filled": _form_filled,
    "looked_up": _looked_up,
    "fetched": _asked,
    "plugin_done": _asked,
    "promised": _promised,
    "surveyed": _surveyed,
    "tagged": _tagged,
    "ticket_opened": _ticket,
    "recording_started": _recording,
    "recording_paused": _recording,
    "recording_resumed": _recording,
    "recording_stopped": _recording,
    "recording_kept": _recording_kept,
    "recording_measured": _recording_measured,
    "recording_erased": _recording_erased,
    "rules_judged": _rules_judged,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
}
