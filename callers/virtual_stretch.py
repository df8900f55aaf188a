"""Stretches of a virtual call in which only the house acts: lines said whole, files found empty.

From a row of the flow's table on such a stretch is always the same, as long as the caller does
nothing while it lasts. So it is walked once, and passes at once on every call whose caller lets it
pass; a caller who may speak, key or leave in it has it action by action.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from callers.virtual_facts import Passage, PassedFact, Sounds, Written, noted, sounds_of, written
from callflow.frames import Ended, Noted
from callflow.tables import Move, Row, TableRun
from calls.actions import Action, Line, Listen, Lookup, Say
from calls.events import Said
from calls.office_notes import looked_up
from calls.outcomes import Got, Outcome, SaidEnd, Spoken

ALONE: Final = frozenset({Say, Lookup})
"""Actions that a stretch can hold."""

MOST_ACTIONS: Final = 32
_MOST: Final = 4096
"""More stretches are forgotten and made anew."""

_NOT_FOUND: Final = Got(name="not_found", values={})


@dataclass(slots=True, eq=False)
class Undisturbed:
    """Something that the house does alone while the caller does nothing."""

    begins: Row | Listen
    """Where it begins; kept alive, so that no other can come to its identity."""

    passage: Passage
    takes_ms: int
    lines: int
    line_at_ms: int
    """When the last line begins, from the beginning of the whole."""


@dataclass(slots=True, eq=False)
class Stretch(Undisturbed):
    """What the house does from a row of the table on until it comes to something else."""

    move: Move
    """To where it ends; what it enters on the way is among the facts."""


class Stretches:
    """Those of one performer at one pace, by the identity of their row."""

    def __init__(self, sounds: Sounds, *, no_files: bool) -> None:
        """With `no_files` every customer file is empty, and looking into one takes no time."""
        self.sounds = sounds
        self.known: dict[int, Stretch] = {}
        self.prompts: dict[int, Undisturbed] = {}
        """Prompts of windows, by the identity of their `Listen`."""

        self._no_files = no_files

    def learn_prompt(self, listen: Listen, line: Line) -> Undisturbed:
        """Speak the prompt of a window for the first time."""
        walk = _Walk(self.sounds, self._no_files)
        walk.say(line)
        if len(self.prompts) >= _MOST:
            self.prompts.clear()
        said = Undisturbed(listen, Passage(tuple(walk.facts)), walk.now_ms, 1, 0)
        return self.prompts.setdefault(id(listen), said)

    def learn(self, run: TableRun, action: Action) -> Stretch | None:
        """Walk on from where `run` is about to do `action`; None when nothing can be held."""
        row, walk = run.row, _Walk(self.sounds, self._no_files)
        move = run.ahead(action, walk.past)
        if move is None:
            return None
        if len(self.known) >= _MOST:
            self.known.clear()
        passage = Passage(tuple(walk.facts))
        found = Stretch(row, passage, walk.now_ms, walk.lines, walk.line_at_ms, move)
        return self.known.setdefault(id(row), found)


@lru_cache(maxsize=32)
def stretches_of(performer: str, line_ms: Callable[[Line], int], no_files: bool) -> Stretches:
    """Those of one performer at one pace."""
    return Stretches(sounds_of(performer, line_ms), no_files=no_files)


class _Walk:
    """A stretch that is walked for the first time."""

    def __init__(self, sounds: Sounds, no_files: bool) -> None:
        self.facts: list[PassedFact] = []
        self.now_ms = 0
        self.lines = 0
        self.line_at_ms = 0
        self._actions = 0
        self._sounds = sounds
        self._no_files = no_files

    def past(self, at: Action | Ended, entered: tuple[Noted, ...]) -> Outcome | None:
        """What `at` comes to when the caller lets it pass; None when that is not known."""
        for fact in entered:
            self._add(noted(fact))
        self._actions += 1
        if self._actions > MOST_ACTIONS:
            return None
        if isinstance(at, Say):
            return self.say(at.line)
        if isinstance(at, Lookup) and self._no_files:
            self._add(written(looked_up(at.directory, at.by, _NOT_FOUND.name)))
            return _NOT_FOUND
        return None

    def say(self, line: Line) -> Spoken:
        """A line is said whole."""
        sound = self._sounds.known.get(id(line)) or self._sounds.learn(line)
        began_ms = self.line_at_ms = self.now_ms
        self.lines += 1
        self._add(sound.saying)
        self.now_ms += sound.takes_ms
        said = {**sound.said, "ended": SaidEnd.COMPLETED.value}
        self._add(Written(Said.kind, said), began_ms)
        return Spoken(start_ms=began_ms, end_ms=self.now_ms, ended=SaidEnd.COMPLETED)

    def _add(self, fact: Written, began_ms: int | None = None) -> None:
        self.facts.append((self.now_ms, fact.kind, fact.data, began_ms))
