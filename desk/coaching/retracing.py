"""A run taken once more through the outcomes it got before the desk was killed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from callflow.engine import Ended
from calls.actions import Action, Line, Listen, Say
from calls.outcomes import SaidEnd, Spoken
from desk.coaching.journal import Given
from desk.coaching.lines import shown
from desk.coaching.run import CoachedRun

_log = structlog.get_logger("desk.coaching")


@dataclass(frozen=True, slots=True)
class Retraced:
    """Where a run is again."""

    at: Action | Ended
    said: Line | None
    """The line said last."""

    whole: bool
    """False when the flows have changed: then it is as far as the old ones lead."""


def retrace(run: CoachedRun, given: Iterable[Given]) -> Retraced:
    """Begin `run` and give it what it got; nothing is performed or recorded."""
    at, said, whole = run.begin(), None, True
    for each in given:
        if isinstance(at, Ended) or str(run.position) != each.at:
            _log.warning("a coached flow has changed under a call", step=each.at)
            whole = False
            break
        said = _said(at, each) or said
        at = run.resume(each.outcome)
    run.take_entered()
    return Retraced(at, said, whole)


def _said(at: Action, given: Given) -> Line | None:
    line = at.line if isinstance(at, Say) else at.prompt if isinstance(at, Listen) else None
    outcome = given.outcome
    left_out = isinstance(outcome, Spoken) and outcome.ended is SaidEnd.SKIPPED
    return None if line is None or left_out else shown(line)
