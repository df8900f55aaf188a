"""What a table of moves goes by: of an outcome all that the engine may read, and values exactly."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from operator import attrgetter
from types import NoneType
from typing import Any, Final

from calls.outcomes import Got, Outcome

Read = Callable[[Any], Hashable]
"""Takes from an outcome all that the engine may read of it."""

_UNREAD: Final = frozenset(
    {"start_ms", "end_ms", "from_ms", "to_ms", "at_ms", "waited_ms"}
    | {"rings", "agent", "level_dbov", "reason"}
)
"""Fields of outcomes that no flow depends on: they are for the facts."""

READERS: Final[dict[type, Read]] = {NoneType: repr}
"""Those known, by the kind of outcome."""


def reader_of(kind: type) -> Read:
    """What takes from an outcome of this kind all that the engine may read of it."""
    names = [each.name for each in fields(kind) if each.name not in _UNREAD]
    read = attrgetter(*names or ["name"])

    def read_exactly(outcome: Outcome) -> Hashable:
        values = read(outcome)
        return tuple([one if one.__class__ is str else _exact(one) for one in values])

    reader = READERS[kind] = read_exactly if "values" in names else read
    return reader


def _read_got(got: Got) -> Hashable:
    """Most answers of the back office bring no values."""
    return (got.name, *exactly(got.values)) if got.values else got.name


READERS[Got] = _read_got


_PLAIN: Final = frozenset({int, bool, float, NoneType})


def exactly(values: Mapping[str, Any]) -> list[tuple[str, Hashable]]:
    """Names and values so that only the very same are equal: 1, True and 1.0 are not."""
    return [
        (name, value if value.__class__ is str else _exact(value)) for name, value in values.items()
    ]


def _exact(value: Any) -> Hashable:
    """Texts stand for themselves, all else beside its type."""
    kind = value.__class__
    if kind is str:
        return str(value)
    if kind is dict or (kind not in _PLAIN and isinstance(value, Mapping)):
        return (kind, *exactly(value)) if value else kind
    return kind, repr(value) if kind is float else value
