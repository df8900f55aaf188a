"""Listening windows of the house, as a virtual call goes through them: worked out once each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callers.virtual_facts import Written, written
from calls.actions import Line, Listen, Until
from calls.events import Listening

_MOST: Final = 4096
"""More are forgotten and made anew."""


@dataclass(slots=True, eq=False)
class Window:
    """What a call reads of a `Listen` on its way."""

    listen: Listen
    """Kept alive, so that no other can come to its identity."""

    opened: Written
    """The fact that it opens."""

    window_ms: int
    prompt: Line | None
    keyed: bool
    """Keys are wanted."""

    cut_by_voice: bool
    """Speech is wanted, so it cuts the prompt."""

    clearing: bool
    """It waits for a clear line."""


WINDOWS: Final[dict[int, Window]] = {}
"""By the identity of their `Listen`: a run opens the very same one on every call."""


def learn_window(listen: Listen) -> Window:
    """Work out a window that is not among WINDOWS."""
    if len(WINDOWS) >= _MOST:
        WINDOWS.clear()
    wanted = tuple(sorted(listen.wanted))
    opened = Listening(until=listen.until.value, window_ms=listen.window_ms, wanted=wanted)
    window = Window(
        listen,
        written(opened),
        listen.window_ms,
        listen.prompt,
        listen.keys is not None,
        "speech" in listen.wanted,
        listen.until is Until.CLEAR,
    )
    return WINDOWS.setdefault(id(listen), window)
