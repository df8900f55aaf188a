"""What a fact of a call is, and how the ledger keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from calls.values import value


class CallEvent(NamedTuple):
    """One fact of one call as the ledger keeps it."""

    call_id: str
    seq: int
    """From 1 without a gap."""

    at: datetime
    offset_ms: int
    """Monotonic milliseconds since the call was offered."""

    kind: str
    data: Mapping[str, Any]


@value
class Fact:
    """Base of all facts."""

    kind: ClassVar[str]
    __slots__: ClassVar[tuple[str, ...]]  # made by `value`

    def data(self) -> dict[str, Any]:
        """The fields by name, JSON-ready."""
        return (_DATA_OF.get(type(self)) or _data_of(type(self)))(self)


_DATA_OF: dict[type[Fact], Callable[[Fact], dict[str, Any]]] = {}


def _data_of(kind: type[Fact]) -> Callable[[Fact], dict[str, Any]]:
    """What makes the `data` of one kind, written out field by field.

    As `dataclass` writes out its `__init__`: a loop over names costs three times as much, and a
    call records some twenty facts.
    """
    fields = ", ".join(f"{name!r}: fact.{name}" for name in kind.__slots__)
    made: Callable[[Fact], dict[str, Any]] = eval(f"lambda fact: {{{fields}}}")  # noqa: S307
    _DATA_OF[kind] = made
    return made
