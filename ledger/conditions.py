"""What a `CallFilter` asks for: conditions on a call's row, and the marks that tell the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal

from ledger.filters import CallFilter, NumberMatch
from ledger.marks import (
    BEST,
    TAIL,
    UNRECORDED,
    classes_from,
    length_class,
    mark,
    score_class,
    shortest_of,
)
from ledger.tables import calls

_WORDS = ("queue", "agent", "disposition", "end_reason", "flow", "tag")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing asked for."""

    row: ColumnElement[bool]
    """Whether a call's row fits."""

    marks: tuple[str, ...] = ()
    """Every call that is over and fits has exactly one of them; none when marks do not tell."""

    unsure: frozenset[str] = frozenset()
    """Those of the marks that a call may have without fitting: its row tells."""


def claims(asked: CallFilter) -> list[Claim]:
    """Everything but the times, the id and whether the call is live."""
    found = [_word(word, getattr(asked, word)) for word in _WORDS if getattr(asked, word)]
    if asked.broken:
        listed = literal(" ") + calls.c.broken + literal(" ")
        fits = listed.contains(f" {asked.broken} ", autoescape=True)
        found.append(Claim(fits, (mark("broken", asked.broken),)))
    if asked.recorded is not None:
        found.append(_recorded(asked.recorded))
    if asked.ani:
        found.append(_number(asked.ani, asked.ani_match))
    if asked.survey_at_most is not None:
        found.append(_survey(asked.survey_at_most))
    return [*found, *_lengths(asked)]


def conditions(asked: CallFilter) -> list[ColumnElement[bool]]:
    """Everything but the times and whether the call is live, on a call's row."""
    return [*(claim.row for claim in claims(asked)), *of_id(calls.c.id, asked)]


def of_id(column: ColumnElement[str], asked: CallFilter) -> list[ColumnElement[bool]]:
    """What is asked of the id, which `column` holds."""
    return [*prefix_range(_read(column), asked.id_prefix)] if asked.id_prefix else []


def _word(word: str, value: str) -> Claim:
    return Claim(calls.c[word] == value, (mark(word, value),))


def _recorded(recorded: bool) -> Claim:
    if recorded:
        return Claim(calls.c.recording != "")
    return Claim(calls.c.recording == "", (UNRECORDED,))


def _number(ani: str, match: NumberMatch) -> Claim:
    if match is NumberMatch.EXACT:
        return Claim(calls.c.ani == ani)
    if match is NumberMatch.PREFIX:
        least, most = prefix_range(_read(calls.c.ani), ani)
        return Claim(least & most)
    tail = mark("tail", ani[-TAIL:])
    unsure = frozenset((tail,)) if len(ani) > TAIL else frozenset()
    return Claim(calls.c.ani.endswith(ani, autoescape=True), (tail,), unsure)


def _survey(most: int) -> Claim:
    last = score_class(most)
    marks = tuple(mark("survey", score) for score in range(1, last + 1))
    # The first and the last class also hold what is outside of them.
    unsure = frozenset(marks[-1:]) if not 1 <= most < BEST else frozenset()
    return Claim(calls.c.survey <= most, marks, unsure)


def _lengths(asked: CallFilter) -> Iterator[Claim]:
    for word, least_ms in (
        ("talk_over", asked.min_talk_over_ms),
        ("dead_air", asked.min_dead_air_ms),
    ):
        if least_ms is None:
            continue
        row = calls.c[f"{word}_ms"] >= least_ms
        if least_ms <= 0:
            # A call without any has no mark, so only more than nothing can be looked for by them.
            yield Claim(row)
            continue
        marks = tuple(mark(word, one) for one in classes_from(least_ms))
        whole = least_ms <= shortest_of(length_class(least_ms))
        yield Claim(row, marks, frozenset() if whole else frozenset(marks[:1]))


def _read(column: ColumnElement[str]) -> ColumnElement[str]:
    """The column, to be looked at in each row: no index is chosen for it, and nothing sorted."""
    return column.concat("")


def prefix_range(column: ColumnElement[str], prefix: str) -> Sequence[ColumnElement[bool]]:
    """Texts that begin so, as a range of an index that sorts by bytes."""
    return column >= prefix, column <= prefix + chr(0x10FFFF)
