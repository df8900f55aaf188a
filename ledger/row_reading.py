"""From the database's rows to the frozen values that the ledger gives out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ledger.encoding import from_us
from ledger.rows import CallRow, RecordingRow

_CALL_FIELDS = tuple(one.name for one in fields(CallRow))
_RECORDING_FIELDS = tuple(one.name for one in fields(RecordingRow))
_READ: Mapping[str, Callable[[Any], Any]] = {
    "judged": bool,
    "survey_asked": bool,
    "kept": lambda names: tuple(names.split()),
    "broken": lambda names: tuple(names.split()),
    "measures": json.loads,
}


def call_row(values: Mapping[str, Any]) -> CallRow:
    """A row of `calls`."""
    return CallRow(**_read(values, _CALL_FIELDS))


def recording_row(values: Mapping[str, Any]) -> RecordingRow:
    """A row of `recordings`."""
    return RecordingRow(**_read(values, _RECORDING_FIELDS))


def _read(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    told = {name: values[name] for name in names}
    for name, value in told.items():
        if value is not None:
            if name in _READ:
                told[name] = _READ[name](value)
            elif name.endswith("_at"):
                told[name] = from_us(value)
    return told
