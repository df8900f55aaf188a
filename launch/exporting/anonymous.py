"""Facts of a call without who called: numbers, names, keys and typed answers masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from calls.events import CallEvent
from calls.masking import called, mask

_NUMBERS: Final = frozenset({"ani", "number", "to"})
_SECRET: Final = frozenset(
    {"caller_name", "digits", "text", "note", "about", "uniqueid", "channel"}
)
_HIDDEN: Final = "***"


def anonymous(event: CallEvent) -> dict[str, Any]:
    """The data of a fact with what could name the caller masked.

    Line names, steps, times and verdicts stay; what was spoken, typed and keyed does not.
    """
    told = {name: _masked(name, value) for name, value in event.data.items()}
    if "dnis" in told:
        told["dnis"] = called(str(told["dnis"]), str(told.get("direction", "")))
    return told


def _masked(name: str, value: Any) -> Any:
    if name in _NUMBERS:
        return mask(str(value)) if value else value
    if name in _SECRET:
        return _HIDDEN if value else value
    if name == "values" and isinstance(value, Mapping):
        return dict.fromkeys(value, _HIDDEN)
    return value
