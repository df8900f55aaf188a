"""The ways an author damages a flow, each as all the places of one file it can strike.

An operator yields (path, new node or None, what it does in words). It looks only at the written
tree, so that a damaged file is one an author could have saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from callflow.acts.table import ACTS
from callflow.mutants.trees import Path, at, changed, walk, word
from callflow.nodes import Mapping, Node, Scalar, Sequence

Change = tuple[Path, Node | None, str]
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")
_TIMED: Final = frozenset(
    {"listen", "for", "wait", "window", "within", "due", "limit", "next_key", "every"}
)
_ROUTES: Final = frozenset({"on", "always", "anytime", "keys"})


@dataclass(frozen=True, slots=True)
class Around:
    """What an operator may reach for: names that exist in the house."""

    lines: tuple[str, ...]
    closings: frozenset[str]
    """Lines tagged closing."""

    flows: tuple[str, ...]


def drop_line(top: Mapping, around: Around) -> Iterator[Change]:
    """A step no longer says a line."""
    for path, name in _said(top):
        if isinstance(path[-1], int) or _has_act(top, path[:-1]):
            yield path, None, f"{_where(path)} no longer says {name.text}"


def wrong_line(top: Mapping, around: Around) -> Iterator[Change]:
    """A step says another line of the house: the next one in the list."""
    for path, name in _said(top):
        if name.text in around.lines:
            other = around.lines[(around.lines.index(name.text) + 1) % len(around.lines)]
            what = f"{_where(path)} says {other} where it said {name.text}"
            yield path, word(other, name), what


def swap_lines(top: Mapping, around: Around) -> Iterator[Change]:
    """Two lines change places: in one step, or with the step below."""
    for path, node in walk(top):
        if (
            path[-1:] in (("say",), ("tell",))
            and isinstance(node, Sequence)
            and len(node.items) > 1
        ):
            first, second, *rest = node.items
            new = Sequence(node.place, (second, first, *rest))
            yield path, new, f"{_where(path)} says its first two lines the other way round"
    steps = _steps(top)
    for (upper, one), (lower, two) in pairwise(steps):
        said, other = at(one, ("say",)), at(two, ("say",))
        if isinstance(said, Scalar) and isinstance(other, Scalar) and said.text != other.text:
            body = changed(top, ("steps", upper, "say"), other)
            body = changed(body, ("steps", lower, "say"), said)
            yield (
                ("steps",),
                at(body, ("steps",)),
                f'"{upper}" and "{lower}" say each other\'s line',
            )


def repeat_off_by_one(top: Mapping, around: Around) -> Iterator[Change]:
    """A step is repeated once less or once more."""
    for path, node in walk(top):
        if path[-1:] in (("repeat",), ("attempts",)) and isinstance(node, Scalar):
            for other in (int(node.text) - 1, int(node.text) + 1):
                if other >= 1:
                    what = f"{_where(path)}: {path[-1]} {other} where it was {node.text}"
                    yield path, word(str(other), node), what


def wrong_time(top: Mapping, around: Around) -> Iterator[Change]:
    """A time is half or twice as long."""
    for path, node in walk(top):
        found = _TIME.fullmatch(node.text) if isinstance(node, Scalar) else None
        if found is None or path[-1] not in _TIMED:
            continue
        for factor in (0.5, 2.0):
            new = f"{float(found[1]) * factor:g}{found[2]}"
            what = f"{_where(path)}: {path[-1]} {new} where it was {found[0]}"
            yield path, word(new, node), what


def wrong_target(top: Mapping, around: Around) -> Iterator[Change]:
    """An outcome goes to another step: the one written after the right one."""
    names = [name for name, _ in _steps(top)]
    for path, node in _targets(top):
        if isinstance(node, Scalar) and node.text in names and len(names) > 1:
            other = names[(names.index(node.text) + 1) % len(names)]
            yield path, word(other, node), f"{_where(path)} goes to {other}, not {node.text}"
        elif isinstance(node, Scalar) and node.text == "next":
            yield path, word(names[0], node), f"{_where(path)} goes to {names[0]}, not next"


def endless(top: Mapping, around: Around) -> Iterator[Change]:
    """An outcome begins the step again and again."""
    for path, node in _targets(top):
        if isinstance(node, Scalar) and node.text != "again":
            yield path, word("again", node), f"{_where(path)} goes again, not {node.text}"


def lost_goodbye(top: Mapping, around: Around) -> Iterator[Change]:
    """A branch that led to a goodbye ends the call at once."""
    steps = dict(_steps(top))
    for path, node in _targets(top):
        if not isinstance(node, Scalar) or node.text not in steps:
            continue
        said = [name.text for _, name in _said_of(steps[node.text])]
        if around.closings.intersection(said):
            what = f"{_where(path)} ends the call, past {node.text}"
            yield path, word("end served", node), what


def missing_outcome(top: Mapping, around: Around) -> Iterator[Change]:
    """An outcome is no longer handled."""
    for path, _node in _targets(top):
        if len(path) > 1 and path[-2] in _ROUTES:
            yield path, None, f"{_where(path)}: nobody handles {path[-1]} any more"


def wrong_disposition(top: Mapping, around: Around) -> Iterator[Change]:
    """The call ends under another name."""
    for path, node in walk(top):
        if path[-1:] == ("end",) and isinstance(node, Scalar):
            other = "served" if node.text != "served" else "unserved"
            yield path, word(other, node), f"{_where(path)} ends as {other}, not {node.text}"


def drop_step(top: Mapping, around: Around) -> Iterator[Change]:
    """A step is gone."""
    if len(_steps(top)) > 1:
        for name, _ in _steps(top):
            yield ("steps", name), None, f'the step "{name}" is gone'


def skipped_step(top: Mapping, around: Around) -> Iterator[Change]:
    """A step that only does something for the house is gone, and nobody asks for it by name."""
    asked = {node.text for _, node in _targets(top) if isinstance(node, Scalar)}
    for name, body in _steps(top):
        doing = any(at(body, (act,)) is not None for act in ("record", "promise", "ticket", "set"))
        if doing and name in asked:
            for path, node in _targets(top):
                if isinstance(node, Scalar) and node.text == name:
                    yield path, word("next", node), f"{_where(path)} passes over {name}"


def turned_condition(top: Mapping, around: Around) -> Iterator[Change]:
    """A condition says its contrary."""
    for path, node in walk(top):
        if path[-1:] == ("if",) and isinstance(node, Scalar):
            new = Scalar(node.place, f"not ({node.text})", True)
            yield path, new, f"{_where(path)}: not ({node.text})"


def turned_barge_in(top: Mapping, around: Around) -> Iterator[Change]:
    """A line can no longer be cut."""
    for path, node in walk(top):
        if path[-1:] == ("barge_in",) and isinstance(node, Scalar) and node.text == "true":
            yield path, word("false", node), f"{_where(path)} can no longer be cut"


def wrong_call(top: Mapping, around: Around) -> Iterator[Change]:
    """Another sub-flow is called: the next one by name."""
    for path, node in walk(top):
        if path[-1:] == ("call",) and isinstance(node, Scalar) and node.text in around.flows:
            other = around.flows[(around.flows.index(node.text) + 1) % len(around.flows)]
            yield path, word(other, node), f"{_where(path)} calls {other}, not {node.text}"


def swapped_keys(top: Mapping, around: Around) -> Iterator[Change]:
    """Two keys of a menu lead where the other one led."""
    for path, node in walk(top):
        if path[-1:] == ("keys",) and isinstance(node, Mapping) and len(node.items) > 1:
            (one, first), (two, second), *rest = node.items
            new = Mapping(node.place, ((one, second), (two, first), *rest))
            yield path, new, f"{_where(path)}: {one.text} and {two.text} are mixed up"


def wrong_tag(top: Mapping, around: Around) -> Iterator[Change]:
    """A line loses one of its tags."""
    for path, node in walk(top):
        if path[-1:] == ("tags",) and isinstance(node, Sequence):
            for number, tag in enumerate(node.items):
                if isinstance(tag, Scalar):
                    what = f"the line {path[0]} is not tagged {tag.text} any more"
                    yield (*path, number), None, what


Operator = Callable[[Mapping, Around], Iterator[Change]]
ON_FLOWS: Final[tuple[Operator, ...]] = (
    drop_line,
    wrong_line,
    swap_lines,
    repeat_off_by_one,
    wrong_time,
    wrong_target,
    endless,
    lost_goodbye,
    missing_outcome,
    wrong_disposition,
    drop_step,
    skipped_step,
    turned_condition,
    turned_barge_in,
    wrong_call,
    swapped_keys,
)
ON_LINES: Final[tuple[Operator, ...]] = (wrong_tag,)


def _steps(top: Mapping) -> list[tuple[str, Node]]:
    listed = top.get("steps")
    return [(key.text, body) for key, body in listed.items] if isinstance(listed, Mapping) else []


def _said(top: Mapping) -> Iterator[tuple[Path, Scalar]]:
    for name, body in _steps(top):
        for path, scalar in _said_of(body):
            yield ("steps", name, *path), scalar


def _said_of(body: Node) -> Iterator[tuple[Path, Scalar]]:
    said = at(body, ("say",))
    if isinstance(said, Scalar):
        yield ("say",), said
    elif isinstance(said, Sequence):
        for number, item in enumerate(said.items):
            if isinstance(item, Scalar):
                yield ("say", number), item


def _has_act(top: Mapping, path: Path) -> bool:
    step = at(top, path)
    return isinstance(step, Mapping) and any(key.text in ACTS for key, _ in step.items)


def _targets(top: Mapping) -> Iterator[tuple[Path, Node]]:
    """Every written place to go, inside sub-flow routes too."""
    for path, node in walk(top):
        if isinstance(node, Mapping) and node.get("call") is None:
            continue
        routed = len(path) > 1 and path[-2] in _ROUTES
        through = len(path) > 2 and path[-3] in _ROUTES and path[-1] != "call"
        if routed or through or path[-1:] in (("go",), ("else",)):
            yield path, node


def _where(path: Path) -> str:
    if path[:1] == ("steps",) and len(path) > 1:
        rest = [str(part) for part in path[2:] if part in ("on", "keys") or part in _OUTCOMES]
        inner = f" ({' '.join(str(part) for part in path[3:])})" if rest else ""
        return f'the step "{path[1]}"{inner}'
    return " ".join(str(part) for part in path)


_OUTCOMES: Final = frozenset({"on", "keys", "choose"})
