"""Every branch that the flows of a house have, and which of them were taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from callers.flowtests.advice import advice, taken_by
from callflow.acts.deciding import LeaveAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.frames import Taken
from callflow.house import House
from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, NodeError, Place, parse
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, Target


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

    def count(self, by: str = "caller") -> tuple[int, int]:
        """Taken and all branches that `by` takes."""
        every = sum(branch.by == by for branch in self.branches)
        return every - sum(branch.by == by for branch in self.missing), every

    @property
    def percent(self) -> float:
        """Of the branches a caller takes; 100 where there are none."""
        took, every = self.count()
        return 100.0 * took / every if every else 100.0


def branches(house: House) -> dict[str, tuple[Branch, ...]]:
    """Every branch by flow, steps as written."""
    return {name: tuple(_Places(flow).branches(flow)) for name, flow in sorted(house.flows.items())}


def coverage(house: House, taken: Iterable[Taken]) -> list[FlowCoverage]:
    """What runs that took `taken` left out, by flow."""
    took = frozenset(taken)
    return [
        FlowCoverage(flow, every, tuple(branch for branch in every if branch.taken not in took))
        for flow, every in branches(house).items()
    ]


def percent(flows: Iterable[FlowCoverage]) -> float:
    """Of the branches a caller takes, over all flows."""
    counts = [flow.count() for flow in flows]
    every = sum(all_of for _, all_of in counts)
    return 100.0 * sum(took for took, _ in counts) / every if every else 100.0


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


def _with_returns(word: str, target: Target) -> Iterator[str]:
    yield word
    if isinstance(target, CallFlow):
        for outcome, then in target.routes.items():
            yield from _with_returns(f"{word} > {outcome}", then)


class _Places:
    """Where the branches of one flow are written, as far as its file can be read."""

    def __init__(self, flow: Flow) -> None:
        try:
            text = Path(flow.place.source).read_text(encoding="utf-8")
            self._top: MappingNode | None = parse(text, flow.place.source)
        except (OSError, UnicodeDecodeError, NodeError):
            self._top = None

    def branches(self, flow: Flow) -> Iterator[Branch]:
        for step in flow.steps:
            for word in dict.fromkeys(step_branches(step)):
                taken = Taken(flow.name, step.name, word)
                by = taken_by(flow, step, word)
                yield Branch(taken, self._place(step, word), by, advice(step, word))
            for word in flow.anytime:
                taken = Taken(flow.name, step.name, f"anytime {word}")
                said = f"the agent takes the branch {word} here"
                yield Branch(taken, step.place, "agent", said)

    def _place(self, step: Step, word: str) -> Place:
        """The word in the step's own `on:` or act, else in `always:`, else the step's name."""
        if self._top is None:
            return step.place
        first = word.partition(" > ")[0]
        body = _inside(_inside(self._top, "steps"), step.name)
        within = (_inside(body, "on"), _inside(_inside(body, "menu"), "keys"))
        for mapping in (*within, _inside(self._top, "always")):
            for key, _ in mapping.items if isinstance(mapping, MappingNode) else ():
                if key.text == first:
                    return key.place
        return step.place


def _inside(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MappingNode) else None


def as_rows(flows: Iterable[FlowCoverage]) -> Mapping[str, object]:
    """JSON-ready."""
    listed = list(flows)
    return {
        "percent": round(percent(listed), 1),
        "flows": [
            {
                "flow": flow.flow,
                "percent": round(flow.percent, 1),
                "taken": flow.count()[0],
                "branches": flow.count()[1],
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
