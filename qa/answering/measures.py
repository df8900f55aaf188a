"""Measures of a call's sound, added up over its recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from calls.events import CallEvent

_OF_A_TALK: Final = ("talk_over", "longest_talk_over", "talk_overs", "dead_air", "agent_talk")
"""Measures that speak of a talk with an agent."""

_OF_ANY: Final = ("silence", "caller_talk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of one figure of one call."""

    value: int | None = None
    """Milliseconds or a count; None while it is not known."""

    applies: bool = True
    """Whether the call has anything of the kind at all."""

    seqs: tuple[int, ...] = ()
    """Events that show it."""

    from_ms: int | None = None
    to_ms: int | None = None
    """Where it can be heard, offsets on the call."""


def measures_of(events: Sequence[CallEvent], *, talked: bool) -> dict[str, Found]:
    """The measures by name; not known before a recording was measured.

    Sums over the call's recordings, the longest where the longest is asked for; a recording that
    was measured again counts by its latest. `talked`: whether an agent took the call.
    """
    latest: dict[str, CallEvent] = {}
    for event in events:
        if event.kind == "recording_measured":
            latest[str(event.data.get("recording"))] = event
    found = dict.fromkeys((*_OF_A_TALK, *_OF_ANY), Found())
    if latest:
        found = _told(tuple(latest.values()))
    if not talked:
        found |= dict.fromkeys(_OF_A_TALK, Found(applies=False))
    return found


def _told(measured: Sequence[CallEvent]) -> dict[str, Found]:
    overs = [span for event in measured for span in _spans(event.data)]
    longest = max(overs, key=_length, default=None)
    seqs = tuple(event.seq for event in measured)
    heard = _Heard(seqs, longest)
    return {
        "talk_over": heard.found(_sum(measured, "talk_over_ms")),
        "longest_talk_over": heard.found(_length(longest) if longest else 0),
        "talk_overs": heard.found(len(overs)),
        "dead_air": _dead_air(measured),
        "agent_talk": Found(value=_sum(measured, "agent_talk_ms"), seqs=seqs),
        "silence": Found(value=_sum(measured, "silence_ms"), seqs=seqs),
        "caller_talk": Found(value=_sum(measured, "caller_talk_ms"), seqs=seqs),
    }


@dataclass(frozen=True, slots=True)
class _Heard:
    """Figures that are heard best at one place."""

    seqs: tuple[int, ...]
    place: tuple[int, int] | None

    def found(self, value: int | None) -> Found:
        from_ms, to_ms = self.place or (None, None)
        return Found(value=value, seqs=self.seqs, from_ms=from_ms, to_ms=to_ms)


def _dead_air(measured: Sequence[CallEvent]) -> Found:
    known = [event for event in measured if isinstance(event.data.get("dead_air_ms"), int)]
    if not known:
        return Found()
    event = max(known, key=lambda one: int(one.data["dead_air_ms"]))
    length, begin = int(event.data["dead_air_ms"]), event.data.get("dead_air_from_ms")
    if not isinstance(begin, int):
        return Found(value=length, seqs=(event.seq,))
    return Found(value=length, seqs=(event.seq,), from_ms=begin, to_ms=begin + length)


def _spans(data: Mapping[str, Any]) -> list[tuple[int, int]]:
    listed = data.get("talk_overs")
    pairs = listed if isinstance(listed, list | tuple) else ()
    return [(int(one[0]), int(one[1])) for one in pairs if len(one) == 2]


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _sum(measured: Sequence[CallEvent], name: str) -> int | None:
    known = [event.data[name] for event in measured if isinstance(event.data.get(name), int)]
    return sum(known) if known else None
