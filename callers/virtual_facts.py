"""Facts that are the same call after call, written once: a step, a line begins, a window opens.

Found by identity: a run enters the very same step, says the very same line and opens the very same
window on every call. An entry keeps its key alive, so nothing else can come to the same identity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from calls.actions import Line, Listen
from calls.events import Listening, Saying, Stepped
from calls.fact import Fact

Written = tuple[str, Mapping[str, Any]]
"""A fact's kind and its `data`, which are not to be changed."""

Sound = tuple[Line, Written, int]
"""A line, the fact that it begins, and how long it takes in ms."""

_MOST: Final = 4096
"""More of one kind are forgotten and made anew."""


def _written(fact: Fact) -> Written:
    """The fact as a call keeps it."""
    return fact.kind, fact.data()


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
        sound = (line, _written(saying), self._line_ms(line))
        return self.known.setdefault(id(line), sound)


@lru_cache(maxsize=16)
def sounds_of(performer: str, line_ms: Callable[[Line], int]) -> Sounds:
    """Those of one performer at one pace."""
    return Sounds(performer, line_ms)


WINDOWS: Final[dict[int, tuple[Listen, Written]]] = {}
"""Windows, and the facts that they open."""


def learn_window(listen: Listen) -> tuple[Listen, Written]:
    """Work out a window that is not among WINDOWS."""
    if len(WINDOWS) >= _MOST:
        WINDOWS.clear()
    wanted = tuple(sorted(listen.wanted))
    opened = Listening(until=listen.until.value, window_ms=listen.window_ms, wanted=wanted)
    return WINDOWS.setdefault(id(listen), (listen, _written(opened)))


STEPS: Final[dict[int, tuple[Stepped, Mapping[str, Any]]]] = {}
"""Facts that steps were entered, and their data."""


def learn_step(fact: Stepped) -> tuple[Stepped, Mapping[str, Any]]:
    """Work out a step that is not among STEPS."""
    if len(STEPS) >= _MOST:
        STEPS.clear()
    return STEPS.setdefault(id(fact), (fact, fact.data()))
