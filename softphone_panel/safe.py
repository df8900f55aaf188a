"""Texts from outside made harmless before they reach any widget."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MOST_CHARACTERS = 4000
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_PILED_MARKS = re.compile(f"({_MARK}{{3}}){_MARK}+")
"""More than three marks over one letter would run into the rows above."""

_GONE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of controls, marks of direction, halves of characters, and such."""


def harmless(text: str) -> str:
    """`text` without anything a terminal or a reader could be misled by; line ends stay."""
    text = text[:MOST_CHARACTERS]
    if not text.isprintable():
        text = "".join(
            character
            for character in text
            if character == "\n" or unicodedata.category(character) not in _GONE
        )
    return text if text.isascii() else _PILED_MARKS.sub(r"\1", text)


def harmless_tree(value: Any) -> Any:
    """The same for every text of a JSON value, keys of objects too."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [harmless_tree(item) for item in value]
    if isinstance(value, dict):
        return {harmless(key): harmless_tree(item) for key, item in value.items()}
    return value


def all_harmless(text: str) -> bool:
    """Whether every text in this JSON is harmless as it stands; `harmless_tree` need not look then.

    Without escapes each text stands in it as it is.
    """
    return (
        len(text) <= MOST_CHARACTERS
        and "\\" not in text
        and text.isprintable()
        and _PILED_MARKS.search(text) is None
    )


def one_line(text: str) -> str:
    """`text` in one row: line ends become spaces."""
    return " ".join(text.split("\n")) if "\n" in text else text
