"""Ways round that nothing ends: without a caller's act, or with a caller who gives nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from callflow.acts.base import Act
from callflow.acts.deciding import CallAct, ChooseAct, SetAct
from callflow.acts.doing import FormAct, TransferAct
from callflow.acts.queueing import QueueAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct
from callflow.checks.components import a_cycle, components
from callflow.checks.moods import Following
from callflow.checks.notes import Notes, place_of
from callflow.checks.ways import Arrow, FlowGraph
from callflow.steps import Step
from callflow.templates import Condition
from calls.actions import Until

_WAITS: Final[Mapping[type[Act], frozenset[str]]] = {
    QueueAct: frozenset({"answered", "no_answer"}),
    TransferAct: frozenset({"answered", "no_answer"}),
}
"""Outcomes that take people's time, of acts that can also come to an end at once."""

_IDLE: Final[Mapping[str, str]] = {
    "silence": "a caller who says nothing",
    "noise": "a caller on a noisy line",
    "faint": "a caller whose voice is too low",
}
_MIXED: Final = "a caller who is silent, noisy and faint by turns"


def check_loops(
    graphs: Mapping[str, FlowGraph], following: Following, sound: frozenset[str], notes: Notes
) -> None:
    """Note every way round that a call may never leave."""
    finder = _Finder(graphs, following, sound, notes)
    finder.look("hot-loop", "without waiting for the caller", _hot)
    for heard, who in _IDLE.items():
        finder.look("endless-loop", f"for ever with {who}", _idle(frozenset({heard})))
    finder.look("endless-mixed-loop", f"for ever with {_MIXED}", _idle(frozenset(_IDLE)))


Test = Callable[[Step, Arrow], bool]


def _hot(step: Step, arrow: Arrow) -> bool:
    """Whether the way from `step` waits for nobody, its sub-flows aside."""
    act, word = step.act, arrow.way.word
    if word == "error" and arrow.way.path == "on.error":
        return True
    if isinstance(act, ListenAct | MenuAct | AskAct | FormAct) or ".keys." in arrow.way.path:
        return False
    return word not in _WAITS.get(type(act), frozenset())


def waits(step: Step, arrow: Arrow) -> bool:
    """Whether a way from `step` waits for somebody."""
    return not _hot(step, arrow)


def _idle(hears: frozenset[str]) -> Test:
    """A test whether a caller of whom only `hears` is heard may take the way."""

    def test(step: Step, arrow: Arrow) -> bool:
        possible = _possible(step, hears)
        if possible is None:
            return True
        return arrow.way.path.startswith("on.") and arrow.way.word in possible | {"error"}

    return test


def _possible(step: Step, hears: frozenset[str]) -> frozenset[str] | None:
    """What a step comes to with such a caller; None when its outcomes are not the caller's."""
    unclear = hears & {"noise", "faint"}
    match step.act:
        case ListenAct(until=Until.CLEAR):
            return hears & {"noise"} or frozenset({"clear"})
        case ListenAct():
            noticed = unclear & step.wanted
            # Sounds that the step does not ask for are not noticed: the window runs out.
            return noticed | {"silence"} if "silence" in hears or not noticed else noticed
        case MenuAct() | AskAct():
            return unclear | {"exhausted"} if "silence" in hears else unclear
        case QueueAct() | TransferAct():
            return frozenset({"no_answer", "busy", "failed"})
        case FormAct():
            return frozenset()
        case _:
            return None


