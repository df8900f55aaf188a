"""Values that are made by the dozen on every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")

Value = str | int | bool
"""What a flow's variable can hold."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True, slots=True, kw_only=True)`, with mypy as the one who keeps it frozen.

    A frozen dataclass sets each field through `object.__setattr__`, which makes it three times as
    dear as a plain one, and a call makes some forty of them.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
