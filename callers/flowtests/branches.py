"""Every branch that the flows of a house have, and which of them were taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callers.flowtests.advice import advice, taken_by
from callflow.acts.deciding import ChooseAct, LeaveAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.frames import Taken
from callflow.house import House
from callflow.nodes import Place
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, Target

WHO: Final = ("caller", "agent", "fault")


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of one step."""

    taken: Taken
    place: Place
    by: str
    """Who takes it: `caller`, `agent` (also a flow only agents perform) or `fault`."""

    advice: str
    """What has to happen for it to be taken."""


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """What the runs came to in one flow."""

    flow: str
    branches: tuple[Branch, ...]
    missing: tuple[Branch, ...]

    def count(self, by: str) -> tuple[int, int]:
        """Taken and all branches that `by` takes."""
        every = sum(branch.by == by for branch in self.branches)
        return every - sum(branch.by == by for branch in self.missing), every

    @property
    def percent(self) -> float:
        """Of all branches; 100 where there are none."""
        return percent([self])


def branches(house: House) -> dict[str, tuple[Branch, ...]]:
    """Every branch by flow, steps as written."""
    return {name: tuple(_of_flow(flow)) for name, flow in sorted(house.flows.items())}


def coverage(house: House, taken: Iterable[Taken]) -> list[FlowCoverage]:
    """What runs that took `taken` left out, by flow."""
    took = frozenset(one._replace(step="") if "anytime " in one.branch else one for one in taken)
    return [
        FlowCoverage(flow, every, tuple(branch for branch in every if branch.taken not in took))
        for flow, every in branches(house).items()
    ]


def percent(flows: Iterable[FlowCoverage]) -> float:
    """Of all branches of these flows; 100 where there are none."""
    listed = list(flows)
    every = sum(len(flow.branches) for flow in listed)
    missing = sum(len(flow.missing) for flow in listed)
    return 100.0 * (every - missing) / every if every else 100.0


def step_branches(step: Step) -> Iterator[str]:
    """The branches of one step, as the engine tells them."""
    act = step.act
    if isinstance(act, LeaveAct):
        yield ""
    else:
        for key, target in act.targets():
            yield from _with_returns(key, target)
        if isinstance(act, MenuAct | AskAct) and act.attempts > 1:
            yield "reprompt"
    for word, target in step.on.items():
        yield from _with_returns(word, target)


def anytime_branches(flow: Flow) -> Iterator[str]:
    """The branches an agent can take at every step of the flow."""
    for word, target in flow.anytime.items():
        yield from _with_returns(f"anytime {word}", target)


def _with_returns(word: str, target: Target) -> Iterator[str]:
    yield word
    if isinstance(target, CallFlow):
        for outcome, then in target.routes.items():
            yield from _with_returns(f"{word} > {outcome}", then)


def _of_flow(flow: Flow) -> Iterator[Branch]:
    for step in flow.steps:
        for word in dict.fromkeys(step_branches(step)):
            taken = Taken(flow.name, step.name, word)
            by = taken_by(flow, step, word)
            yield Branch(taken, _place(flow, step, word), by, advice(step, word))
    for name in anytime_branches(flow):
        # Offered at every step; taken at one it has shown what it does.
        first, _, returned = name.partition(" > ")
        place = flow.places.get(first.replace(" ", "."), flow.place)
        then = f", and what is called then returns {returned}" if returned else ""
        said = f"the agent takes the branch {first.partition(' ')[2]}{then}"
        yield Branch(Taken(flow.name, "", name), place, "agent", said)


def _place(flow: Flow, step: Step, branch: str) -> Place:
    """The word in the step's own `on:` or act, else in `always:`, else the step's name."""
    word = branch.partition(" > ")[0]
    if isinstance(step.act, ChooseAct):
        cases = [name for name, _ in step.act.targets()]
        word = str(cases.index(word)) if word in cases else word
    for places, name in (
        (step.places, f"on.{word}"),
        (step.places, f"menu.keys.{word}"),
        (step.places, f"queue.keys.{word}"),
        (step.places, f"choose.{word}="),
        (flow.places, f"always.{word}"),
    ):
        if name in places:
            return places[name]
    return step.place


def as_rows(flows: Iterable[FlowCoverage]) -> Mapping[str, object]:
    """JSON-ready."""
    listed = list(flows)
    return {
        "percent": round(percent(listed), 1),
        "flows": [
            {
                "flow": flow.flow,
                "percent": round(flow.percent, 1),
                "branches": {
                    by: dict(zip(("taken", "of"), flow.count(by), strict=True)) for by in WHO
                },
                "missing": [_row(branch) for branch in flow.missing],
            }
            for flow in listed
        ],
    }


def _row(branch: Branch) -> dict[str, object]:
    return {
        "step": branch.taken.step,
        "branch": branch.taken.branch,
        "by": branch.by,
        "file": branch.place.source,
        "line": branch.place.line,
        "column": branch.place.column,
        "advice": branch.advice,
    }
