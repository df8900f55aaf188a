"""A house rule and its steps: where it stands after one event, from where it stood before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callflow.rules.advancing import UNSAID, advance, kinds_seen
from callflow.rules.patterns import Pattern
from callflow.rules.state import State, Status
from calls.events import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One house rule: kept when all its patterns are."""

    id: str
    """As in the house rules: `A05`."""

    title: Mapping[str, str]
    """By language, `zh` and `en`."""

    patterns: tuple[Pattern, ...] = ()
    """Empty when no trace of a call can show it: then `judged_by` and `reason` say who can."""

    text: Mapping[str, str] = field(default_factory=dict)
    """The rule as a sentence, by language; may be empty."""

    must: bool = True
    """Whether flows that break it are refused."""

    direction: str = ""
    """Only calls that are `inbound`, or `outbound`; empty: all."""

    flows: frozenset[str] = frozenset()
    """Only calls that were offered to one of these flows; empty: all."""

    performer: str = ""
    """Only calls in which `ivr`, or `agent`, said a line; lines of the other are not seen."""

    judged_by: str = ""
    """`person`, `audio`, `ledger` or `desk`: who judges what the patterns cannot see."""

    reason: Mapping[str, str] = field(default_factory=dict)
    """Why a trace cannot decide that, by language; goes with `judged_by`."""

    kinds: frozenset[str] = field(init=False, repr=False, compare=False)
    """Kinds of event that can change anything; empty where every kind can, as time runs."""

    def __post_init__(self) -> None:
        seen = [kinds_seen(pattern) for pattern in self.patterns]
        whole = frozenset[str]().union(*seen) if all(seen) else frozenset[str]()
        object.__setattr__(self, "kinds", whole)

    @property
    def decidable(self) -> bool:
        """Whether a trace of a call can show anything of it."""
        return bool(self.patterns)

    def asked_of(self, offered: CallEvent) -> bool:
        """Whether it speaks of the call that this fact offers."""
        direction, flow = offered.data.get("direction"), offered.data.get("flow")
        return self.direction in ("", direction) and (not self.flows or flow in self.flows)


Progress = tuple[State, ...]
"""The state of each pattern of a rule: hashable, and all that the future depends on."""


def begin(rule: Rule) -> Progress:
    """Where a rule stands before the first event."""
    asked = not rule.performer
    return tuple(pattern.start()._replace(asked=asked) for pattern in rule.patterns)


def step(rule: Rule, progress: Progress, event: CallEvent) -> Progress:
    """Where a rule stands after one more event; once broken it stays as it is."""
    if event.kind == "offered" and not rule.asked_of(event):
        return _not_asked(progress)
    if rule.performer:
        return _step_performed(rule, progress, event)
    return _step_all(rule, progress, event)


def _step_all(rule: Rule, progress: Progress, event: CallEvent) -> Progress:
    if rule.kinds and event.kind not in rule.kinds:
        return progress
    for state in progress:
        if state.status is Status.BROKEN:
            return progress
    pairs = zip(rule.patterns, progress, strict=False)
    return tuple([advance(pattern, state, event) for pattern, state in pairs])


def _step_performed(rule: Rule, progress: Progress, event: CallEvent) -> Progress:
    if event.kind in ("saying", "said") and event.data.get("performer") != rule.performer:
        return progress
    progress = _step_all(rule, progress, event)
    if event.kind == "said" and event.data.get("ended") not in UNSAID:
        return tuple(state._replace(asked=True) for state in progress)
    if event.kind == "ended" and not all(state.asked for state in progress):
        return _not_asked(progress)
    return progress


def _not_asked(progress: Progress) -> Progress:
    gone = State(status=Status.NOT_APPLICABLE)
    return tuple(gone for _ in progress)


def status_of(progress: Progress) -> Status:
    """Broken by one broken pattern; kept when all are kept or speak of nothing that happened.

    A rule of which nothing can be asked yet, its performer not having spoken, is pending. One
    pattern that a fault left unjudged leaves the rule unjudged.
    """
    found = {_told(state) for state in progress}
    if found == {Status.NOT_APPLICABLE, Status.KEPT} and any(state.why for state in progress):
        return Status.NOT_APPLICABLE
    for status in (Status.BROKEN, Status.PENDING, Status.KEPT):
        if status in found:
            return status
    return Status.NOT_APPLICABLE


def _told(state: State) -> Status:
    if state.status is Status.BROKEN and not state.asked:
        return Status.PENDING
    return state.status


def moved(before: State, after: State) -> bool:
    """Whether an event meant something to a pattern, closing at the end of the call aside."""
    if after.status is Status.BROKEN:
        return before.status is not Status.BROKEN
    if after is before:
        return False
    return (after.applies, after.place, after.mark_ms) != (
        before.applies,
        before.place,
        before.mark_ms,
    )
