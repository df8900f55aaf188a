"""A run of the engine that knows which of its values a record does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from callflow.acts.base import Act
from callflow.acts.deciding import ChooseAct
from callflow.engine import Ended, FlowRun
from callflow.frames import Script
from callflow.proving.unknown import Unknown, known, placeholder
from callflow.replaying.record import Record, Spot
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, GoTo, Next, Target
from callflow.templates import Condition, Wording
from calls.events import Stepped
from calls.outcomes import Outcome


class UndecidedError(Exception):
    """The record does not say how the call would go on; the text says why."""


class ReplayRun(FlowRun):
    """`FlowRun` for a record: a condition over values that nobody wrote down goes the way it went.

    Unknown is what files, services and plug-ins told then, and what was computed from that.
    Raises UndecidedError from `begin` and `resume` where the record shows no way either.
    """

    def __init__(
        self,
        script: Script,
        flow: Flow,
        variables: Mapping[str, Any],
        language: str,
        record: Record,
    ) -> None:
        super().__init__(script, flow, variables, language, record.performer)
        self._record = record
        self._visits: Counter[Spot] = Counter()

    @property
    def step(self) -> Step:
        """The step being performed."""
        return self._frames[-1].step

    @property
    def act(self) -> Act:
        """Its act."""
        return self.step.act

    @property
    def spot(self) -> Spot:
        """Where it is."""
        return Spot(self.position.flow, self.position.step)

    @property
    def visits(self) -> int:
        """How often the step being performed has been entered."""
        return self._visits[self.spot]

    def leads(self, outcome: Outcome) -> Spot | str:
        """The step that an outcome leads to, or how it ends the call, without going there.

        An end is told as `Record.ending` is; empty where the record does not decide.
        """
        run = self.fork()
        run.take_entered()
        try:
            at = run.resume(outcome)
        except UndecidedError:
            return ""
        for entered in run.take_entered():
            if isinstance(entered, Stepped):
                return Spot(entered.flow, entered.step)
        return f"{at.reason.value} {at.disposition}" if isinstance(at, Ended) else ""

    def unknown(self, names: Iterable[str]) -> bool:
        """Whether the value of any of these variables is unknown."""
        return any(isinstance(self.variables.get(name), Unknown) for name in names)

    def stand_in(self, names: Iterable[str]) -> dict[str, str]:
        """Values for variables whose real ones the record does not hold."""
        return {name: placeholder(name) for name in names}

    def fork(self) -> ReplayRun:
        other = super().fork()
        assert isinstance(other, ReplayRun)  # noqa: S101 - a fork is of the run's own class
        other._visits = Counter(self._visits)
        return other

    def _enter(self, at: int, repeated: int = 0) -> Any:
        ended = super()._enter(at, repeated)
        self._visits[self.spot] += 1
        return ended

    def _take(self, outcome: Outcome) -> Any:
        # What an act would have stored, and the record does not hold.
        values = getattr(outcome, "values", None)
        if not self._speaking and isinstance(values, Mapping) and outcome.name in ("ok", "found"):
            missing = [name for name in self.act.stores() if name not in values]
            self.variables.update(self.stand_in(missing))
        return super()._take(outcome)

    def _chosen(self, act: ChooseAct) -> Target:
        went = self._record.next_step(self.spot, self._visits[self.spot])
        doubtful: list[str] = []
        for test, target in act.cases:
            if self._is_known(test.names):
                if test.value(self.variables):
                    return self._sure(target, went, doubtful)
            elif self._leads_to(target, went):
                return target
            else:
                doubtful.append(test.text)
        return self._sure(act.otherwise, went, doubtful)

    def _sure(self, target: Target, went: Spot | None, doubtful: list[str]) -> Target:
        """The target, unless a condition before it might have held."""
        if doubtful and not self._leads_to(target, went):
            raise UndecidedError(f"whether {doubtful[0]}: the record does not hold the values")
        return target

    def _leads_to(self, target: Target, went: Spot | None) -> bool:
        """Whether the record went on, from this step, where `target` leads."""
        frame = self._frames[-1]
        match target:
            case GoTo(step):
                return went == Spot(frame.flow.name, step)
            case Next():
                following = frame.flow.steps[frame.at + 1 :][:1]
                return bool(following) and went == Spot(frame.flow.name, following[0].name)
            case CallFlow(name):
                return went == Spot(name, self._script.flows[name].steps[0].name)
            case _:
                return False

    def _is_known(self, names: Iterable[str]) -> bool:
        names = tuple(names)
        return known((name for name in names if name in self.variables), self.variables)

    def _computed(self, values: Mapping[str, Wording | Condition]) -> Mapping[str, Any]:
        new: dict[str, Any] = {}
        for name, value in values.items():
            if self._is_known(value.names):
                new.update(super()._computed({name: value}))
            elif name == "language":
                raise UndecidedError("which language: the record does not hold the values")
            else:
                new[name] = placeholder(name)
        return new
