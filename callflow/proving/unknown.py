"""Values that a proof cannot know: whatever the caller, a file or a service gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Unknown(str):
    """A text that stands for any value: what it holds is only there to be shown."""

    __slots__ = ()


def placeholder(name: str) -> Unknown:
    """What a line shows for a variable that only a call brings."""
    return Unknown(f"〈{name}〉")


def known(names: Iterable[str], variables: Mapping[str, Any]) -> bool:
    """Whether the values of all these variables are known."""
    return all(name in variables and not isinstance(variables[name], Unknown) for name in names)
