"""The ears' side of a caller in practice: sessions that hear what a persona does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from callers import hearing
from callers.acting import Acting, Speech
from callers.hearing import Sensed
from callers.noises import COMFORT_DBOV
from calls.actions import Listen, Until
from calls.outcomes import Sound

TICK_S: Final = 0.05
NOBODY_DBOV: Final = -90.0


def sensed(acting: Acting, listen: Listen, from_ms: int, to_ms: int) -> Sensed:
    """What ends a window that opens at `from_ms` and runs out at `to_ms`, keys aside.

    One that waits for a clear line heeds no voice.
    """
    clearing = listen.until is Until.CLEAR
    if clearing:
        first = hearing.clear_sensed(acting, from_ms, to_ms)
    else:
        first = hearing.voice_ends(acting, listen, from_ms, from_ms, to_ms)
        noise = hearing.noise_sensed(acting, listen, from_ms, to_ms)
        if noise is not None and (first is None or noise.at_ms < first.at_ms):
            first = noise
    if first is not None and first.what in listen.wanted:
        return first
    noisy = "noise" in listen.wanted and hearing.noisy_at_end(acting, from_ms, to_ms)
    what = Sound.NOISE if clearing or noisy else Sound.SILENCE
    return Sensed(to_ms, what, from_ms, to_ms, hearing.noise_level(acting, to_ms))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a window came to; times since the session began."""

    kind: str
    from_ms: int
    to_ms: int
    level_dbov: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """The line just now, as the ears read it."""

    level_dbov: float
    what: Sound | None
    speaks: bool
    spoken_ms: int
    quiet_ms: int
    waited_ms: int | None
    answering: bool
    rising_ms: int = 0
    stands: bool = False
    """No matter: a hold is carried out as it is ordered, and never late."""


class OnTheLine(Protocol):
    """A caller as the sessions know one."""

    acting: Acting
    held_ms: int
    """Time spent on hold, whole holds only."""

    def now_ms(self) -> int:
        """The caller's own time."""

    def heard_by(self, address: str) -> bool:
        """Whether the session hears the caller."""

    def sound(self) -> tuple[Sound, float]:
        """What is on the line now, and its level."""

    def quiet_ms(self) -> int:
        """How long the caller has said nothing."""

    def listens(self, open_ms: int) -> None:
        """The agent fell silent."""

    def hold(self) -> None:
        """The caller waits."""

    def resume(self) -> None:
        """The caller is back."""

    async def until(self, at_ms: int) -> None:
        """Return once the caller's own time is `at_ms`."""


class PracticeSession:
    """One session of the ears: the same port as a tap on a real channel."""

    def __init__(self, caller: OnTheLine, address: str, began_ms: int) -> None:
        self.address = address
        self.first_frame_at_ms: int | None = began_ms
        self._caller = caller
        self._open_ms: int | None = None
        self._closed = asyncio.Event()

    @property
    def frames(self) -> int:
        """So many 20 ms as the call has lasted."""
        return self._caller.now_ms() // 20

    @property
    def reading(self) -> Line | None:
        """The line now; None of an agent's, who is not heard."""
        caller = self._caller
        if not caller.heard_by(self.address):
            return None
        what, level_dbov = caller.sound()
        now_ms = caller.now_ms()
        speech = caller.acting.speaking(now_ms)
        return Line(
            level_dbov=max(level_dbov, NOBODY_DBOV),
            what=what,
            speaks=speech is not None,
            spoken_ms=0,
            quiet_ms=caller.quiet_ms(),
            waited_ms=self._waited_ms(now_ms, speech),
            answering=speech is not None and what is not Sound.NOISE,
        )

    def watch(self, on_voice: object = None, *, end_ms: int = 400, sounds: bool = True) -> None:
        """Nothing to keep: a reading is made when it is asked for, and no agent is heard."""

    async def connection(self) -> None:
        """The line is there at once."""

    async def over(self) -> None:
        """Return once the line is down."""
        await self._closed.wait()

    async def ask(
        self,
        question: Listen,
        /,
        *,
        on_hearing: Callable[[Sound, float], None] | None = None,
        late_ms: int = 0,
    ) -> Heard:
        """Open a window, `late_ms` ago: what the caller does in it."""
        caller = self._caller
        now_ms = caller.now_ms()
        self._open_ms = open_ms = now_ms - late_ms
        caller.listens(open_ms)
        found = sensed(caller.acting, question, open_ms, open_ms + question.window_ms)
        telling = asyncio.ensure_future(self._tell(on_hearing))
        try:
            await caller.until(found.at_ms)
        finally:
            telling.cancel()
            self._open_ms = None
        kind, reason = found.what.value, f"persona {caller.acting.persona.name}"
        level = None if found.level_dbov <= COMFORT_DBOV else found.level_dbov
        shift_ms = caller.held_ms
        return Heard(kind, found.from_ms + shift_ms, found.to_ms + shift_ms, level, reason)

    def hold(self, *, late_ms: int = 0) -> None:
        """The caller waits; from now on, whatever `late_ms` says: nobody spoke meanwhile."""
        if self._caller.heard_by(self.address):
            self._caller.hold()

    def resume(self, *, late_ms: int = 0) -> None:
        """The caller is back."""
        if self._caller.heard_by(self.address):
            self._caller.resume()

    def close(self) -> None:
        """End it; harmless twice."""
        self._closed.set()

    def _waited_ms(self, now_ms: int, speech: Speech | None) -> int | None:
        if self._open_ms is None:
            return None
        return max((now_ms if speech is None else speech.begin_ms) - self._open_ms, 0)

    async def _tell(self, on_hearing: Callable[[Sound, float], None] | None) -> None:
        """Tell each change of what is on the line while the window is open."""
        last: Sound | None = None
        while on_hearing is not None:
            what, level_dbov = self._caller.sound()
            if what is not last:
                last = what
                on_hearing(what, level_dbov)
            await asyncio.sleep(TICK_S)
