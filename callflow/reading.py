"""Typed reading of nodes: collects problems instead of stopping at the first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Final, TypeVar

from callflow.nodes import Mapping, Node, Place, Scalar, Sequence
from calls.errors import Problem

MOST_NAMED: Final = 24
"""Names that a hint lists."""

MOST_STRANGE: Final = 20
"""So many unknown keys of one part are told; more are a file of another kind."""

_DURATION: Final = re.compile(r"^(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s|min|h|d)$")
_UNIT_MS: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_WORD: Final = re.compile(r"\b[a-z][a-z0-9_]{0,47}\b", re.ASCII)
_NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,47}$")
T = TypeVar("T")


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or all of them when none is near; of very many, some
    that are least far."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if len(names) > MOST_NAMED:
        names = [*sorted(difflib.get_close_matches(word, names, n=MOST_NAMED, cutoff=0)), "…"]
    return f"write one of: {', '.join(names)}" if names else "there is none to choose from"


def names_in(text: str, source: str, key: str) -> set[str]:
    """What an unreadable file would be called: by its `flow:` or `form:`, and by its own name."""
    named = re.search(rf"^{key}:[ \t]*[\"']?([a-z][a-z0-9_]{{0,47}})\b", text, re.MULTILINE)
    return {PurePath(source).stem, *([named[1]] if named else [])}


def words_in(*texts: str) -> set[str]:
    """Every word of `texts` that can be a name."""
    return {word for text in texts for word in _WORD.findall(text)}


class Reading:
    """One pass over a file; `problems` holds all that was wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.half_read: set[tuple[str, str]] = set()
        """(kind, name) of what stands in a file but could not be read, so that nobody says
        that it is missing: file, flow, form, line, wording (`line language`), step
        (`flow.step`)."""

        self.hidden: set[str] = set()
        """Words of flows, steps and forms that could not be read: they may set variables."""

    def hide(self, kind: str, names: Iterable[str], words: Iterable[str]) -> None:
        """Note what could not be read, and the words in it."""
        self.half_read.update((kind, name) for name in names)
        self.hidden.update(words)

    def wrong(
        self, place: Place, what: str, hint: str, *, rule: str = "unreadable", word: str = ""
    ) -> None:
        """Note a problem and go on."""
        self.problems.append(place.problem(what, hint, rule=rule, word=word))

    def mapping(self, node: Node, what: str) -> Mapping | None:
        """`node` as a mapping, or None with a problem noted."""
        if isinstance(node, Mapping):
            return node
        dashes = ", without the dashes" if isinstance(node, Sequence) else ""
        what = f"{what} is not a list of `key: value`"
        self.wrong(node.place, what, f"write `key: value` pairs{dashes}")
        return None

    def keys(
        self, node: Mapping, allowed: Iterable[str], what: str, hints: dict[str, str] | None = None
    ) -> None:
        """Note every key outside `allowed`; `hints` says what to write for some of them."""
        known = set(allowed)
        strange = [key for key, _ in node.items if key.text not in known]
        for key in strange[:MOST_STRANGE]:
            self.wrong(
                key.place,
                f'"{key.text}" means nothing in {what}',
                (hints or {}).get(key.text) or nearest(key.text, known),
                rule="unknown-key",
                word=key.text,
            )

    def named_parts(
        self, top: Mapping, kind: str, parts: str, most: int, remedy: str
    ) -> tuple[Node, Mapping] | None:
        """The node of a file's name and what it lists; None, with a problem noted, without them.

        `kind` is the key of the name (flow, form), `parts` that of the list (steps, fields), of
        which there may be `most`; `remedy` is for more.
        """
        named, body = top.get(kind), top.get(parts)
        if named is None:
            self.wrong(top.place, f"the {kind} has no name", f"begin the file with {kind}: a_name")
            return None
        if isinstance(body, Sequence):
            self.mapping(body, parts)
            return None
        listed = self.mapping(body, parts) if body is not None else None
        if listed is None or not listed.items:
            hint = f"write {parts}: and below it a first one"
            self.wrong(top.place, f"the {kind} has no {parts}", hint)
            return None
        if len(listed.items) > most:
            self.wrong(listed.place, f"over {most} {parts}", remedy)
            return None
        return named, listed

    def text(self, node: Node | None, what: str, default: str = "") -> str:
        """`node` as text."""
        if node is None:
            return default
        if isinstance(node, Scalar):
            return node.text
        self.wrong(node.place, f"{what} is not a single value", "write one word or sentence")
        return default

    def name(self, node: Node, what: str) -> str:
        """`node` as a name: small letters, digits, underscores."""
        text = self.text(node, what)
        if text and not _NAME.match(text):
            self.wrong(
                node.place,
                f'{what} "{text}" is not a name',
                "use small letters, digits and _, beginning with a letter",
                rule="no-name",
                word=text,
            )
        return text

    def number(self, node: Node | None, what: str, default: int, low: int, high: int) -> int:
        """`node` as a whole number from `low` to `high`."""
        if node is None:
            return default
        text = self.text(node, what)
        whole = text.isascii() and text.isdigit() and len(text) <= 9
        if whole and low <= int(text) <= high:
            return int(text)
        self.wrong(
            node.place,
            f'{what} is "{text}"',
            f"write a whole number from {low} to {high}",
            rule="wrong-value",
            word=text,
        )
        return default

    def duration(
        self,
        node: Node | None,
        what: str,
        default_ms: int,
        low_ms: int = 20,
        high_ms: int = 3_600_000,
    ) -> int:
        """`node` as milliseconds from `4s`, `700ms` or `2min`; a bare number is refused."""
        if node is None:
            return default_ms
        text = self.text(node, what)
        found = _DURATION.match(text)
        if found is None:
            self.wrong(
                node.place,
                f'{what} is "{text}"',
                "write a time with its unit: 4s or 700ms",
                rule="wrong-value",
                word=text,
            )
            return default_ms
        ms = round(float(found[1]) * _UNIT_MS[found[2]])
        if not low_ms <= ms <= high_ms:
            self.wrong(
                node.place,
                f"{what} is {text}",
                f"write a time from {low_ms} ms to {high_ms} ms",
                rule="wrong-value",
                word=text,
            )
            return default_ms
        return ms

    def flag(self, node: Node | None, what: str, default: bool = False) -> bool:
        """`node` as true or false."""
        if node is None:
            return default
        text = self.text(node, what)
        if text not in ("true", "false"):
            self.wrong(
                node.place,
                f'{what} is "{text}"',
                "write true or false",
                rule="wrong-value",
                word=text,
            )
        return text == "true"

    def one_of(self, node: Node | None, what: str, known: Iterable[str], default: str) -> str:
        """`node` as one of the words in `known`."""
        if node is None:
            return default
        text = self.text(node, what)
        words = tuple(known)
        if text in words:
            return text
        self.wrong(
            node.place,
            f'{what} is "{text}"',
            nearest(text, words),
            rule="unknown-word",
            word=text,
        )
        return default

    def list_of(self, node: Node | None, what: str, read: Callable[[Node], T]) -> tuple[T, ...]:
        """Every item of a list read by `read`; a single value counts as a list of one."""
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return tuple(read(item) for item in node.items)
        if isinstance(node, Scalar):
            return (read(node),)
        self.wrong(node.place, f"{what} is not a list", "write [a, b]")
        return ()
