"""What is set on every way to a step, and what is read there: variables, and promises."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callflow.acts.base import Act
from callflow.acts.doing import FormAct, LookupAct, PromiseAct
from callflow.acts.queueing import QueueAct
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.checks.notes import BROUGHT, Notes, place_of
from callflow.checks.ways import Arrow, FlowGraph
from callflow.nodes import Place
from callflow.steps import Flow, Step
from callflow.targets import Return
from callflow.templates import Condition, surely_set

PROMISED: Final = "#promised"
"""Stands for a promise that was written down, among the variables."""

PROMISE_TAG: Final = "promise"
PLACE: Final = "place"
"""Known only to the lines that a queue tells."""

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Use:
    """A variable read in a step."""

    name: str
    place: Place
    word: str
    by: str


def check_variables(graphs: Mapping[str, FlowGraph], sound: Names, notes: Notes) -> None:
    """Note every variable that some way reads before anything set it, and every promise that is
    spoken before one is written down."""
    _Setting(graphs, sound, notes).check()


class _Setting:
    def __init__(self, graphs: Mapping[str, FlowGraph], sound: Names, notes: Notes) -> None:
        self._graphs = graphs
        self._sound = sound
        self._notes = notes
        self._everything = frozenset({PROMISED}).union(
            BROUGHT,
            notes.outside.variables,
            *(flow.variables for flow in notes.parts.flows.values()),
            *(form.stores() for form in notes.parts.forms.values()),
            *(
                (*step.act.stores(), "digits", PLACE)
                for flow in notes.parts.flows.values()
                for step in flow.steps
            ),
        )
        self._gives: dict[tuple[str, str], Names] = {}
        """What a sub-flow has surely set when it comes back with an outcome."""

    def check(self) -> None:
        for name, graph in self._graphs.items():
            self._summarise(name, graph)
        entered: dict[str, Names] = {}
        for name, graph in reversed(list(self._graphs.items())):
            first = self._first(graph.flow, entered.get(name))
            known = self._known(graph, first)
            for call in graph.calls:
                before = known.get(call.start, first) if name in self._sound else self._everything
                before = before.union(*(self._given(*pair) for pair in call.through))
                there = entered.get(call.flow, self._everything)
                entered[call.flow] = there & before
            if name in self._sound:
                self._uses(graph, known, first)

    def _first(self, flow: Flow, entered: Names | None) -> Names:
        if flow.is_entry:
            return BROUGHT | self._notes.outside.variables | frozenset(flow.variables)
        return (self._everything if entered is None else entered) | frozenset(flow.variables)

    def _summarise(self, name: str, graph: FlowGraph) -> None:
        own = frozenset(graph.flow.variables)
        known = self._known(graph, own) if name in self._sound else {}
        for outcome in graph.flow.returns:
            given: Names | None = None
            for arrow in graph.leaving():
                if arrow.leaves == Return(outcome):
                    there = known.get(arrow.start, own) | self._sets(graph.flow, arrow)
                    given = there if given is None else given & there
            self._gives[name, outcome] = self._everything if given is None else given

    def _given(self, flow: str, outcome: str) -> Names:
        return self._gives.get((flow, outcome), self._everything)

    def _known(self, graph: FlowGraph, first: Names) -> dict[int, Names]:
        """Variables set on every way to each step."""
        known: dict[int, Names] = {}
        waiting: deque[int] = deque()

        def arrive(at: int, names: Names) -> None:
            there = known.get(at)
            now = names if there is None else there & names
            if now != there:
                known[at] = now
                waiting.append(at)

        arrive(0, first)
        for arrow in graph.branches:
            if arrow.end is not None:
                arrive(arrow.end, first | self._sets(graph.flow, arrow))
        while waiting:
            for arrow in graph.arrows[waiting.popleft()]:
                if arrow.end is not None:
                    arrive(arrow.end, known[arrow.start] | self._sets(graph.flow, arrow))
        return known

    def _sets(self, flow: Flow, arrow: Arrow) -> Names:
        """What is surely set on the way of an arrow."""
        given = [self._given(*pair) for pair in arrow.through]
        if arrow.start >= 0:
            given.append(_set_by(flow.steps[arrow.start], arrow, self._notes))
        return frozenset[str]().union(*given)

    def _uses(self, graph: FlowGraph, known: Mapping[int, Names], first: Names) -> None:
        flow = graph.flow
        for at in sorted(graph.reached):
            for use in _used_in(flow.steps[at], flow, self._notes):
                if use.name in known[at] or use.name not in self._everything:
                    continue
                if self._notes.first("unset", flow.name, use.name):
                    trail = self._trail(graph, at, use.name)
                    self._tell(flow, flow.steps[at], use, trail)

    def _trail(self, graph: FlowGraph, at: int, name: str) -> tuple[str, ...]:
        """A shortest way to step `at` on which nothing sets `name`."""
        came: dict[int, Arrow | None] = {0: None}
        for arrow in graph.branches:
            if arrow.end is not None:
                came.setdefault(arrow.end, None)
        waiting = deque(came)
        while waiting and at not in came:
            for arrow in graph.arrows[waiting.popleft()]:
                if arrow.end is None or arrow.end in came:
                    continue
                if name not in self._sets(graph.flow, arrow):
                    came[arrow.end] = arrow
                    waiting.append(arrow.end)
        steps, back = [graph.flow.steps[at].name], came.get(at)
        while back is not None:
            steps.append(f"{graph.flow.steps[back.start].name} ({back.way.word})")
            back = came[back.start]
        return tuple(reversed(steps))

    def _tell(self, flow: Flow, step: Step, use: _Use, trail: tuple[str, ...]) -> None:
        way = " > ".join(trail)
        if use.name == PROMISED:
            self._notes.note(
                "promise-not-kept",
                use.place,
                f"{use.by} promises something that nothing has written down on the way {way}",
                "put a step with promise: before it",
                word=use.word,
                trail=trail,
            )
            return
        self._notes.note(
            "unset-variable",
            use.place,
            f"{use.by} needs {use.name}, which nothing has set on the way {way}",
            f'give it a first value in variables: of {flow.name}, or write {use.name}|default("…")',
            word=use.word,
            trail=trail,
        )


def _set_by(step: Step, arrow: Arrow, notes: Notes) -> Names:
    act, word, path = step.act, arrow.way.word, arrow.way.path
    found = set[str]()
    if isinstance(act, FormAct):
        if word == "ok" and act.form in notes.parts.forms:
            found.update(notes.parts.forms[act.form].stores())
    elif path.startswith("on.") and word in ("ok", "found"):
        found.update(act.stores())
    if (
        path.startswith(("menu.keys.", "queue.keys.", "verdict.answers."))
        or (path == "on.key")
        or (isinstance(act, AskAct) and word == "ok")
    ):
        found.add("digits")
    if isinstance(act, VerdictAct) and path.startswith("verdict."):
        found.add(act.question)
    if isinstance(act, PromiseAct) and word == "ok":
        found.add(PROMISED)
    if path.startswith("choose.") and path.endswith(".go"):
        found.update(surely_set(word))
    return frozenset(found)


def _used_in(step: Step, flow: Flow, notes: Notes) -> Iterator[_Use]:
    for at, name in enumerate(step.says):
        yield from _line(name, place_of(flow, step, f"say.{at}=", "say="), notes)
    act, word = step.act, step.act.word
    for expression in act.expressions():
        for name in sorted(expression.needed):
            what = "the condition" if isinstance(expression, Condition) else f"the {word}"
            place = place_of(flow, step, f"{word}=")
            yield _Use(name, place, name, f'{what} of the step "{step.name}"')
    if isinstance(act, LookupAct) and act.by:
        yield _Use(act.by, place_of(flow, step, "lookup.by=", "lookup="), act.by, "the lookup")
    if isinstance(act, MenuAct | AskAct) and act.reprompt:
        yield from _line(act.reprompt, place_of(flow, step, f"{word}.reprompt="), notes)
    for at, name in enumerate(act.tell if isinstance(act, QueueAct) else ()):
        where = place_of(flow, step, f"queue.tell.{at}=", "queue.tell=")
        yield from (use for use in _line(name, where, notes) if use.name != PLACE)
    yield from _asked(act, place_of(flow, step, "form="), notes)


def _asked(act: Act, place: Place, notes: Notes) -> Iterator[_Use]:
    form = notes.parts.forms.get(act.form) if isinstance(act, FormAct) else None
    for field in form.fields if form else ():
        yield from _line(field.ask, place, notes)


def _line(name: str, place: Place, notes: Notes) -> Iterator[_Use]:
    line = notes.parts.lines.get(name)
    if line is None:
        return
    by = f'the line "{name}"'
    needed = frozenset[str]().union(*(wording.needed for wording in line.wordings.values()))
    for variable in sorted(needed):
        yield _Use(variable, place, name, by)
    if PROMISE_TAG in line.tags:
        yield _Use(PROMISED, place, name, by)
