"""In which language and by whom a step can be performed: the ways of a call, followed through
sub-flows, `set: language` and conditions on the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from callflow.acts.deciding import ChooseAct, SetAct
from callflow.checks.notes import Notes, place_of
from callflow.checks.ways import Arrow, Call, FlowGraph
from callflow.lines import LANGUAGES
from callflow.steps import Flow, Step
from callflow.templates import Condition, WordingError
from calls.call import PERFORMERS


class Mood(NamedTuple):
    """How a step is performed."""

    language: str
    performer: str


Moods = frozenset[Mood]
ALL_MOODS: Final = tuple(Mood(each, who) for each in LANGUAGES for who in PERFORMERS)


@dataclass(slots=True)
class FlowMoods:
    """Where a flow can be in which mood, over all calls that come to it."""

    at: dict[int, set[Mood]]
    entered: set[Mood]

    def by(self, performer: str) -> frozenset[int]:
        """Steps that such a performer comes to."""
        return frozenset(
            at
            for at, moods in self.at.items()
            if any(mood.performer == performer for mood in moods)
        )


def own_moods(flow: Flow) -> Moods:
    """Moods in which calls begin in a flow."""
    return frozenset(Mood(each, who) for each in flow.languages for who in flow.performers())


class Following:
    """All calls of a house, followed: `of` has the moods of every flow."""

    def __init__(self, graphs: Mapping[str, FlowGraph]) -> None:
        self._graphs = graphs
        self._returns: dict[tuple[str, Mood, str], Moods] = {}
        """Moods in which a flow entered in one mood comes back with an outcome."""

        for name, graph in graphs.items():
            for mood in ALL_MOODS:
                self._summarise(name, graph, mood)
        self.of = self._all()

    def _all(self) -> dict[str, FlowMoods]:
        found: dict[str, FlowMoods] = {}
        called: dict[str, set[Mood]] = {}
        for name, graph in reversed(list(self._graphs.items())):
            entered = set(called.get(name, ())) or set(own_moods(graph.flow))
            if graph.flow.is_entry:
                entered |= own_moods(graph.flow)
            found[name] = FlowMoods(self._steps(graph, entered), entered)
            for call in graph.calls:
                called.setdefault(call.flow, set()).update(self._calling(graph, found[name], call))
        return found

    def calling(self, graph: FlowGraph, call: Call) -> set[Mood]:
        """Moods in which `call` enters its sub-flow."""
        return self._calling(graph, self.of[graph.flow.name], call)

    def _calling(self, graph: FlowGraph, moods: FlowMoods, call: Call) -> set[Mood]:
        before = moods.at.get(call.start, set()) if call.start >= 0 else moods.entered
        arrow = Arrow(call.start, call.way, call.through, None)
        return {after for mood in before for after in self._after(graph.flow, arrow, mood)}

    def _summarise(self, name: str, graph: FlowGraph, mood: Mood) -> None:
        at = self._steps(graph, {mood})
        for outcome in graph.flow.returns:
            self._returns[name, mood, outcome] = frozenset(
                after
                for arrow in graph.leaving()
                if getattr(arrow.leaves, "outcome", "") == outcome
                for before in (at.get(arrow.start, ()) if arrow.start >= 0 else (mood,))
                for after in self._after(graph.flow, arrow, before)
            )

    def _steps(self, graph: FlowGraph, entered: set[Mood]) -> dict[int, set[Mood]]:
        at: dict[int, set[Mood]] = {}
        waiting: list[tuple[int, Mood]] = [(0, mood) for mood in entered]
        for arrow in graph.branches:
            if arrow.end is not None:
                waiting += [
                    (arrow.end, after)
                    for mood in entered
                    for after in self._after(graph.flow, arrow, mood)
                ]
        while waiting:
            step, mood = waiting.pop()
            if mood in at.setdefault(step, set()):
                continue
            at[step].add(mood)
            for arrow in graph.arrows[step]:
                if arrow.end is not None:
                    after = self._after(graph.flow, arrow, mood)
                    waiting += [(arrow.end, each) for each in after]
        return at

    def _after(self, flow: Flow, arrow: Arrow, mood: Mood) -> Iterator[Mood]:
        """Moods after an arrow taken in `mood`; none when it cannot be taken."""
        moods: set[Mood] = {mood}
        if arrow.start >= 0:
            moods = set(_changed(flow, flow.steps[arrow.start], arrow, mood))
        for name, outcome in arrow.through:
            moods = {
                after
                for before in moods
                for after in self._returns.get((name, before, outcome), frozenset({before}))
            }
        yield from moods


def _changed(flow: Flow, step: Step, arrow: Arrow, mood: Mood) -> Iterator[Mood]:
    act = step.act
    if isinstance(act, ChooseAct) and arrow.way.path.startswith("choose."):
        if _chooses(act, int(arrow.way.path.split(".")[1]), mood):
            yield mood
    elif isinstance(act, SetAct) and "language" in act.values and arrow.way.word == "ok":
        value = act.values["language"]
        known = not value.names and not isinstance(value, Condition)
        for language in (value.text,) if known else flow.languages:
            yield Mood(language, mood.performer)
    else:
        yield mood


def _chooses(act: ChooseAct, at: int, mood: Mood) -> bool:
    """Whether case `at` can be the first that holds in `mood`."""
    for number, (condition, _) in enumerate(act.cases[: at + 1]):
        if not condition.names <= set(Mood._fields):
            continue
        try:
            holds = bool(condition.value(mood._asdict()))
        except WordingError:
            continue
        if holds != (number == at):
            return False
    return True


def check_languages(graphs: Mapping[str, FlowGraph], following: Following, notes: Notes) -> None:
    """Note languages that a flow gets into and is not written for."""
    for name, graph in graphs.items():
        flow = graph.flow
        for step in flow.steps:
            _set_language(step, flow, notes)
        for call in graph.calls:
            called = notes.parts.flows.get(call.flow)
            if called is None or called.is_entry:
                continue
            spoken = {mood.language for mood in following.calling(graph, call)}
            for language in sorted(spoken - set(called.languages)):
                if not notes.first("language", name, called.name, language):
                    continue
                step = flow.steps[max(call.start, 0)]
                notes.note(
                    "language-conflict",
                    place_of(flow, step, f"{call.way.path}.call=", f"{call.way.path}=", "call="),
                    f'"{name}" calls "{called.name}" in {language}, which that flow has not',
                    f"add {language} to languages: of {called.name}",
                    word=called.name,
                )


def _set_language(step: Step, flow: Flow, notes: Notes) -> None:
    value = step.act.values.get("language") if isinstance(step.act, SetAct) else None
    if value is None or value.names or isinstance(value, Condition):
        return
    if value.text not in flow.languages:
        notes.note(
            "undeclared-language",
            place_of(flow, step, "set.language="),
            f'the flow "{flow.name}" goes on in "{value.text}", which its languages: has not',
            f"write one of: {', '.join(flow.languages)}"
            + (f", or add {value.text} to languages:" if value.text in LANGUAGES else ""),
            word=value.text,
        )
