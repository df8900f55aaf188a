"""A run of the real engine whose values may be unknown: a condition over them goes both ways.

Unknown is what the caller keys, what files, services, forms and plug-ins answer, what the call
brings (`variables:` are only first values) and all that is computed from these. Known is what
`set` gives from constants, and a variable that the house counts by itself (`tries + 1`).
The same condition asked twice gives the same answer while its variables stay as they are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from callflow.acts.base import Act
from callflow.acts.deciding import ChooseAct, SetAct
from callflow.engine import MOST_STEPS_A_CALL, Ended, FlowRun
from callflow.frames import Script
from callflow.proving.unknown import Unknown, known, placeholder
from callflow.steps import Flow
from callflow.targets import Target
from callflow.templates import Condition, Wording
from calls.actions import Action
from calls.outcomes import Branched, Keyed, Outcome

Assumed = frozenset[tuple[str, frozenset[str], bool]]
"""Conditions over unknown values that were decided on this path: text, variables, answer."""


class ExploringRun(FlowRun):
    """`FlowRun` with unknown values. Decisions follow an oracle; beyond it the first is taken."""

    def __init__(
        self,
        script: Script,
        flow: Flow,
        variables: Mapping[str, Any],
        performer: str,
        matters: frozenset[str],
    ) -> None:
        """`matters` names the variables that conditions depend on; the others are not in `key`."""
        language = Unknown(flow.languages[0])
        super().__init__(script, flow, variables, language, performer)
        self.variables["language"] = language
        self.assumed: Assumed = frozenset()
        self._matters = matters
        self._oracle: tuple[int, ...] = ()
        self._choices: list[int] = []

    @property
    def act(self) -> Act:
        """The act of the step being performed."""
        return self._frames[-1].step.act

    def place(self) -> Hashable:
        """Where the run is, values aside."""
        return (tuple(frame.key() for frame in self._frames), self._speaking)

    def key(self) -> Hashable:
        return (super().key(), self.assumed)

    def after(self, outcome: Outcome | None) -> Iterator[tuple[ExploringRun, Action | Ended]]:
        """Every way the run can go on after `outcome` (None: from its beginning)."""
        pending: list[tuple[int, ...]] = [()]
        while pending:
            oracle = pending.pop()
            run = self._forked(oracle)
            at = run.begin() if outcome is None else run.resume(outcome)
            yield run, at
            for depth in range(len(oracle), len(run._choices)):
                before = oracle + (0,) * (depth - len(oracle))
                pending += [(*before, other) for other in range(1, run._choices[depth])]

    def forget(self, name: str) -> None:
        """From here on the value of a variable is unknown."""
        self.variables[name] = placeholder(name)

    def counted(self) -> Iterator[tuple[str, Any]]:
        """Known values that matter."""
        for name in self._matters:
            if known((name,), self.variables):
                yield name, self.variables[name]

    def _forked(self, oracle: tuple[int, ...]) -> ExploringRun:
        run = self.fork()
        assert isinstance(run, ExploringRun)  # noqa: S101 - a fork is of the run's own class
        run._oracle, run._choices = oracle, []
        run._budget = MOST_STEPS_A_CALL
        return run

    def _values(self) -> Hashable:
        return frozenset(self.counted())

    def _decide_among(self, count: int) -> int:
        """A number below `count`, by the oracle."""
        asked = len(self._choices)
        self._choices.append(count)
        return self._oracle[asked] if asked < len(self._oracle) else 0

    def _chosen(self, act: ChooseAct) -> Target:
        return next((go for test, go in act.cases if self._holds(test)), act.otherwise)

    def _holds(self, test: Condition) -> bool:
        if known(test.names, self.variables):
            return bool(test.value(self.variables))
        for text, _, answer in self.assumed:
            if text == test.text:
                return answer
        answer = self._decide_among(2) == 0
        self.assumed |= {(test.text, test.names, answer)}
        return answer

    def _computed(self, values: Mapping[str, Wording | Condition]) -> Mapping[str, Any]:
        new: dict[str, Any] = {}
        for name, value in values.items():
            if known(value.names, self.variables):
                new.update(super()._computed({name: value}))
            elif name == "language":
                languages = self._frames[-1].flow.languages
                new[name] = languages[self._decide_among(len(languages))]
            else:
                new[name] = placeholder(name)
        self._drop_assumed(new)
        return new

    def _take(self, outcome: Outcome) -> Ended | None:
        if not self._speaking and not isinstance(outcome, Branched):
            self._drop_assumed(self._stored(outcome))
        return super()._take(outcome)

    def _stored(self, outcome: Outcome) -> set[str]:
        names = {"digits"} if isinstance(outcome, Keyed) else set()
        return names | set(getattr(outcome, "values", ())) | set(self.act.stores())

    def _drop_assumed(self, changed: Iterable[str]) -> None:
        names = frozenset(changed)
        if names and self.assumed:
            self.assumed = frozenset(one for one in self.assumed if one[1].isdisjoint(names))


def names_that_matter(flows: Iterable[Flow]) -> frozenset[str]:
    """Variables that conditions, and the values they depend on, are made of."""
    names = {"language", "disposition", "performer"}
    for flow in flows:
        for step in flow.steps:
            if isinstance(step.act, ChooseAct | SetAct):
                for expression in step.act.expressions():
                    names |= expression.names
    return frozenset(names)


def counters(flows: Iterable[Flow]) -> frozenset[str]:
    """Variables that a flow computes from themselves: the house's own, no call brings them."""
    return frozenset(
        name
        for flow in flows
        for step in flow.steps
        if isinstance(step.act, SetAct)
        for name, value in step.act.values.items()
        if name in value.names
    )
