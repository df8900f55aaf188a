"""House rules and their verdicts: one monitor a rule, for live calls and recorded ones alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from callflow.rules.advancing import UNSAID, advance, kinds_seen
from callflow.rules.events import describe
from callflow.rules.patterns import Pattern
from callflow.rules.state import Due, State, Status
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that a verdict rests on."""

    seq: int
    offset_ms: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
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


class RuleSet:
    """The rules of one file, in its order."""

    def __init__(self, rules: Iterable[Rule], digest: str = "") -> None:
        self._rules = {rule.id: rule for rule in rules}
        self.digest = digest
        """SHA-256 (hex) of the file's text; empty where the rules come from no file."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules


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


class Monitor:
    """One rule on one call: feed it the events in order, ask it at any time."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._progress = begin(rule)
        self._evidence: list[Evidence] = []

    def feed(self, event: CallEvent) -> None:
        """Take in the next event."""
        before, self._progress = self._progress, step(self.rule, self._progress, event)
        if before is self._progress:
            return
        if any(map(_moved, before, self._progress)):
            self._evidence.append(Evidence(event.seq, event.offset_ms, describe(event)))

    def verdict(self) -> Verdict:
        """What the rule came to so far."""
        status = status_of(self._progress)
        return Verdict(
            rule=self.rule,
            status=status,
            why=self._why(status),
            evidence=() if status is Status.NOT_APPLICABLE else tuple(self._evidence),
            due=tuple(self._dues()) if status is Status.PENDING else (),
        )

    def _why(self, status: Status) -> str:
        if status is Status.PENDING:
            return ""
        if not self.rule.decidable:
            return f"not decidable here: {self.rule.reason.get('en', '')}"
        return "; ".join(state.why for state in self._progress if state.why)

    def _dues(self) -> Iterator[Due]:
        for pattern, state in zip(self.rule.patterns, self._progress, strict=True):
            due = pattern.due(state) if state.status is Status.PENDING else None
            if due is not None:
                yield due


def score(events: Iterable[CallEvent], rules: Iterable[Rule]) -> tuple[Verdict, ...]:
    """The verdict of every rule on a recorded call, or on what there is of a live one.

    `events` are those of one call in order of their numbers.
    """
    monitors = [Monitor(rule) for rule in rules]
    for event in events:
        for monitor in monitors:
            monitor.feed(event)
    return tuple(monitor.verdict() for monitor in monitors)


def _moved(before: State, after: State) -> bool:
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
