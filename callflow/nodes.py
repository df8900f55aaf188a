"""YAML text as a tree of plain nodes with places, so that every error can say where.

PyYAML's own construction reads `on:` and `no:` as booleans, `12:30` as 750 and `01` as 1; here each
scalar is text first and the schema types it. Aliases, anchors, tags, duplicate keys, several
documents, deep or large files are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import yaml

from callflow.slips import find_slip
from calls.errors import Problem

MOST_BYTES: Final = 256 * 1024
MOST_DEPTH: Final = 20
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: the same events, several times as fast."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file an author wrote; line and column count from 1."""

    source: str
    line: int
    column: int

    def problem(self, what: str, hint: str, *, rule: str = "unreadable", word: str = "") -> Problem:
        """What is wrong here and what to write instead."""
        return Problem(self.source, self.line, self.column, what, hint, rule=rule, word=word)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, still text. `quoted` tells `"1"` from `1`."""

    place: Place
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order written; keys are scalars and unique."""

    place: Place
    items: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        for name, value in self.items:
            if name.text == key:
                return value
        return None


Node = Scalar | Sequence | Mapping


def places_of(node: Node, path: str = "") -> Iterator[tuple[str, Place]]:
    """Where everything below `node` stands: `on.speech` for a key, `on.speech=` for its value,
    `say.0=` for an item of a list."""
    if path:
        yield f"{path}=", node.place
    stem = f"{path}." if path else ""
    if isinstance(node, Mapping):
        for key, value in node.items:
            yield f"{stem}{key.text}", key.place
            yield from places_of(value, f"{stem}{key.text}")
    elif isinstance(node, Sequence):
        for at, item in enumerate(node.items):
            yield from places_of(item, f"{stem}{at}")


def texts_of(node: Node) -> Iterator[str]:
    """Every key and value below `node`."""
    match node:
        case Scalar(text=text):
            yield text
        case Sequence(items=items):
            for item in items:
                yield from texts_of(item)
        case Mapping(items=pairs):
            for key, value in pairs:
                yield key.text
                yield from texts_of(value)


class NodeError(Exception):
    """The text is no tree we accept."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@lru_cache(maxsize=128)
def parse(text: str, source: str) -> Mapping:
    """Read one YAML document whose top is a mapping.

    Nodes never change, so the same text is read once: a reload changes one file of many.

    Raises NodeError with the place and what to write instead.
    """
    start = Place(source, 1, 1)
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise NodeError(
            start.problem(f"the file is over {MOST_BYTES // 1024} KiB", "split it into several")
        )
    try:
        node = _Builder(text, source).document()
    except yaml.YAMLError as error:
        raise NodeError(_of_yaml_error(error, source, text)) from None
    except (OverflowError, ValueError) as error:
        # PyYAML lets an escape like "\UFFFFFFFF" through to chr().
        raise NodeError(start.problem(f"this is not YAML: {error}", "check its escapes")) from None
    if not isinstance(node, Mapping):
        raise NodeError(start.problem("the file is not a list of `key: value`", "see docs/"))
    return node


def _of_yaml_error(error: yaml.YAMLError, source: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    begins = getattr(error, "context_mark", None)
    if begins is not None and "end of stream" in what and "quoted" in str(error):
        place = Place(source, begins.line + 1, begins.column + 1)
        return place.problem("this quote is not closed", "write the same quote where it ends")
    slip = find_slip(text, line)
    if slip is not None:
        return Problem(source, slip.line, slip.column, slip.what, slip.hint, word=slip.word)
    return Problem(source, line, column, f"this is not YAML: {what}", "check indents and quotes")


class _Builder:
    """Builds nodes from parser events; nothing is constructed, so nothing can run."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._events = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise NodeError(
                        self._place(event).problem(
                            "a second document begins here", "keep one document a file, drop `---`"
                        )
                    )
            elif isinstance(event, yaml.NodeEvent):
                found = self._node(event, 1)
        return found

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        if mark is None:
            return Place(self._source, 1, 1)
        return Place(self._source, mark.line + 1, mark.column + 1)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        place = self._place(event)
        self._refuse_cleverness(event, place)
        if depth > MOST_DEPTH:
            raise NodeError(place.problem(f"nested over {MOST_DEPTH} deep", "flatten this part"))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(place, event.value, event.style in ("'", '"', "|", ">"))
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(place, tuple(self._items(depth)))
        return self._mapping(place, depth)

    def _refuse_cleverness(self, event: yaml.Event, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise NodeError(
                place.problem("anchors (&) and aliases (*) are not used", "write it out")
            )
        tag = getattr(event, "tag", None)
        if tag:
            raise NodeError(place.problem(f"the tag {tag} is not used", "drop it"))

    def _items(self, depth: int) -> list[Node]:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return items
            items.append(self._node(event, depth + 1))
        return items

    def _mapping(self, place: Place, depth: int) -> Mapping:
        items: list[tuple[Scalar, Node]] = []
        lines: dict[str, int] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise NodeError(key.place.problem("a key is a single word", "write `word: value`"))
            if key.text in lines:
                raise NodeError(
                    key.place.problem(
                        f'"{key.text}" stands here a second time',
                        f"it is already on line {lines[key.text]}; keep one of them",
                    )
                )
            lines[key.text] = key.place.line
            items.append((key, self._node(next(self._events), depth + 1)))
        return Mapping(place, tuple(items))
