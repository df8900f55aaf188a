"""A listening window of a coached flow: the ears answer it, or the agent does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from calls.actions import Listen, Until
from calls.call import Call
from calls.events import HeardFact, Hearing, KeyFact, Listening
from calls.floor.script_view import ClockView
from calls.outcomes import Heard, Keyed, Outcome, Sound
from desk.coaching import taps
from desk.coaching.run import tellable
from desk.coaching.taps import Span

TOLD_BY_AGENT: Final = "told by the agent"
PAUSED_MS: Final = 360
"""An agent quiet for so long is taken to have done speaking, for the clock on the screen. Pauses
inside a read sentence are mostly shorter (150 to 320 ms in the test clips)."""

WORDS_APART_MS: Final = 100
"""A gap between two words of an agent is shorter."""

NUMBERS: Final = frozenset("12345")
_AGAIN_S: Final = 0.05


class Window:
    """One `Listen` while it is open."""

    def __init__(
        self, call: Call, action: Listen, hearing: taps.Hearing, changed: Callable[[], None]
    ) -> None:
        self.action = action
        self._call = call
        self._hearing = hearing
        self._changed = changed
        self._opened_ms = call.elapsed_ms()

    def opens(self) -> None:
        """Record that it is open from here on."""
        action = self.action
        self._call.record(
            Listening(
                until=action.until.value,
                window_ms=action.window_ms,
                wanted=tuple(sorted(action.wanted)),
            )
        )

    async def ask(self, late_ms: int) -> Outcome:
        """What the ears come to. Under a tap that breaks off the window begins anew on the next."""
        if late_ms:
            self._opened_ms = max(self._opened_ms - late_ms, 0)
        while True:
            span = await self._hearing.ask(self._question(), self._hears, late_ms)
            if span is not None and span.kind in Sound.__members__.values():
                return self._heard(span)
            late_ms = 0
            await asyncio.sleep(_AGAIN_S)

    def _question(self) -> Listen:
        """The window as the tap is asked for it: keys and prompts are not the tap's."""
        return replace(self.action, wanted=self.action.wanted - {"key"}, keys=None, prompt=None)

    def keyed(self, digits: str) -> Outcome:
        """The agent chose a menu's key, or gave the digits asked for."""
        at_ms = self._call.elapsed_ms()
        self._call.record(KeyFact(digits=digits, at_ms=at_ms))
        return Keyed(digits=digits, at_ms=at_ms)

    def told(self, word: str) -> Outcome | None:
        """The agent says what is to be heard, by its word or number; None for neither.

        Recorded as if the ears had heard it, with the agent as the reason.
        """
        words = tellable(self.action.wanted)
        if word in NUMBERS and int(word) <= len(words):
            word = words[int(word) - 1]
        if word not in words:
            return None
        now_ms = self._call.elapsed_ms()
        told = Span(
            kind=word,
            from_ms=self._opened_ms,
            to_ms=now_ms,
            level_dbov=None,
            reason=TOLD_BY_AGENT,
        )
        return self._heard(told)

    def clock(self) -> ClockView:
        """How far it has run, by the caller's frames."""
        held_by, waited_ms = self._hearing.held_by, 0
        session = self._hearing.session
        reading = None if session is None else session.reading
        if reading is not None:
            waited_ms = self._hearing.waited_ms(reading)
            if not held_by and reading.answering:
                held_by = "caller_speaks"
        if held_by == "agent_speaks":
            held_by, waited_ms = self._between_words(waited_ms)
        elif not held_by and self._hearing.agent_rising_ms:
            # As if it were the agent's voice already; given back when it is none.
            held_by, waited_ms = "agent_speaks", waited_ms - self._hearing.agent_rising_ms
        whole_ms = self.action.window_ms
        return ClockView(
            what=self._what(),
            spent_ms=min(max(waited_ms, 0), whole_ms),
            whole_ms=whole_ms,
            runs=not held_by,
            held_by=held_by,
        )

    def _between_words(self, waited_ms: int) -> tuple[str, int]:
        """Why it stands and how far it is while the agent is between words, or done."""
        quiet_ms = self._hearing.agent_quiet_ms
        if quiet_ms < WORDS_APART_MS:
            return "agent_speaks", waited_ms
        if quiet_ms < PAUSED_MS:
            # Done or only pausing, and a sentence has more pauses than ends: a third of what would
            # be given back is never far off either way.
            return "agent_speaks", waited_ms + quiet_ms // 3
        # What the standstill will give back once it is known to be over.
        return "", waited_ms + quiet_ms

    def _what(self) -> str:
        if self.action.until is Until.CLEAR:
            return "noise"
        return "silence" if "silence" in self.action.wanted else "listen"

    def _hears(self, what: Sound, level_dbov: float) -> None:
        self._call.record(Hearing(what=what.value, level_dbov=level_dbov))
        self._changed()

    def _heard(self, span: Span) -> Heard:
        heard = Heard(
            what=Sound(span.kind),
            from_ms=span.from_ms,
            to_ms=span.to_ms,
            level_dbov=span.level_dbov,
            reason=span.reason,
        )
        self._call.record(
            HeardFact(
                what=heard.what.value,
                from_ms=heard.from_ms,
                to_ms=heard.to_ms,
                level_dbov=heard.level_dbov,
                reason=heard.reason,
            )
        )
        return heard
