"""What the ears answer to a question, in milliseconds since the session's first frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from calls.outcomes import SaidEnd, Sound

AnswerKind = Sound | Literal["key", "hangup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPlayed:
    """A prompt that was played inside a session, whole or cut."""

    started_ms: int
    ended_ms: int
    ended: SaidEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The end of a question."""

    kind: AnswerKind
    from_ms: int
    """Where the sound that made the answer began; for silence, the window's opening."""

    to_ms: int
    """Where that sound ended: for speech the last frame with speech, else the end of the window."""

    window_opened_ms: int
    """The prompt's end, or the cut; the time of the hang-up when it never opened."""

    ended_ms: int
    """When the question was answered: for speech, a pause after `to_ms`."""

    level_dbov: float | None
    reason: str
    """Why, with the figures."""

    digits: str = ""
    prompt: PromptPlayed | None = None
    """Set when a prompt was given to `ask`."""
