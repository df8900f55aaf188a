"""Which part of the record answers a question that is asked now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from callflow.replaying.record import Item, Spot

_FAR: Final = 4
"""A line found further ahead than so many items is no sign that what lies between was left out."""


class Pool:
    """The items of a record; each answers once."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._next = 0

    def line(self, name: str, spot: Spot, step_says: Collection[str]) -> Item | None:
        """How a line was said: the same line, else the one in its place that the step lost."""

        def fits(item: Item) -> int:
            if item.subject == name:
                return 3 if item.spot == spot else 2
            return int(item.spot == spot and item.subject not in step_says)

        return self._take("say", fits)

    def window(self, spot: Spot, after: str) -> Item | None:
        """What was heard in a window: that of the same step, or after the same line."""

        def fits(item: Item) -> int:
            same_line = bool(after) and item.after == after
            return 2 * (item.spot == spot) + same_line

        return self._take("listen", fits)

    def other(self, kind: str, subject: str, spot: Spot) -> Item | None:
        """What any other question came to: the same one, that of the same step first."""

        def fits(item: Item) -> int:
            return (1 + (item.spot == spot)) if item.subject == subject else 0

        return self._take(kind, fits)

    def mishap(self, spot: Spot) -> Item | None:
        """What went wrong in a step, or the agent's branch in it, whatever was being done."""
        return self._take("", lambda item: int(item.spot == spot))

    def mishap_next(self, spot: Spot) -> Item | None:
        """The same, where it is the very next thing of the record."""
        rest = (item for item in self._items[self._next :] if not item.used)
        first = next(rest, None)
        return self.mishap(spot) if first is not None and first.kind == "" else None

    def _take(self, kind: str, fits: Callable[[Item], int]) -> Item | None:
        best: tuple[bool, int, int] | None = None
        for at, item in enumerate(self._items):
            fit = 0 if item.used or item.kind != kind else fits(item)
            rank = (at < self._next, -fit, at)
            if fit and (best is None or rank < best):
                best = rank
        if best is None:
            return None
        at = best[2]
        self._items[at].used = True
        if kind != "say" or at - self._next <= _FAR:
            self._next = max(self._next, at + 1)
        return self._items[at]
