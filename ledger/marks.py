"""The search index of calls that are over: what each can be found by, newest first.

A mark is `WORD=VALUE`. Rows of `call_marks` follow from the call's own row, so they can be made
anew, and are written once for nearly every call: when it ends. Lengths go by classes, each twice
the one before: a search for "at least so long" reads the classes from that one up.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.states import CallState

Mark = tuple[str, int, str]
"""The mark, when the call was offered (microseconds since 1970), the call's id."""

TAIL = 4
"""Digits at the end of a number that it can be found by."""

_FIRST_CLASS_MS = 250
_CLASSES = 13
BEST = 5
"""Scores are 1 to 5."""

UNRECORDED = "unrecorded"


def length_class(length_ms: int) -> int:
    """0 below 250 ms, 1 below 500 ms, 2 below 1 s, each twice the last; 13 from 17 minutes up."""
    return min((max(length_ms, 0) // _FIRST_CLASS_MS).bit_length(), _CLASSES)


def shortest_of(length_class: int) -> int:
    """The shortest length of a class that has a mark, milliseconds."""
    return _FIRST_CLASS_MS << (length_class - 1) if length_class else 1


def classes_from(length_ms: int) -> range:
    """Classes that hold lengths of at least so many milliseconds."""
    return range(length_class(length_ms), _CLASSES + 1)


def score_class(score: int) -> int:
    """1 to 5; what is outside of them counts as the nearest."""
    return min(max(score, 1), BEST)


def mark(word: str, value: object) -> str:
    """How a mark is written."""
    return f"{word}={value}"


def marks_of(call: CallState) -> frozenset[Mark]:
    """All marks of a call; none while it is live."""
    if call.ended_at is None:
        return frozenset()
    offered_at = call.offered_at or 0
    return frozenset((word, offered_at, call.id) for word in _words(call))


def _words(call: CallState) -> Iterator[str]:
    for word in ("queue", "agent", "disposition", "end_reason", "flow", "tag"):
        value = getattr(call, word)
        if value:
            yield mark(word, value)
    if call.ani:
        yield mark("tail", call.ani[-TAIL:])
    if not call.recording:
        yield UNRECORDED
    yield from _judged(call)


def _judged(call: CallState) -> Iterator[str]:
    for rule in set(call.broken.split()):
        yield mark("broken", rule)
    if call.survey is not None:
        yield mark("survey", score_class(call.survey))
    for word, length_ms in (("talk_over", call.talk_over_ms), ("dead_air", call.dead_air_ms)):
        if length_ms:
            yield mark(word, length_class(length_ms))
