"""An act's keys told in words, with ranges and defaults; the same for editors and the docs."""

from __future__ import annotations

from typing import Final

from callflow.acts.base import Act
from callflow.acts.fields import Field, Kind
from callflow.spelling import spell_default, spell_ms

_TIMES: Final = (Kind.DURATION, Kind.NUMBER)


def range_of(field: Field) -> str:
    """`20 ms to 1 h`, `1 to 5`; empty where there is none to tell."""
    if field.kind is Kind.DURATION:
        return f"{spell_ms(field.low)} to {spell_ms(field.high)}"
    if field.kind in (Kind.NUMBER, Kind.EXPRESSION):
        return f"{field.low} to {field.high}"
    if field.kind is Kind.DIGITS:
        return f"1 to {field.high}"
    if field.kind is Kind.WORD:
        return ", ".join(f"`{word}`" if word else '`""`' for word in field.words)
    return ""


def default_of(field: Field) -> str:
    """What holds when the key is not written; empty where nothing does."""
    return "" if field.required else spell_default(field)


def told(field: Field) -> str:
    """A field in one sentence."""
    parts = [field.about]
    if range_of(field):
        parts.append(range_of(field))
    if default_of(field):
        parts.append(f"{default_of(field)} unless told")
    if field.required:
        parts.append("must be written")
    return "; ".join(parts)


def example_of(act: type[Act]) -> str:
    """The act as its own docstring begins: `listen: 4s` or a longer form."""
    return (act.__doc__ or "").split("\n")[0].strip().split(";")[0].removesuffix(".")
