"""Another value in a module of typer's for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def exchanged(one: object, name: str, value: Any) -> Iterator[None]:
    """Inside, `one.name` is `value`."""
    own = vars(one)
    before, had = own.get(name), name in own
    setattr(one, name, value)
    try:
        yield
    finally:
        if had:
            setattr(one, name, before)
        else:
            delattr(one, name)
