"""A call under way in the fold, and reading an event's data without trusting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.marks import Mark
from ledger.states import CallState, RecordingState

_MOST_WHOLE = 2**63 - 1


@dataclass(slots=True)
class Fold:
    """A call under way: its row, its recordings, its last event, and which rows changed."""

    call: CallState
    recordings: dict[str, RecordingState] = field(default_factory=dict)
    last_seq: int = 0
    last_hash: bytes = b""
    last_at: int = 0
    last_ms: int = 0
    changed: bool = False
    renamed: bool = True
    """Whether a column of `ledger.states.IDENTITY` changed, or the row is not written yet."""

    changed_recordings: set[str] = field(default_factory=set)
    marks: frozenset[Mark] = frozenset()
    """Those that stand in the database."""

    written: tuple[Any, ...] | None = None
    """The call's row as it stands in the database, where that is known; None: no row."""


def text(facts: Mapping[str, Any], name: str) -> str:
    """The text of that name; empty for anything else."""
    value = facts.get(name)
    if not isinstance(value, str):
        return ""
    # As the stored text reads back: a lone surrogate has no place in UTF-8, and NUL in no text
    # of PostgreSQL's.
    if value.isascii() and "\0" not in value:
        return value if type(value) is str else str(value)
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def whole(facts: Mapping[str, Any], name: str) -> int | None:
    """The whole number of that name; None for anything else."""
    value = facts.get(name)
    fits = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if fits and -_MOST_WHOLE <= value <= _MOST_WHOLE else None  # type: ignore[operator, arg-type]
