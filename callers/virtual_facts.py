"""Facts that are the same call after call, made once: a line begins, a window opens.

Found by identity: a run says the very same line and opens the very same window on every call. An
entry keeps its key alive, so no other line can come to the same identity.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from calls.actions import Line, Listen
from calls.events import Listening, Saying

Sound = tuple[Line, Saying, int]
"""A line, the fact that it begins, and how long it takes in ms."""

Window = tuple[Listen, Listening]
"""A window and the fact that it opens."""

_MOST: Final = 4096
"""More of one kind are forgotten and made anew."""


class Sounds:
    """Lines as one performer says them."""

    def __init__(self, performer: str, line_ms: Callable[[Line], int]) -> None:
        self._performer = performer
        self._line_ms = line_ms
        self.known: dict[int, Sound] = {}

    def learn(self, line: Line) -> Sound:
        """Work out a line that is not known."""
        if len(self.known) >= _MOST:
            self.known.clear()
        saying = Saying(
            line=line.name,
            text=line.text,
            tags=line.tags,
            language=line.language,
            performer=self._performer,
        )
        sound = self.known[id(line)] = (line, saying, self._line_ms(line))
        return sound


@lru_cache(maxsize=16)
def sounds_of(performer: str, line_ms: Callable[[Line], int]) -> Sounds:
    """Those of one performer at one pace."""
    return Sounds(performer, line_ms)


WINDOWS: Final[dict[int, Window]] = {}


def learn_window(listen: Listen) -> Window:
    """Work out a window that is not among WINDOWS."""
    if len(WINDOWS) >= _MOST:
        WINDOWS.clear()
    wanted = tuple(sorted(listen.wanted))
    opened = Listening(until=listen.until.value, window_ms=listen.window_ms, wanted=wanted)
    window = WINDOWS[id(listen)] = (listen, opened)
    return window
