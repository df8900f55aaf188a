"""An entry of the bar at the top of every page."""

from __future__ import annotations

from typing import NamedTuple

from calls.quality.states import Role


class Entry(NamedTuple):
    """Where it leads and who sees it."""

    path: str
    zh: str
    en: str
    roles: tuple[Role, ...] = ()
    """Empty: everybody who is signed in."""
