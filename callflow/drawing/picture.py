"""What a drawing shows, before anything has a place: boxes, arrows, and the notes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a box is; each kind has its own outline and colour."""

    ENTRY = "entry"
    IVR = "ivr"
    AGENT = "agent"
    EITHER = "either"
    SUBFLOW = "subflow"
    CHOICE = "choice"
    END = "end"
    RETURN = "return"


class Tone(StrEnum):
    """How a row of a box is set."""

    WORDING = "wording"
    ACT = "act"
    HINT = "hint"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text in a box, or of a note."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Box:
    """One step, end or sub-flow."""

    id: str
    shape: Shape
    title: str
    rows: tuple[Row, ...] = ()
    tags: tuple[str, ...] = ()
    """Tags and rules it is marked with."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Where outcomes lead; several outcomes of one box to another share one."""

    start: str
    end: str
    labels: tuple[str, ...]
    faint: bool = False
    """Only what goes wrong leads here: error, hangup."""

    @property
    def label(self) -> str:
        """The outcomes, in the flow's order."""
        return ", ".join(self.labels)


@dataclass(frozen=True, slots=True)
class Note:
    """A box of text beside the graph."""

    title: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One flow, or the overview of all."""

    title: str
    subtitle: str
    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    notes: Sequence[Note]
    shapes: Sequence[Shape] = ()
    """Those a legend explains."""

    most_columns: int = 4
    """Into so many columns a drawing taller than its page may be broken."""
