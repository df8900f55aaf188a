"""Many calls at once, column by column: figures are reckoned on arrays, a month in a second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qa.figures.rows import CallFacts, Texts

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

    def __init__(self, calls: CallFacts) -> None:
        self.queued = where(calls.queue, bool)
        """Came to a queue."""

        self.answered = where(calls.queue_result, lambda result: result == "answered")
        """An agent of the queue took it."""

        self.abandoned = where(calls.queue_result, lambda result: result == "abandoned")
        self.waited = calls.queue_waited_ms
        self.talked = calls.talked_ms
        self.held = calls.held_ms
        self.wrapped = calls.wrapped_ms
        self.rings = calls.rings
        self.picked_up = calls.answered
        self.recorded = calls.recorded
        self.faults = calls.faults
        self.agent_talk = calls.agent_talk_ms
        self.talk_over = calls.talk_over_ms
        self.dead_air = calls.dead_air_ms
        self.kept = _how_many(calls.kept)
        """How many rules."""

        self.broken = _how_many(calls.broken)
        self.asked = calls.survey_asked | known(calls.survey)
        self.survey = calls.survey


def known(values: Floats) -> Mask:
    """Where a value is known."""
    return ~np.isnan(values)


def where(texts: Texts, fits: Callable[[str], bool]) -> Mask:
    """Where a text fits; each is looked at once."""
    return np.array([fits(name) for name in texts.names], dtype=np.bool_)[texts.codes]


def own_calls(calls: CallFacts) -> Mask:
    """Calls that count in the figures of callers: over, without a tag (Q07), and not placed by the
    house."""
    return calls.ended & ~calls.outbound & ~where(calls.tag, bool)


def _how_many(texts: Texts) -> Floats:
    counts = [len(name.split()) for name in texts.names]
    return np.array(counts, dtype=np.float64)[texts.codes]
