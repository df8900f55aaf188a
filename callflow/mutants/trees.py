"""Trees of an author's file with one spot changed, and back to YAML text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from callflow.nodes import Mapping, Node, Scalar, Sequence

Path = tuple[str | int, ...]
"""Keys and positions from the top of a file to a node."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.+/-]| (?=[A-Za-z0-9_]))*")


def at(node: Node, path: Path) -> Node | None:
    """The node at `path`, or None."""
    for part in path:
        if isinstance(part, int):
            inside = isinstance(node, Sequence) and part < len(node.items)
            found = node.items[part] if isinstance(node, Sequence) and inside else None
        else:
            found = node.get(part) if isinstance(node, Mapping) else None
        if found is None:
            return None
        node = found
    return node


def changed(node: Node, path: Path, new: Node | None) -> Node:
    """The tree with the node at `path` replaced, or dropped when `new` is None.

    A key that is not there yet is added at the end. KeyError for a path through nothing.
    """
    part, rest = path[0], path[1:]
    if isinstance(node, Sequence) and isinstance(part, int):
        items = list(node.items)
        inner = changed(items[part], rest, new) if rest else new
        items[part : part + 1] = [] if inner is None else [inner]
        return replace(node, items=tuple(items))
    if isinstance(node, Mapping) and isinstance(part, str):
        return _changed_key(node, part, rest, new)
    raise KeyError(path)


def _changed_key(node: Mapping, part: str, rest: Path, new: Node | None) -> Mapping:
    pairs: list[tuple[Scalar, Node]] = []
    seen = False
    for key, value in node.items:
        if key.text != part:
            pairs.append((key, value))
            continue
        seen = True
        inner = changed(value, rest, new) if rest else new
        if inner is not None:
            pairs.append((key, inner))
    if not seen:
        if rest or new is None:
            raise KeyError(part)
        pairs.append((Scalar(node.place, part, False), new))
    return replace(node, items=tuple(pairs))


def word(text: str, like: Node) -> Scalar:
    """A plain value that stands where `like` stands."""
    return Scalar(like.place, text, False)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, the top first."""
    yield path, node
    if isinstance(node, Mapping):
        for key, value in node.items:
            yield from walk(value, (*path, key.text))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from walk(item, (*path, number))


def to_yaml(node: Mapping) -> str:
    """The tree as YAML: the upper levels in lines of their own, the rest inline."""
    return "".join(_lines(node, 0))


def _lines(node: Mapping, depth: int) -> Iterator[str]:
    for key, value in node.items:
        head = f"{'  ' * depth}{_inline(key)}:"
        if isinstance(value, Mapping) and value.items and depth < 2:
            yield f"{head}\n"
            yield from _lines(value, depth + 1)
        else:
            yield f"{head} {_inline(value)}\n"


def _inline(node: Node) -> str:
    match node:
        case Scalar(text=text, quoted=quoted):
            return text if not quoted and _PLAIN.fullmatch(text) else json.dumps(text)
        case Sequence(items=items):
            return f"[{', '.join(map(_inline, items))}]"
        case Mapping(items=pairs):
            inner = (f"{_inline(key)}: {_inline(value)}" for key, value in pairs)
            return f"{{{', '.join(inner)}}}"
