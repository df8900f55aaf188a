"""House rules and their verdicts: one monitor a rule, for live calls and recorded ones alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callflow.rules.events import describe
from callflow.rules.known import Known, runs_out_ms
from callflow.rules.rule import Progress as Progress
from callflow.rules.rule import Rule as Rule
from callflow.rules.rule import begin as begin
from callflow.rules.rule import moved
from callflow.rules.rule import status_of as status_of
from callflow.rules.rule import step as step
from callflow.rules.sorts import Sort
from callflow.rules.verdict import Evidence as Evidence
from callflow.rules.verdict import Verdict as Verdict
from callflow.rules.verdict import seen, told, with_evidence
from calls.events import CallEvent


class RuleSet:
    """The rules of one file, in its order."""

    def __init__(self, rules: Iterable[Rule], digest: str = "") -> None:
        self._rules = {rule.id: rule for rule in rules}
        self.digest = digest
        """SHA-256 (hex) of the file's text; empty where the rules come from no file."""

        self._known = Known(self)

    @property
    def known(self) -> Known:
        """What is known of the steps of these rules."""
        if self._known.full:
            self._known = Known(self)
        return self._known

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules


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
        if any(map(moved, before, self._progress)):
            self._evidence.append(seen(event, describe(event)))

    def verdict(self) -> Verdict:
        """What the rule came to so far."""
        return told(self.rule, self._progress, self._evidence)


def score(events: Iterable[CallEvent], rules: Iterable[Rule]) -> tuple[Verdict, ...]:
    """The verdict of every rule on a recorded call, or on what there is of a live one.

    `events` are those of one call in order of their numbers. The rules of one `RuleSet` are scored
    faster than others: what they came to on other calls is known (`known`).
    """
    if isinstance(rules, RuleSet):
        return _Scoring(rules.known).of(events)
    monitors = [Monitor(rule) for rule in rules]
    for event in events:
        for monitor in monitors:
            monitor.feed(event)
    return tuple(monitor.verdict() for monitor in monitors)


class _Scoring:
    """All rules of a set on one call, by what is known of their steps."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._standing = known.start
        self._running: dict[int, tuple[Progress, float]] = {}
        """Where the rules stand of which a time runs, and when the first of these runs out."""

        self._evidence: dict[int, list[Evidence]] = {}

    def of(self, events: Iterable[CallEvent]) -> tuple[Verdict, ...]:
        """The verdict of every rule."""
        sort_of, running = self._known.sort_of, self._running
        for event in events:
            sort = sort_of(event)
            if running:
                self._turn_in_time(sort, event)
            elif sort is not None:
                turn = self._standing.turns.get(sort)
                if turn is None or turn.further or turn.begun:
                    self._turn(sort, event)
                else:
                    self._standing = turn.to
        return self._verdicts()

    def _turn_in_time(self, sort: Sort | None, event: CallEvent) -> None:
        """An event that comes while times run; those that begin with it ran at none before."""
        before = tuple(self._running.items())
        if sort is not None:
            self._turn(sort, event)
        for at, (progress, until_ms) in before:
            if event.offset_ms > until_ms or (sort is not None and at in sort.heeded_by):
                self._step(at, progress, event)

    def _turn(self, sort: Sort, event: CallEvent) -> None:
        """The rules of which no time runs."""
        standing = self._standing
        turn = standing.turns.get(sort) or self._known.turn(standing, sort)
        self._standing = turn.to
        if turn.further:
            self._note(turn.further, seen(event, sort.what))
        for at, begun in turn.begun:
            self._runs(at, begun.by(event))

    def _step(self, at: int, before: Progress, event: CallEvent) -> None:
        """A step that is taken anew, as a time runs."""
        after = step(self._known.rules[at], before, event)
        if after is not before and any(map(moved, before, after)):
            self._note((at,), seen(event, describe(event)))
        point = self._known.at_rest(at, after)
        if point is None:
            self._runs(at, after)
        else:
            self._standing = self._known.rest(self._standing, at, point)
            del self._running[at]

    def _runs(self, at: int, progress: Progress) -> None:
        self._running[at] = progress, runs_out_ms(self._known.rules[at], progress)

    def _note(self, places: Iterable[int], evidence: Evidence) -> None:
        for at in places:
            self._evidence.setdefault(at, []).append(evidence)

    def _verdicts(self) -> tuple[Verdict, ...]:
        found = list(self._standing.verdicts)
        for at, evidence in self._evidence.items():
            bare = found[at]
            if bare is not None:
                found[at] = with_evidence(bare, evidence)
        for at, (progress, _) in self._running.items():
            found[at] = told(self._known.rules[at], progress, self._evidence.get(at, ()))
        return tuple([one for one in found if one is not None])
