"""What came back from outside, taken apart with care: only plain values of a sane size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calls.outcomes import Failed, Got

Value = str | int | bool
MOST_IN_VALUE = 1000
_WHOLE_NUMBERS = 1 << 53
"""Larger ones lose digits in other languages' JSON; they come as text."""


class UnfitAnswerError(Exception):
    """An answer cannot be used; the text says why and quotes nothing of it."""


def picked(found: Mapping[str, Any], store: Iterable[str]) -> dict[str, Value]:
    """The values that a flow wants, by name. Raises UnfitAnswerError with the name at fault."""
    values: dict[str, Value] = {}
    for name in store:
        if name not in found:
            raise UnfitAnswerError(f"has no {name}")
        values[name] = _plain(name, found[name])
    return values


def _plain(name: str, value: object) -> Value:
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_WHOLE_NUMBERS < value < _WHOLE_NUMBERS else _short(name, str(value))
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.2f}"
    if isinstance(value, str):
        return _short(name, value)
    raise UnfitAnswerError(f"{name} is neither text, number nor flag")


def _short(name: str, text: str) -> str:
    if len(text) > MOST_IN_VALUE:
        raise UnfitAnswerError(f"{name} is over {MOST_IN_VALUE:,} characters")
    return text


def got(found: Mapping[str, Any], store: Iterable[str]) -> Got | Failed:
    """`ok` with the values that a flow wants, or why not."""
    try:
        return Got(name="ok", values=picked(found, store))
    except UnfitAnswerError as error:
        return Failed(reason=f"the answer {error}")
