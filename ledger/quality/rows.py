"""What the quality book gives out: frozen values, never database rows. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from calls.fact import Fact


class Entry(NamedTuple):
    """A fact to be written, with where and by whom."""

    stream: str
    fact: Fact
    actor: str
    after: int | None = None
    """Number of the stream's last fact as the actor saw it; None: whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One evaluation as its facts tell it."""

    id: str
    seq: int
    """Number of its last fact: what `after` wants."""

    call_id: str
    agent: str
    form: str
    form_digest: str
    purpose: str
    """A word of `EvaluationKind`."""

    state: str
    """A word of `EvaluationState`; a claim that ran out is still `claimed` here."""

    drawn_by: str
    why: str
    opened_at: datetime
    opened_by: str
    evaluator: str
    """Who has it or scored it; empty while it is open."""

    claimed_until: datetime | None
    submitted_at: datetime | None
    respond_by: datetime | None
    """Until when the agent may dispute."""

    resolve_by: datetime | None
    settled_at: datetime | None
    """When it was acknowledged, resolved or withdrawn."""

    score: float | None
    """0 to 100; after a resolution the resolved one."""

    result: str | None
    """A word of `FormResult`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFilter:
    """Which evaluations; what is left out does not narrow."""

    states: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    agent: str | None = None
    evaluator: str | None = None
    call_id: str | None = None
    form: str | None = None
    form_digest: str | None = None
    drawn_by: str | None = None
    submitted_since: datetime | None = None
    submitted_until: datetime | None = None
    newest_first: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account as its facts tell it."""

    name: str
    role: str
    """A word of `Role`."""

    agent: str
    """Number of the agent the account belongs to; empty for others."""

    display_name: str
    enabled: bool
    created_at: datetime
    password_at: datetime | None
    """When the password was set last; None: nobody can sign in yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody saw, took out, or was refused something private."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    reason: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFilter:
    """Which looks; what is left out does not narrow."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    subject: str | None = None
    """The whole subject, or its beginning up to a `/`: `call`, `call/ID`."""

    action: str | None = None
    limit: int = 500
    """The latest so many."""
