"""What the keys of an act are made of: one description for the reader, the schema and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a key's value is written."""

    NUMBER = "number"
    """A whole number from `low` to `high`."""

    DURATION = "duration"
    """`4s`, `700ms`, `2min`, `24h`, `3d`; kept as milliseconds from `low` to `high`."""

    DIGITS = "digits"
    """How many digits: `4` or `3-6`; kept as (least, most)."""

    WORD = "word"
    """One of `words`."""

    NAME = "name"
    """A name: small letters, digits, `_`."""

    NAMES = "names"
    """A name or a list of them."""

    LINE = "line"
    """The name of a line of `lines.yaml`."""

    LINES = "lines"
    """A line of `lines.yaml`, or a list of them."""

    EXPRESSION = "expression"
    """A number, or an expression over variables that comes to one."""

    WORDING = "wording"
    """Text with `{variables}`."""

    WORDINGS = "wordings"
    """Names, each with a text with `{variables}`."""

    KEYS = "keys"
    """Keys of a telephone, each with where it goes."""

    LABELS = "labels"
    """Keys of a telephone, each with what it means, by language: `{"1": {zh: 对, en: Right}}`."""

    ANSWERS = "answers"
    """Keys of a telephone, each with the name of the answer it stands for, the best first."""

    CASES = "cases"
    """`[{if: condition, go: where}, ..., {else: where}]`."""

    VALUES = "values"
    """Variables, each with a text with `{variables}` or `{is: expression}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of an act."""

    name: str
    """As the author writes it; empty when the act's whole value is meant."""

    kind: Kind
    about: str
    into: str = ""
    """The act's attribute it fills; empty: the same name."""

    default: Any = None
    """What is there when the key is not; None with `required`."""

    required: bool = False
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The act's attribute it fills."""
        return self.into or self.name
