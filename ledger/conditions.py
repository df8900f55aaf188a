"""What a `CallFilter` asks for as conditions on a call's row, and as marks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal

from ledger.filters import CallFilter, NumberMatch
from ledger.marks import TAIL, UNRECORDED, classes_from, mark, score_class
from ledger.tables import calls

_WORDS = ("queue", "agent", "disposition", "end_reason", "flow", "tag")


def conditions(asked: CallFilter) -> list[ColumnElement[bool]]:
    """Everything but the times and whether the call is live."""
    found = [calls.c[word] == getattr(asked, word) for word in _WORDS if getattr(asked, word)]
    if asked.broken:
        listed = literal(" ") + calls.c.broken + literal(" ")
        found.append(listed.contains(f" {asked.broken} ", autoescape=True))
    if asked.id_prefix:
        found += prefix_range(_read(calls.c.id), asked.id_prefix)
    if asked.recorded is not None:
        found.append(calls.c.recording != "" if asked.recorded else calls.c.recording == "")
    return found + _number(asked) + _lengths(asked)


def _number(asked: CallFilter) -> list[ColumnElement[bool]]:
    if not asked.ani:
        return []
    if asked.ani_match is NumberMatch.EXACT:
        return [calls.c.ani == asked.ani]
    if asked.ani_match is NumberMatch.PREFIX:
        return prefix_range(_read(calls.c.ani), asked.ani)
    return [calls.c.ani.endswith(asked.ani, autoescape=True)]


def _read(column: ColumnElement[str]) -> ColumnElement[str]:
    """The column, to be looked at in each row: no index is chosen for it, and nothing sorted."""
    return column.concat("")


def _lengths(asked: CallFilter) -> list[ColumnElement[bool]]:
    found = []
    if asked.min_talk_over_ms is not None:
        found.append(calls.c.talk_over_ms >= asked.min_talk_over_ms)
    if asked.min_dead_air_ms is not None:
        found.append(calls.c.dead_air_ms >= asked.min_dead_air_ms)
    if asked.survey_at_most is not None:
        found.append(calls.c.survey <= asked.survey_at_most)
    return found


def prefix_range(column: ColumnElement[str], prefix: str) -> list[ColumnElement[bool]]:
    """Texts that begin so, as a range of an index that sorts by bytes."""
    return [column >= prefix, column <= prefix + chr(0x10FFFF)]


def marks_asked(asked: CallFilter) -> list[list[str]]:
    """For each thing asked for that has marks: the marks of which a call has one."""
    found = [[mark(word, getattr(asked, word))] for word in _WORDS if getattr(asked, word)]
    if asked.broken:
        found.append([mark("broken", asked.broken)])
    if asked.ani and asked.ani_match is NumberMatch.SUFFIX:
        found.append([mark("tail", asked.ani[-TAIL:])])
    if asked.recorded is False:
        found.append([UNRECORDED])
    if asked.survey_at_most is not None:
        found.append(
            [mark("survey", one) for one in range(1, score_class(asked.survey_at_most) + 1)]
        )
    for word, length_ms in (
        ("talk_over", asked.min_talk_over_ms),
        ("dead_air", asked.min_dead_air_ms),
    ):
        # A call without any has no mark, so only more than nothing can be looked for by them.
        if length_ms is not None and length_ms > 0:
            found.append([mark(word, one) for one in classes_from(length_ms)])
    return found
