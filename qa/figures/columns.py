"""Many calls at once, column by column: figures are reckoned on arrays, a month in a second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.figures.rows import CallFacts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Columns:
    """One array a field, one element a call; lengths in milliseconds, NaN where unknown.

    A comparison with NaN is false: what is not known is in no mask.
    """

    __slots__ = (
        "abandoned",
        "agent_talk",
        "answered",
        "asked",
        "broken",
        "dead_air",
        "faults",
        "held",
        "kept",
        "picked_up",
        "queued",
        "recorded",
        "rings",
        "survey",
        "talk_over",
        "talked",
        "waited",
        "wrapped",
    )

    def __init__(self, rows: Sequence[CallFacts]) -> None:
        self.queued = _mask([row.queue != "" for row in rows])
        """Came to a queue."""

        self.answered = _mask([row.queue_result == "answered" for row in rows])
        """An agent of the queue took it."""

        self.abandoned = _mask([row.queue_result == "abandoned" for row in rows])
        self.waited = _floats([row.queue_waited_ms for row in rows])
        self.talked = _floats([row.talked_ms for row in rows])
        self.held = _floats([row.held_ms for row in rows])
        self.wrapped = _floats([row.wrapped_ms for row in rows])
        self.rings = _floats([row.rings for row in rows])
        self.picked_up = _mask([row.answered_ms is not None for row in rows])
        """The house answered: the IVR or an agent."""

        self.recorded = _mask([row.recording != "" for row in rows])
        self.faults = _floats([row.faults for row in rows])
        self.agent_talk = _floats([row.agent_talk_ms for row in rows])
        self.talk_over = _floats([row.talk_over_ms for row in rows])
        self.dead_air = _floats([row.dead_air_ms for row in rows])
        self.kept = _floats([len(row.kept) for row in rows])
        """How many rules."""

        self.broken = _floats([len(row.broken) for row in rows])
        self.asked = _mask([row.survey_asked or row.survey is not None for row in rows])
        self.survey = _floats([row.survey for row in rows])


def _floats(values: Sequence[int | None]) -> Floats:
    return np.array(values, dtype=np.float64)


def _mask(values: Sequence[bool]) -> Mask:
    return np.array(values, dtype=np.bool_)


def known(values: Floats) -> Mask:
    """Where a value is known."""
    return ~np.isnan(values)
