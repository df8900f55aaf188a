"""What the wallboard's page needs of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from calls.floor.wall import WallView


@dataclass(frozen=True, slots=True)
class Sight:
    """The last snapshot, and whether it is the floor of now."""

    view: WallView | None
    """None before the first."""

    age_ms: int
    """How long ago it came."""

    live: bool
    why: str = ""
    """Why it is not live, in the desk's or the link's own word."""


class WallFeed(Protocol):
    """Snapshots of the floor. `console.room.ConsoleRoom.parts["wall"]`; asked from threads."""

    def sight(self) -> Sight:
        """What is known now; never blocks long. Connects by itself when somebody asks."""
