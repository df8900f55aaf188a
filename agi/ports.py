"""What a call on AGI needs from prompts and ears; `agi.prompts` and `agi.ears` provide it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from calls.actions import Line, Listen
from calls.outcomes import SaidEnd, Sound
from calls.ports import EarsAnswer


class Prompt(Protocol):
    """One line as sound: an 8 kHz WAV that Asterisk can read."""

    @property
    def path(self) -> Path: ...

    @property
    def duration_ms(self) -> int: ...

    def pcm(self) -> bytes:
        """The samples, s16le at 8 kHz."""


class Prompts(Protocol):
    """Lines to sounds."""

    def find(self, line: Line) -> Prompt | None:
        """The prompt when it is ready, at once."""

    async def obtain(self, line: Line) -> Prompt:
        """The prompt, made if need be. Raises PromptError."""


class PromptPlayed(Protocol):
    """A prompt that was played inside a session, whole or cut."""

    @property
    def started_ms(self) -> int: ...

    @property
    def ended_ms(self) -> int: ...

    @property
    def ended(self) -> SaidEnd: ...


class Answer(EarsAnswer, Protocol):
    """The ears' answer, with what only a session of the IVR's own brings."""

    @property
    def digits(self) -> str: ...

    @property
    def prompt(self) -> PromptPlayed | None:
        """Set when a prompt was given to `ask`."""


class HearingSession(Protocol):
    """One stretch of the caller's audio, from `EXEC AudioSocket` to `close`."""

    @property
    def address(self) -> str:
        """The arguments of `EXEC AudioSocket`: `uuid,host:port`."""

    @property
    def first_frame_at_ms(self) -> int | None:
        """By the clock of calls; None before the first frame."""

    async def ask(
        self,
        question: Listen,
        /,
        *,
        prompt_pcm: bytes | None = None,
        on_prompt_end: Callable[[PromptPlayed], None] | None = None,
        on_hearing: Callable[[Sound, float], None] | None = None,
    ) -> Answer:
        """Play the prompt, open the window at its end, say what was heard.

        A line that goes down is an answer. Raises CallCenterError when the ears fail.
        """

    def release_in_pause(self, left_s: float) -> bool:
        """`release`, if a prompt outlasts `left_s` seconds and is between two words just now."""

    def release(self) -> bool:
        """Let Asterisk's command return with the question still open; False if it is not on.

        The same `address` then goes on where it left off.
        """

    def close(self) -> None:
        """End the session; Asterisk's command then returns. Harmless twice."""


class Ears(Protocol):
    """Hears callers."""

    def expect(self) -> HearingSession:
        """A session whose address may be given to Asterisk now."""
