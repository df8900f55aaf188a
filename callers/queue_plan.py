"""What the other side of a queue does, where no real queue runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """What the other side of a queue does; the caller cannot know it."""

    agent: str = ""
    """Who answers; empty: nobody."""

    refused: str = ""
    """With nobody to answer: `failed` or `busy` at once instead of waiting in vain."""

    off_duty: bool = False
    """Nobody has a phone there: the queue takes no caller in."""

    place: int = 1
    """The caller's place in line."""

    answers_after_ms: int = 4000
    talks_ms: int = 6000
