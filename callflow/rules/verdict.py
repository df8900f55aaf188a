"""What a house rule came to on one call, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from callflow.rules.rule import Progress, Rule, status_of
from callflow.rules.state import Due, Status
from calls.events import CallEvent
from calls.values import maker, value


@value
class Evidence:
    """An event that a verdict rests on."""

    seq: int
    offset_ms: int
    what: str


@value
class Verdict:
    """What a rule came to on one call, and why."""

    rule: Rule
    status: Status
    why: str
    """What broke it, or kept it from being judged; else empty."""

    evidence: tuple[Evidence, ...]
    """Every event that brought the rule further, in order; the last is what broke it. Empty when
    the rule does not apply."""

    due: tuple[Due, ...]
    """What is expected next, while the call goes on."""


_new_evidence: Final = maker(Evidence)
_new_verdict: Final = maker(Verdict)


def seen(event: CallEvent, what: str) -> Evidence:
    """The event as evidence; `what` is what `events.describe` says of it."""
    return _new_evidence(seq=event.seq, offset_ms=event.offset_ms, what=what)


def told(rule: Rule, progress: Progress, evidence: Iterable[Evidence] = ()) -> Verdict:
    """The verdict on a rule that stands so."""
    status = status_of(progress)
    return _new_verdict(
        rule=rule,
        status=status,
        why=_why(rule, status, progress),
        evidence=() if status is Status.NOT_APPLICABLE else tuple(evidence),
        due=tuple(_dues(rule, progress)) if status is Status.PENDING else (),
    )


def _why(rule: Rule, status: Status, progress: Progress) -> str:
    if status is Status.PENDING:
        return ""
    if not rule.decidable:
        return f"not decidable here: {rule.reason.get('en', '')}"
    return "; ".join(state.why for state in progress if state.why)


def _dues(rule: Rule, progress: Progress) -> Iterator[Due]:
    for pattern, state in zip(rule.patterns, progress, strict=True):
        due = pattern.due(state) if state.status is Status.PENDING else None
        if due is not None:
            yield due


def with_evidence(bare: Verdict, evidence: Iterable[Evidence]) -> Verdict:
    """The same verdict, resting on these events; one that does not apply rests on none."""
    if bare.status is Status.NOT_APPLICABLE:
        return bare
    return _new_verdict(
        rule=bare.rule, status=bare.status, why=bare.why, evidence=tuple(evidence), due=bare.due
    )
