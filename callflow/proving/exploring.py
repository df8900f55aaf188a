"""A run of the real engine whose values may be unknown: a condition over them goes both ways.

Unknown is what the caller keys, what files, services, forms and plug-ins answer, what the call
brings (`variables:` that no flow sets are only first values) and all that is computed from these.
The same condition asked twice gives the same answer while its variables stay as they are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from callflow.acts.base import Act
from callflow.acts.deciding import ChooseAct, SetAct
from callflow.engine import MOST_STEPS_A_CALL, Ended, FlowRun
from callflow.frames import Frame, Script
from callflow.proving.liveness import ALWAYS, NOTHING, Deed, Live, Question, stored_by
from callflow.proving.unknown import Unknown, known, placeholder
from callflow.steps import Flow
from callflow.targets import Target
from callflow.templates import Condition, Wording
from calls.actions import Action
from calls.outcomes import Branched, Outcome

_PARTS: Final = attrgetter(*(each.name for each in fields(Frame)))

_UNKNOWN: Final = placeholder("")

Assumed = frozenset[tuple[Question, bool]]
"""Conditions over unknown values that were decided on this path, and how."""


class ExploringRun(FlowRun):
    """`FlowRun` with unknown values. Decisions follow an oracle; beyond it the first is taken."""

    def __init__(
        self, script: Script, flow: Flow, variables: Mapping[str, Any], performer: str
    ) -> None:
        """Until it is told what is live, every condition goes both ways and deeds are noted."""
        language = Unknown(flow.languages[0])
        super().__init__(script, flow, variables, language, performer)
        self.variables["language"] = language
        self.assumed: Assumed = frozenset()
        self.deeds: list[Deed] = []
        """What was done with variables since the last action."""

        self._live: Mapping[Hashable, Live] | None = None
        self._oracle: tuple[int, ...] = ()
        self._choices: list[int] = []
        self._at: Hashable | None = None
        """`place`, once it is known."""

    def knowing(self, live: Mapping[Hashable, Live]) -> ExploringRun:
        """The same run for exploring with values; `live` tells what can matter at each place."""
        run = self._forked(())
        run._live = live
        return run

    @property
    def act(self) -> Act:
        """The act of the step being performed."""
        return self._frames[-1].step.act

    @property
    def gone(self) -> bool:
        """Whether the line is down."""
        return self._gone is not None

    def place(self) -> Hashable:
        """Where the run is, values aside."""
        if self._at is None:
            frames = tuple(frame.key() for frame in self._frames)
            self._at = (frames, self._speaking, self.gone)
        return self._at

    def key(self) -> tuple[Hashable, ...]:
        """All that the rest of the run depends on: of the values only what can still matter.

        The budget of steps aside: two runs with equal keys go the same ways from here on.
        """
        place = self.place()
        live = self._live_at(place)
        assumed = frozenset(one for one in self.assumed if one[0] in live.questions)
        values = frozenset(self._known_of(live.names))
        return (place, self._answered, self._gone, values, assumed)

    def branching(self, name: str) -> Hashable:
        """All that an agent's branch taken here depends on: flows above the one it is of are left.

        What is live after it is live here too.
        """
        depth = len(self._frames)
        while depth and name not in self._frames[depth - 1].flow.anytime:
            depth -= 1
        kept = tuple(frame.key() for frame in self._frames[:depth])
        if self._live is None:
            return (name, kept)
        return (name, kept, self.key()[1:])

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

    def fork(self) -> ExploringRun:
        """The same as a `FlowRun` does it, without the cost of `copy`: a proof forks often."""
        run = object.__new__(ExploringRun)
        run.__dict__.update(self.__dict__)
        run._frames = [Frame(*_PARTS(frame)) for frame in self._frames]
        run.variables = dict(self.variables)
        run._entered = list(self._entered)
        return run

    def forget(self, name: str) -> None:
        """From here on the value of a variable is unknown."""
        self.variables[name] = placeholder(name)

    def counted(self) -> Iterator[tuple[str, Any]]:
        """Known values that matter."""
        return self._known_of(self._live_at(self.place()).names)

    def _known_of(self, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
        variables = self.variables
        for name in names | ALWAYS:
            value = variables.get(name, _UNKNOWN)
            if not isinstance(value, Unknown):
                yield name, value

    def _live_at(self, place: Hashable) -> Live:
        return NOTHING if self._live is None else self._live.get(place, NOTHING)

    def _forked(self, oracle: tuple[int, ...]) -> ExploringRun:
        run = self.fork()
        run._oracle, run._choices, run.deeds = oracle, [], []
        run._budget = MOST_STEPS_A_CALL
        run._at = None
        return run

    def _decide_among(self, count: int) -> int:
        """A number below `count`, by the oracle."""
        asked = len(self._choices)
        self._choices.append(count)
        return self._oracle[asked] if asked < len(self._oracle) else 0

    def _chosen(self, act: ChooseAct) -> Target:
        return next((go for test, go in act.cases if self._holds(test)), act.otherwise)

    def _holds(self, test: Condition) -> bool:
        question = Question(test.text, test.names)
        if self._live is None:
            self.deeds.append(Deed(reads=test.names, asks=frozenset({question})))
            return self._decide_among(2) == 0
        if known(test.names, self.variables):
            return bool(test.value(self.variables))
        for answer in (True, False):
            if (question, answer) in self.assumed:
                return answer
        answer = self._decide_among(2) == 0
        self.assumed |= {(question, answer)}
        return answer

    def _computed(self, values: Mapping[str, Wording | Condition]) -> Mapping[str, Any]:
        new: dict[str, Any] = {}
        for name, value in values.items():
            if known(value.names, self.variables) and self._live is not None:
                new.update(super()._computed({name: value}))
            elif name == "language":
                languages = self._frames[-1].flow.languages
                new[name] = languages[self._decide_among(len(languages))]
            else:
                new[name] = placeholder(name)
        reads = frozenset[str]().union(*(value.names for value in values.values()))
        self._renew(frozenset(new), reads=reads, gives=frozenset(new))
        return new

    def _take(self, outcome: Outcome) -> Ended | None:
        if not self._speaking and not isinstance(outcome, Branched):
            self._renew(stored_by(self._frames[-1].step, self._script.forms))
        return super()._take(outcome)

    def _renew(
        self,
        names: frozenset[str],
        reads: frozenset[str] = frozenset(),
        gives: frozenset[str] = frozenset(),
    ) -> None:
        """Nothing is taken for granted about these variables any more."""
        if self._live is None:
            self.deeds.append(Deed(reads=reads, gives=gives, renews=names))
        elif names and self.assumed:
            self.assumed = frozenset(one for one in self.assumed if one[0].names.isdisjoint(names))


def own_variables(flows: Iterable[Flow]) -> frozenset[str]:
    """Variables that some flow sets: the house's own, which no call brings."""
    return frozenset(
        name
        for flow in flows
        for step in flow.steps
        if isinstance(step.act, SetAct)
        for name in step.act.values
    )


def computed_variables(flows: Iterable[Flow]) -> frozenset[str]:
    """Variables that some flow computes from variables: they may take ever new values."""
    return frozenset(
        name
        for flow in flows
        for step in flow.steps
        if isinstance(step.act, SetAct)
        for name, value in step.act.values.items()
        if value.names
    )


def asks_digits(flows: Iterable[Flow]) -> bool:
    """Whether any condition tells one key from another."""
    return any(
        "digits" in expression.names
        for flow in flows
        for step in flow.steps
        if isinstance(step.act, ChooseAct | SetAct)
        for expression in step.act.expressions()
    )
