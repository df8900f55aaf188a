"""Calls as figures read them: column by column, light enough for a month at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

Mask = NDArray[np.bool_]

TEXTS: Final = (
    "queue",
    "agent",
    "disposition",
    "queue_result",
    "kept",
    "broken",
    "tag",
)
NUMBERS: Final = (
    "rings",
    "faults",
    "queue_waited_ms",
    "talked_ms",
    "held_ms",
    "wrapped_ms",
    "survey",
    "agent_talk_ms",
    "talk_over_ms",
    "dead_air_ms",
)
FLAGS: Final = ("answered", "ended", "outbound", "survey_asked", "recorded")
"""Read as bits of one number, the first as the lowest: a column less costs a twentieth less."""


class Texts(NamedTuple):
    """A text of each call, where many calls have the same."""

    codes: NDArray[np.intp]
    """One element a call: the place of its text in `names`."""

    names: Sequence[str]
    """Each once, in the order they come first; empty for a text that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallColumns:
    """Some calls, oldest first; every column has one element a call.

    Columns are those of `ledger.rows.CallRow` by the same names; numbers are NaN where unknown.
    """

    ids: Sequence[str]
    offered_at_us: NDArray[np.int64]
    """Microseconds since 1970 UTC."""

    queue: Texts
    agent: Texts
    disposition: Texts
    queue_result: Texts
    kept: Texts
    """Names of house rules with blanks between them; likewise `broken`."""

    broken: Texts
    tag: Texts
    rings: Numbers
    faults: Numbers
    queue_waited_ms: Numbers
    talked_ms: Numbers
    held_ms: Numbers
    wrapped_ms: Numbers
    survey: Numbers
    agent_talk_ms: Numbers
    talk_over_ms: Numbers
    dead_air_ms: Numbers
    answered: Mask
    """Where the house picked up."""

    ended: Mask
    """Where the call is over."""

    outbound: Mask
    """Where the house placed it."""

    survey_asked: Mask
    recorded: Mask

    def __len__(self) -> int:
        return len(self.ids)


def call_columns(values: Mapping[str, Sequence[Any]]) -> CallColumns:
    """The columns of these values: `id`, `offered_at`, all of `TEXTS` and `NUMBERS`, `flags`."""
    made: dict[str, Any] = {name: _texts(values[name]) for name in TEXTS}
    for name in NUMBERS:
        made[name] = np.array(values[name], dtype=np.float64)
    flags = np.array(values["flags"], dtype=np.int64)
    made |= {name: flags & (1 << bit) != 0 for bit, name in enumerate(FLAGS)}
    offered_at_us = np.array(values["offered_at"], dtype=np.int64)
    return CallColumns(ids=values["id"], offered_at_us=offered_at_us, **made)


def _texts(values: Sequence[str | None]) -> Texts:
    names = dict.fromkeys(values)
    places = {name: place for place, name in enumerate(names)}
    codes = np.fromiter(map(places.__getitem__, values), np.intp, len(values))
    return Texts(codes, tuple(name or "" for name in names))
