"""A simulated caller on the line with a person who practises: a persona in real time, in text.

It stands where the ears stand on a real call: what a listening window comes to is told from the
persona's deeds by the rules of `callers.hearing`, as they fall due. The caller's own time stands
while the line is on hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callers import hearing
from callers.acting import Acting, Speech
from callers.hearing import Sensed
from callers.noises import COMFORT_DBOV
from callers.persona import Persona
from calls.actions import Listen, Until
from calls.clock import Clock
from calls.events import CallEvent
from calls.outcomes import Sound

CALLER: Final = "practice/caller"
"""The caller's channel; any other is the agent's, of whom nothing is heard."""

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


class PracticeCaller:
    """One call of one persona. Use on one event loop.

    `expect` makes it the ears of a coach: the session whose channel is `CALLER` hears the caller,
    any other hears nobody.
    """

    def __init__(
        self,
        persona: Persona,
        length_ms: Callable[[str], int],
        words: Callable[[str], str],
        clock: Clock,
    ) -> None:
        """`length_ms` and `words` tell an utterance's length and text."""
        self.acting = Acting(persona, length_ms)
        self.text = ""
        """What the caller says now, or said last."""

        self.hung_up = asyncio.Event()
        """Set when the caller has hung up."""

        self._clock, self._words = clock, words
        self.began_ms = clock.monotonic_ms()
        """First ring, by the monotonic clock."""

        self.held_ms = 0
        """Time spent on hold, whole holds only."""

        self._held_since: int | None = None
        self._told: set[Speech] = set()
        self._keys_told_ms = -1
        self._sessions = 0
        self._tapped: dict[str, str] = {}
        self.acting.rings(0)

    def now_ms(self) -> int:
        """The caller's own time: since the first ring, without what was spent on hold."""
        now_ms = self._clock.monotonic_ms() if self._held_since is None else self._held_since
        return now_ms - self.began_ms - self.held_ms

    def answered(self) -> None:
        """The agent took the call."""
        self.acting.answered(self.now_ms())

    def see(self, event: CallEvent) -> None:
        """A fact of the call: a line that begins is what the caller hears."""
        if event.kind == "saying":
            self.acting.house_speaks(self.now_ms())

    def hold(self) -> None:
        """The caller hears music: nothing is said and nobody leaves for it."""
        if self._held_since is None:
            self._held_since = self._clock.monotonic_ms()

    def resume(self) -> None:
        """The caller is back from hold."""
        if self._held_since is not None:
            self.held_ms += self._clock.monotonic_ms() - self._held_since
            self._held_since = None

    async def live(self, changed: Callable[[], None]) -> None:
        """Say and leave as time goes on, until the caller hangs up; `changed` is told of words."""
        while not self.hung_up.is_set():
            if self._deeds():
                changed()
            leave_ms = self.acting.leave_ms
            if leave_ms is not None and leave_ms <= self.now_ms():
                self.hung_up.set()
            await asyncio.sleep(TICK_S)

    def _deeds(self) -> bool:
        """Take note of what began since the last look; whether the words changed."""
        now_ms, before = self.now_ms(), self.text
        for speech in self.acting.speeches():
            if speech.begin_ms <= now_ms and speech not in self._told:
                self._told.add(speech)
                self.text = self._words(speech.utterance)
        for key in self.acting.keys(self._keys_told_ms + 1, now_ms + 1):
            self._keys_told_ms = key.at_ms
            self.text = f"[{key.key}]"
        return self.text != before

    # The ears' side.

    def expect(self) -> PracticeSession:
        """A session; whose it is, `tap` tells."""
        self._sessions += 1
        return PracticeSession(self, f"practice-{self._sessions}", self.began_ms)

    async def tap(self, channel: str, address: str) -> None:
        """From now on this session hears this channel."""
        self._tapped[address] = channel

    def heard_by(self, address: str) -> bool:
        """Whether the session hears the caller."""
        return self._tapped.get(address) == CALLER

    def sound(self) -> tuple[Sound, float]:
        """What is on the line now, and its level."""
        now_ms = self.now_ms()
        speech = self.acting.speaking(now_ms)
        if speech is not None:
            return hearing.voice_class(self.acting, speech), speech.level_dbov
        level_dbov = hearing.noise_level(self.acting, now_ms)
        return (Sound.NOISE if level_dbov >= hearing.NOISE_FROM_DBOV else Sound.SILENCE), level_dbov

    def quiet_ms(self) -> int:
        """How long the caller has said nothing."""
        now_ms = self.now_ms()
        ends = (speech.end_ms for speech in self.acting.speeches() if speech.begin_ms <= now_ms)
        return max(now_ms - max(ends, default=0), 0)

    async def until(self, at_ms: int) -> None:
        """Return once the caller's own time is `at_ms`."""
        while self.now_ms() < at_ms:
            left_s = (at_ms - self.now_ms()) / 1000
            await asyncio.sleep(TICK_S if self._held_since is not None else min(left_s, TICK_S))


class PracticeSession:
    """One session of the ears: the same port as a tap on a real channel."""

    def __init__(self, caller: PracticeCaller, address: str, began_ms: int) -> None:
        self.address = address
        self.first_frame_at_ms: int | None = began_ms
        self._caller = caller
        self._open_ms: int | None = None
        self._closed = asyncio.Event()

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
        self.first_frame_at_ms = self._caller.began_ms

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
        caller.acting.house_listens(open_ms, known_ms=now_ms)
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
