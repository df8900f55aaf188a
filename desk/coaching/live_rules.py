"""The house rules kept on a live call: what is due and by when, what was broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from callflow.lines import LineWording
from callflow.rules import monitor
from callflow.rules.events import EventPattern, Happened, OneOf
from callflow.rules.monitor import Progress, Rule
from callflow.rules.patterns import Chain, Count, Pattern, Response
from callflow.rules.state import State, Status
from callflow.templates import WordingError
from calls.events import CallEvent
from calls.floor.view import RuleView
from calls.masking import plain

_NONE: Final[Mapping[str, Any]] = {}
_Wording = tuple[str, Mapping[str, Any]]
"""Language and variables of the call."""


class LiveRules:
    """All rules that a trace can decide, over the facts of one call."""

    def __init__(self, rules: Iterable[Rule], lines: Mapping[str, LineWording]) -> None:
        self._progress: dict[str, tuple[Rule, Progress]] = {
            rule.id: (rule, monitor.begin(rule)) for rule in rules if rule.decidable
        }
        self._lines = lines

    def feed(self, event: CallEvent) -> bool:
        """Take in the next fact; whether anything is due or broken now that was not, or no more."""
        moved = False
        for rule_id, (rule, before) in self._progress.items():
            after = monitor.step(rule, before, event)
            if after is not before:
                self._progress[rule_id] = (rule, after)
                moved = moved or after != before
        return moved

    def due(
        self, now_ms: int, language: str, variables: Mapping[str, Any] = _NONE
    ) -> tuple[RuleView, ...]:
        """What something that happened asks for next, the most urgent first.

        What must only come before something else, like the goodbye before the hang-up, is due all
        call long and not told. `now_ms` counts since the offer; `variables` fill the sentences.
        """
        found = [
            view
            for rule, progress in self._progress.values()
            if monitor.status_of(progress) is Status.PENDING
            for view in self._open(rule, progress, now_ms, (language, variables))
        ]
        return tuple(sorted(found, key=lambda view: (view.within_ms is None, view.within_ms or 0)))

    def broken(self) -> tuple[RuleView, ...]:
        """Rules broken on this call, in the order of the house."""
        return tuple(
            RuleView(id=rule.id, title=rule.title, what=_why(progress))
            for rule, progress in self._progress.values()
            if monitor.status_of(progress) is Status.BROKEN
        )

    def _open(
        self, rule: Rule, progress: Progress, now_ms: int, wording: _Wording
    ) -> Iterator[RuleView]:
        for pattern, state in zip(rule.patterns, progress, strict=True):
            expected = _expected(pattern, state)
            due = pattern.due(state) if expected is not None else None
            if expected is None or due is None:
                continue
            within_ms = None if due.by_ms is None else max(due.by_ms - now_ms, 0)
            what = self._sentence(expected, *wording)
            yield RuleView(id=rule.id, title=rule.title, what=what, within_ms=within_ms)

    def _sentence(self, expected: EventPattern, language: str, variables: Mapping[str, Any]) -> str:
        """The sentence to say, where it is one line; empty for everything else."""
        names = [name for happened in expected.choices for name in _line_names(happened)]
        line = self._lines.get(names[0]) if len(names) == len(expected.choices) == 1 else None
        if line is None:
            return ""
        try:
            return plain(line.speak(language, variables).text, most_cells=400)
        except (WordingError, KeyError):
            return ""


def _expected(pattern: Pattern, state: State) -> EventPattern | None:
    """What an open demand asks for; None where none is open."""
    if state.status is not Status.PENDING:
        return None
    match pattern:
        case Response(expect=expect):
            return expect if state.mark_ms is not None else None
        case Chain(links=links):
            return links[state.place - 1].event if state.place else None
        case Count(of=of, after=after):
            return of if after and state.mark_ms is not None else None
        case _:
            return None


def _line_names(happened: Happened) -> Iterator[str]:
    if happened.kind == "said":
        for test in happened.tests:
            if isinstance(test, OneOf) and test.field == "line":
                yield from test.values


def _why(progress: Progress) -> str:
    return "; ".join(state.why for state in progress if state.status is Status.BROKEN)