@dataclass(slots=True)
class _Finder:
    graphs: Mapping[str, FlowGraph]
    following: Following
    sound: frozenset[str]
    notes: Notes
    told: dict[str, set[int]] = field(default_factory=dict)

    def look(self, rule: str, how: str, test: Test) -> None:
        """Find every way round whose arrows all pass `test`."""
        returned: dict[str, frozenset[str]] = {}
        for name, graph in self.graphs.items():
            takes = self._takes(graph, returned, test)
            if name in self.sound:
                returned[name] = self._returned(graph, takes)
                self._rounds(graph, takes, rule, how)

    def _takes(
        self, graph: FlowGraph, returned: Mapping[str, frozenset[str]], test: Test
    ) -> Callable[[Arrow], bool]:
        def takes(arrow: Arrow) -> bool:
            if arrow.start < 0 or arrow.way.path == "on.hangup":
                return False
            if not all(word in returned.get(flow, ()) for flow, word in arrow.through):
                return False
            step = graph.flow.steps[arrow.start]
            if isinstance(step.act, CallAct) and arrow.through:
                return True
            return test(step, arrow)

        return takes

    @staticmethod
    def _returned(graph: FlowGraph, takes: Callable[[Arrow], bool]) -> frozenset[str]:
        seen, waiting, found = {0}, [0], set()
        while waiting:
            for arrow in graph.arrows[waiting.pop()]:
                if not takes(arrow):
                    continue
                if arrow.end is None:
                    found.add(getattr(arrow.leaves, "outcome", ""))
                elif arrow.end not in seen:
                    seen.add(arrow.end)
                    waiting.append(arrow.end)
        return frozenset(found)

    def _rounds(
        self, graph: FlowGraph, takes: Callable[[Arrow], bool], rule: str, how: str
    ) -> None:
        arrows = [a for a in graph.all() if not a.bounded and a.end is not None and takes(a)]
        for cycle in _cycles(arrows):
            steps = {arrow.start for arrow in cycle}
            if steps <= self.told.get(graph.flow.name, set()) or _counted(cycle, arrows, graph):
                continue
            self.told.setdefault(graph.flow.name, set()).update(steps)
            self._tell(graph, cycle, rule, how)

    def _tell(self, graph: FlowGraph, cycle: list[Arrow], rule: str, how: str) -> None:
        steps = graph.flow.steps
        last = max(cycle, key=lambda arrow: (arrow.start, arrow.way.path))
        passed = sorted({f"{flow} {word}" for arrow in cycle for flow, word in arrow.through})
        by_ivr = self.following.of[graph.flow.name].by("ivr")
        if rule == "endless-mixed-loop" and not by_ivr >= {arrow.start for arrow in cycle}:
            return  # an agent knows when it is enough
        if rule == "endless-mixed-loop" and not self.notes.first(
            rule, *(passed or [graph.flow.name])
        ):
            return
        step = steps[last.start]
        trail = tuple(f"{steps[arrow.start].name} ({_spelled(arrow)})" for arrow in cycle)
        round_ = " > ".join([*trail, steps[cycle[0].start].name])
        self.notes.note(
            rule,
            place_of(graph.flow, step, f"{last.way.path}=", last.way.path, f"{step.act.word}="),
            f'the step "{step.name}" goes round {how}: {round_}',
            _REMEDY[rule],
            trail=trail,
        )


_REMEDY: Final = {
    "hot-loop": "let a step on the way listen, or lead out of it",
    "endless-loop": "bound it: repeat: 2 with next, or lead to a goodbye",
    "endless-mixed-loop": "count such tries with set: and leave by choose:, or lead on",
}


def _spelled(arrow: Arrow) -> str:
    return ", ".join([arrow.way.word, *(f"{flow}: {word}" for flow, word in arrow.through)])


def _edges(arrows: Iterable[Arrow]) -> dict[int, list[int]]:
    edges: dict[int, list[int]] = {}
    for arrow in arrows:
        if arrow.end is not None:
            edges.setdefault(arrow.start, []).append(arrow.end)
            edges.setdefault(arrow.end, [])
    return edges


def _cycles(arrows: list[Arrow]) -> Iterator[list[Arrow]]:
    """A shortest way round of every group of steps that lead to each other."""
    edges = _edges(arrows)
    by_ends = {(arrow.start, arrow.end): arrow for arrow in reversed(arrows)}
    for group in components(edges):
        cycle = a_cycle(group, edges)
        if cycle:
            yield [by_ends[pair] for pair in pairwise(cycle)]


def _counted(cycle: list[Arrow], arrows: list[Arrow], graph: FlowGraph) -> bool:
    """Whether the group of `cycle` counts its rounds and leaves by a condition on the count.

    True when no way round is left without the steps that count, and none without the steps that
    test the count.
    """
    steps = graph.flow.steps
    group = next(set(each) for each in components(_edges(arrows)) if cycle[0].start in each)
    counting = {at: _counted_in(steps[at].act) for at in group}
    counters = frozenset[str]().union(*counting.values())
    counts = {at for at, names in counting.items() if names}
    tests = {
        at
        for at in group
        if _tested_in(steps[at].act) & counters
        and any(arrow.end not in group for arrow in graph.arrows[at])
    }
    inside = [arrow for arrow in arrows if arrow.start in group and arrow.end in group]
    return all(_broken_without(each, inside) for each in (counts, tests))


def _broken_without(without: set[int], arrows: list[Arrow]) -> bool:
    left = [arrow for arrow in arrows if not {arrow.start, arrow.end} & without]
    return bool(without) and not any(True for _ in _cycles(left))


def _counted_in(act: Act) -> frozenset[str]:
    """Variables whose new value is made of their old one."""
    values = act.values if isinstance(act, SetAct) else {}
    return frozenset(
        name
        for name, value in values.items()
        if isinstance(value, Condition) and name in value.names
    )


def _tested_in(act: Act) -> frozenset[str]:
    cases = act.cases if isinstance(act, ChooseAct) else ()
    return frozenset[str]().union(*(condition.names for condition, _ in cases))
