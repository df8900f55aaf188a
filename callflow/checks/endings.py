"""Menus whose keys, or whose last failed try, lead to the end of the call without a goodbye."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callflow.acts.queueing import QueueAct
from callflow.acts.talking import AskAct, MenuAct
from callflow.checks.loops import waits
from callflow.checks.notes import Notes, place_of
from callflow.checks.ways import Arrow, FlowGraph
from callflow.targets import End

CLOSING_TAG: Final = "closing"


def check_endings(graphs: Mapping[str, FlowGraph], sound: frozenset[str], notes: Notes) -> None:
    """Note every key of a menu, and every last try, that hangs up on the caller."""
    for name in sorted(sound):
        graph = graphs[name]
        for arrow in graph.all():
            step = graph.flow.steps[arrow.start]
            if not isinstance(step.act, MenuAct | AskAct | QueueAct) or arrow.through:
                continue
            if not (".keys." in arrow.way.path or arrow.way.word == "exhausted"):
                continue
            way = _to_the_end(graph, arrow, notes)
            if way:
                notes.note(
                    "abrupt-ending",
                    place_of(
                        graph.flow, step, f"{arrow.way.path}=", arrow.way.path, f"{step.act.word}="
                    ),
                    f'{_named(arrow)} of the step "{step.name}" ends the call without a goodbye: '
                    f"{' > '.join(way)}",
                    f"say a line tagged {CLOSING_TAG} before, or lead to a person",
                    trail=way,
                )


def _named(arrow: Arrow) -> str:
    return "exhausted" if arrow.way.word == "exhausted" else f"key {arrow.way.word}"


def _to_the_end(graph: FlowGraph, arrow: Arrow, notes: Notes) -> tuple[str, ...]:
    """The steps by which an arrow leads to the end with no goodbye and nobody asked; or none."""
    steps, lines = graph.flow.steps, notes.parts.lines
    seen: set[int] = set()
    waiting: list[tuple[Arrow, tuple[str, ...]]] = [(arrow, (steps[arrow.start].name,))]
    while waiting:
        here, way = waiting.pop()
        if isinstance(here.leaves, End):
            return (*way, f"end {here.leaves.disposition}")
        if here.end is None or here.end in seen:
            continue
        seen.add(here.end)
        step = steps[here.end]
        if any(CLOSING_TAG in lines[name].tags for name in step.says if name in lines):
            continue
        for further in graph.arrows[here.end]:
            if not further.through and not waits(step, further) and _by_itself(further):
                waiting.append((further, (*way, step.name)))
    return ()


def _by_itself(arrow: Arrow) -> bool:
    return arrow.way.path not in ("on.error", "on.hangup")
