"""Data requests as the console needs them; `launch` hands in what carries them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """One call, and what can still be heard of it."""

    id: str
    offered_at: datetime | None
    queue: str
    agent: str
    recordings: tuple[str, ...]
    """Ids of those that can be erased."""

    erased: int
    """How many were erased before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What became of an order to erase."""

    recordings: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    """Recording -> why it was left as it is."""

    waiting: bool = False
    """A server has the order and has not answered yet; it is carried out later."""


class DataRequests(Protocol):
    """Carries out what is asked. Blocks; raises CallCenterError when it cannot."""

    def of_number(self, number: str) -> Sequence[KeptCall]:
        """Every call of a caller's number, oldest first, however a trunk wrote it then."""

    def of_call(self, call_id: str) -> KeptCall:
        """One call by its whole id or the beginning of it; LedgerError when there is none."""

    def erase(self, calls: Sequence[KeptCall], by: str) -> Erased:
        """Erase their recordings, held ones aside, so that no copy can be heard."""

    def person(self, number: str) -> AbstractContextManager[Path]:
        """A file with all that is kept of a number, gone when the context ends."""

    def vcon(self, call_id: str, *, masked: bool) -> bytes:
        """One call as a vCon; `masked`: the caller is anonymous in it."""
