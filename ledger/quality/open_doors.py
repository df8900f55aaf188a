"""Who is let in without a password now, held against the facts: sessions, and walls.

A session that somebody wrote straight into the book lets nobody in (`ledger.quality.sessions`); it
is named all the same, since whoever wrote it can write to the book. A wall shows the wallboard
alone; the look that it was hung vouches for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from calls.quality.events import QualityEvent
from calls.quality.secrets import SessionBegun
from ledger.quality.tables import sessions, walls
from ledger.quality.vouching import PREFIX, session_digest

WALL: str = "wall/"


class Forged(NamedTuple):
    """A session or a wall that no fact tells of."""

    stream: str
    detail: str


class Doors:
    """What facts say was opened, added up."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._hung: set[tuple[str, object]] = set()

    def take(self, event: QualityEvent) -> None:
        """One more fact, in the order kept."""
        if event.kind == SessionBegun.kind:
            self._begun.add(str(event.data.get("digest")))
        elif event.kind == "looked" and event.data.get("action") == "hung":
            self._hung.add((event.actor, event.data.get("subject")))

    def forged(self, connection: Connection) -> Iterator[Forged]:
        """Every session and wall kept now that no fact tells of."""
        c = sessions.c
        for name, key, at in connection.execute(select(c.account, c.id_hash, c.created_at)):
            if not self._is_begun(str(name), key, at):
                yield Forged(
                    f"{PREFIX}{name}",
                    "a session of it is kept that no fact tells of; it lets nobody in, but"
                    " somebody has written to the book: find out who, then set its password anew",
                )
        for by, key in connection.execute(select(walls.c.hung_by, walls.c.id_hash)):
            wall = f"{WALL}{bytes(key).hex()[:8]}" if isinstance(key, bytes) else WALL
            if (by, wall) not in self._hung:
                yield Forged(
                    wall,
                    f"it shows the wallboard for {by}, and no fact tells that it was hung; take it"
                    " down at /walls, and find out who has written to the book",
                )

    def _is_begun(self, name: str, key: object, at: object) -> bool:
        if not isinstance(key, bytes) or not isinstance(at, int):
            return False
        return session_digest(name, key, at) in self._begun
