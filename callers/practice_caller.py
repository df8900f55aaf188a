"""A simulated caller on the line with a person who practises: a persona in real time.

It stands where the ears stand on a real call: what a listening window comes to is told from the
persona's deeds by the rules of `callers.hearing`, as they fall due. The caller's own time stands
while the line is on hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from callers import hearing
from callers.acting import Acting, Speech
from callers.persona import Answer, Did, Persona, Speak, Words
from callers.practice_ears import TICK_S, PracticeSession
from calls.clock import Clock
from calls.events import CallEvent
from calls.outcomes import Sound

CALLER: Final = "practice/caller"
"""The caller's channel; any other is the agent's, of whom nothing is heard."""


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
        self.cut_off: Callable[[], None] = lambda: None
        """Told when the caller is cut off in the middle of a word."""

        self._told: set[Speech] = set()
        self._keys_told_ms = -1
        self._sessions = 0
        self._tapped: dict[str, str] = {}
        self._done: list[tuple[Did, str]] = []
        self._left = list(persona.when)
        self._answered: list[str] = []
        self._spoken_to = False
        self.acting.rings(0)

    def now_ms(self) -> int:
        """The caller's own time: since the first ring, without what was spent on hold."""
        now_ms = self._clock.monotonic_ms() if self._held_since is None else self._held_since
        return now_ms - self.began_ms - self.held_ms

    def answered(self) -> None:
        """The agent took the call."""
        self.acting.answered(self.now_ms())

    def see(self, event: CallEvent) -> None:
        """A fact of the call: what the caller hears, and takes notice of."""
        if event.kind == "saying":
            self._answered = []
            self._yields()
            self.acting.house_speaks(self.now_ms())
            return
        did = _did(event)
        if did is not None:
            self._done.append(did)
            self._spoken_to = self._spoken_to or did[0] is not Did.BRANCH

    def asked_for(self, field: str) -> bool:
        """The agent asks for a field of a form; whether the caller answers it."""
        detail = self.acting.persona.details.get(field, "")
        if not detail or detail in self._answered:
            return False
        self._answered.append(detail)
        self._told.add(self.acting.says(detail, self.now_ms()))
        self.text = "；".join(self._answered)
        return True

    def _yields(self) -> None:
        """The agent talks over the caller, who is polite enough to stop."""
        cut = self.acting.falls_silent(self.now_ms())
        if cut is not None:
            self._told.add(cut)
            self.cut_off()

    def listens(self, open_ms: int) -> None:
        """The agent fell silent: the caller's turn, changed by what the agent did before it.

        To a window without a word before it (the agent picks what was heard) nobody answers.
        """
        if not self._spoken_to:
            return
        self._spoken_to = False
        acting, now_ms = self.acting, self.now_ms()
        persona, moved = acting.persona, self._moved()
        if moved is not None:
            acting.persona = replace(persona, answers=(moved,), then_silent=False)
        acting.house_listens(open_ms, known_ms=now_ms)
        acting.persona = persona

    def _moved(self) -> Answer | None:
        """The answer to what the agent did since the last turn, if the persona has one left."""
        done, self._done = self._done, []
        for when in self._left:
            if any(when.did is did and when.name in ("", name) for did, name in done):
                self._left.remove(when)
                answer = when.answer
                if isinstance(answer, Words):
                    return Speak(utterance=answer.text, after_ms=answer.after_ms)
                return answer
        return None

    @property
    def held(self) -> bool:
        """Whether the line is on hold."""
        return self._held_since is not None

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
        for speech in self.acting.spoken:
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
        ends = (speech.end_ms for speech in self.acting.spoken if speech.begin_ms <= now_ms)
        return max(now_ms - max(ends, default=0), 0)

    async def until(self, at_ms: int) -> None:
        """Return once the caller's own time is `at_ms`."""
        while self.now_ms() < at_ms:
            left_s = (at_ms - self.now_ms()) / 1000
            await asyncio.sleep(TICK_S if self._held_since is not None else min(left_s, TICK_S))


def _did(event: CallEvent) -> tuple[Did, str] | None:
    """What the agent did, of what a caller takes notice of."""
    data = event.data
    if event.kind == "said":
        skipped = data.get("ended") == "skipped"
        return (Did.SKIPPED if skipped else Did.SAID), str(data.get("line"))
    if event.kind == "branched":
        return Did.BRANCH, str(data.get("branch"))
    if event.kind == "held" and not data.get("on"):
        return Did.HELD, ""
    return None
