"""A call told line by line, to be accepted once and compared for ever after.

What a caller, an agent or the ledger could notice is in it: lines with their tags, windows, what
was heard after how long, facts, the end. Names of steps, ids and the wording are not: renaming and
rewording change no telling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import unified_diff
from typing import Any, Final

from callers.flowtests.trace import Fault, Trace
from callflow.nodes import Place
from calls.events import CallEvent

_UNTOLD: Final = frozenset({"saying", "hearing", "stepped", "offered"})
_OF_NO_TWO_CALLS: Final = frozenset(
    {"recording", "caller_file", "house_file", "promise", "ticket", "due_at", "number", "at_ms"}
)
_MOST_SHOWN: Final = 14


def told(events: Iterable[CallEvent]) -> list[str]:
    """The call, one line a fact."""
    return list(_told(events))


def _told(events: Iterable[CallEvent]) -> Iterator[str]:
    opened_ms = 0
    for event in events:
        if event.kind in _UNTOLD:
            continue
        if event.kind == "listening":
            opened_ms = event.offset_ms
        tell = _TELL.get(event.kind, _fact)
        yield tell(event.data, event, opened_ms)


def _said(data: Mapping[str, Any], _event: CallEvent, _opened_ms: int) -> str:
    tags = ", ".join(sorted(data["tags"]))
    whole = data["ended"] == "completed"
    cut = "" if whole else f", cut by {data['ended']} after {_s(data['end_ms'] - data['start_ms'])}"
    return f"{data['performer']} says {data['line']} [{tags}] in {data['language']}{cut}"


def _listening(data: Mapping[str, Any], _event: CallEvent, _opened_ms: int) -> str:
    return f"listens {_s(data['window_ms'])} until {data['until']} for {', '.join(data['wanted'])}"


def _heard(data: Mapping[str, Any], event: CallEvent, opened_ms: int) -> str:
    return f"hears {data['what']} after {_s(event.offset_ms - opened_ms)}"


def _key(data: Mapping[str, Any], event: CallEvent, opened_ms: int) -> str:
    return f"key {data['digits']} after {_s(event.offset_ms - opened_ms)}"


def _fact(data: Mapping[str, Any], event: CallEvent, _opened_ms: int) -> str:
    shown = [f"{name}={_plain(value)}" for name, value in data.items() if _lasts(name, value)]
    if "due_at" in data:
        left = datetime.fromisoformat(data["due_at"]) - event.at
        shown.append(f"due in {round(left.total_seconds() / 60)} min")
    return " ".join([event.kind, *shown])


def _lasts(name: str, value: object) -> bool:
    return name not in _OF_NO_TWO_CALLS and value not in ("", None)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{inner}" for name, inner in sorted(value.items()))
    return str(value)


def _s(ms: int) -> str:
    return f"{ms / 1000:.2f} s"


_TELL: Final[Mapping[str, Callable[[Mapping[str, Any], CallEvent, int], str]]] = {
    "said": _said,
    "listening": _listening,
    "heard": _heard,
    "key": _key,
}


class AsAccepted:
    """The call is told as it was when somebody last looked at it and said yes."""

    def __init__(self, lines: tuple[str, ...], place: Place) -> None:
        """`place` is where the accepted telling stands."""
        self.lines = lines
        self.place = place

    def faults(self, trace: Trace) -> Iterator[Fault]:
        if trace.taken is None:
            return  # carried in real time, whose milliseconds are the machine's
        now = told(trace.events)
        if now == list(self.lines):
            return
        changed = [
            line
            for line in unified_diff(self.lines, now, lineterm="", n=1)
            if not line.startswith(("---", "+++", "@@"))
        ]
        shown = "\n    ".join(changed[:_MOST_SHOWN])
        more = f"\n    … {len(changed) - _MOST_SHOWN} more" if len(changed) > _MOST_SHOWN else ""
        yield Fault(
            "the call is told otherwise than accepted (- then, + now); "
            f"if that is right: thirdring test --accept\n    {shown}{more}",
            self.place,
        )
