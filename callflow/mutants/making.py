"""All mutants of a house, from the texts of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from callflow.house import LINES_FILE, RULES_FILE, House, is_form
from callflow.mutants.mutant import Mutant
from callflow.mutants.operators import ON_FLOWS, ON_LINES, Around, Change, Operator
from callflow.mutants.trees import Path, at, changed, to_yaml
from callflow.nodes import Mapping as Tree
from callflow.nodes import Node, Place, parse


def mutants(texts: Mapping[str, str], flows: frozenset[str] = frozenset()) -> Iterator[Mutant]:
    """Every mutant of the flows named, or of all flows and the lines.

    `texts` is source name -> YAML text of a house that loads. Raises FlowFileError when it doesn't.
    """
    house = House.of_texts(texts)
    around = Around(
        lines=tuple(house.lines),
        closings=frozenset(name for name, line in house.lines.items() if "closing" in line.tags),
        flows=tuple(sorted(house.flows)),
    )
    for source, text in texts.items():
        name = PurePath(source).name
        if name == RULES_FILE or is_form(source):
            continue
        top = parse(text, source)
        if name == LINES_FILE:
            if not flows:
                yield from _of_file(top, source, "", ON_LINES, around)
            continue
        flow = next(flow.name for flow in house.flows.values() if flow.place.source == source)
        if not flows or flow in flows:
            yield from _of_file(top, source, flow, ON_FLOWS, around)


def _of_file(
    top: Tree, source: str, flow: str, operators: tuple[Operator, ...], around: Around
) -> Iterator[Mutant]:
    for operator in operators:
        for change in operator(top, around):
            yield _mutant(top, source, flow, operator.__name__, change)


def _mutant(top: Tree, source: str, flow: str, operator: str, change: Change) -> Mutant:
    path, new, what = change
    damaged = changed(top, path, new)
    if not isinstance(damaged, Tree):
        raise TypeError(f"{operator} made no file")
    return Mutant(
        operator=operator,
        flow=flow,
        place=_place(top, path),
        what=what,
        source=source,
        text=to_yaml(damaged),
    )


def _place(top: Node, path: Path) -> Place:
    """Where the author wrote what is changed."""
    while path:
        found = at(top, path)
        if found is not None:
            return found.place
        path = path[:-1]
    return top.place
