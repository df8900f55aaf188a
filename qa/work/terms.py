"""Who acts, how long things may take, and what a decision is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from calls.fact import Fact
from calls.quality.states import Role

SYSTEM: Final = "system"
"""Who acts when a deadline does."""

SCORERS: Final = frozenset({Role.QA, Role.SUPERVISOR})
"""Roles that score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who wants to do something."""

    name: str
    """Of the account."""

    role: Role
    agent: str = ""
    """Number of the agent the account belongs to; empty for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long things may take."""

    claim: timedelta = timedelta(hours=2)
    """A claim that is not renewed by an answer ends after it."""

    respond: timedelta = timedelta(days=7)
    """From the score to the agent's last moment for a dispute: five working days of a week."""

    resolve: timedelta = timedelta(days=7)
    """From the dispute to when it should be resolved; later it is shown as overdue."""

    calibrate: timedelta = timedelta(days=14)
    """How long the evaluators of a calibration have."""


class Decided(NamedTuple):
    """A fact to be written, and who caused it."""

    fact: Fact
    actor: str


def iso(at: datetime) -> str:
    """A time as facts of quality work have it: ISO, UTC, whole seconds."""
    return at.isoformat(timespec="seconds")


def when(text: str) -> datetime:
    """The time of `iso`."""
    return datetime.fromisoformat(text)
