"""What a search of calls may ask for, and how its pages follow each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from calls.errors import LedgerError
from ledger.marks import TAIL
from ledger.rows import CallRow


class BadSearchError(LedgerError):
    """A search asks for something that cannot be looked for; the text says what to write."""


class NumberMatch(StrEnum):
    """How `CallFilter.ani` fits a caller's number."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    """At least `ledger.marks.TAIL` digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """All of it must fit; what is left out fits every call. Times are aware, until is excluded."""

    since: datetime | None = None
    until: datetime | None = None
    queue: str = ""
    agent: str = ""
    disposition: str = ""
    end_reason: str = ""
    broken: str = ""
    """Id of a house rule that was broken."""

    flow: str = ""
    ani: str = ""
    ani_match: NumberMatch = NumberMatch.EXACT
    id_prefix: str = ""
    tag: str = ""
    min_talk_over_ms: int | None = None
    min_dead_air_ms: int | None = None
    survey_at_most: int | None = None
    recorded: bool | None = None
    """Whether a recording was started; it may have been erased since."""

    live: bool | None = None

    def __post_init__(self) -> None:
        if self.ani_match is NumberMatch.SUFFIX and 0 < len(self.ani) < TAIL:
            raise BadSearchError(
                f"the end of a number, {self.ani!r}, is too short to look for; "
                f"give at least its last {TAIL} digits"
            )

    @property
    def empty(self) -> bool:
        """Whether every call fits."""
        return not self.named()

    def named(self) -> tuple[str, ...]:
        """Names of what is asked for."""
        asked = (one.name for one in fields(self) if getattr(self, one.name) not in (None, ""))
        return tuple(name for name in asked if name != "ani_match")


_CURSOR = re.compile(r"(-?[0-9]{1,19})\.(.{1,200})")


class Cursor(NamedTuple):
    """The last call of a page: the next page begins behind it, whatever came in meanwhile."""

    offered_at: int
    """Microseconds since 1970 UTC."""

    call_id: str

    def text(self) -> str:
        """For an address; `from_text` reads it."""
        return f"{self.offered_at}.{self.call_id}"

    @classmethod
    def from_text(cls, text: str) -> Cursor:
        """Raises BadSearchError when `text` is no cursor."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise BadSearchError(
                f"{text!r} is no place in a list of calls; begin at its first page"
            )
        return cls(int(found[1]), found[2])


class Page(NamedTuple):
    """Calls that fit, newest first."""

    rows: tuple[CallRow, ...]
    next: Cursor | None
    """None when these are the last."""


class About(NamedTuple):
    """How many calls fit."""

    number: int
    more: bool
    """There are more than `number`; nobody counted them."""
