"""Words at the ear of a caller who waits in the dialplan's queue, over its music.

The dialplan starts a channel that whispers into the caller's (`cc-beside`) and asks us over it what
to say. The caller stays in the queue all the while, so words cost neither the place in line nor an
agent's ring; and whatever becomes of us, the queue and its music go on. What ends the wait hangs
that channel up, in the dialplan: no word of ours reaches into the talk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from agi.phone_line import PhoneLine
from agi.ports import Prompts
from agi.pyst2 import AGICommandError, AGIError, AGIHangup, AGIHangupDuring
from agi.session import AgiSession
from agi.speaking import SAMPLES_PER_MS, ready_prompt, said, saying, sound_name
from calls.actions import FIRST_TOLD_MS, Line, Telling
from calls.errors import PromptError
from calls.events import Fault
from calls.outcomes import SaidEnd


@dataclass(slots=True)
class _Open:
    """A line that is being said."""

    words: Line
    start_ms: int
    most_ms: int
    end_ms: int | None = None
    """Where it was cut, once that is known."""


class Beside:
    """Tells one caller what the flow has for a waiting caller, until it is hushed."""

    def __init__(
        self,
        line: PhoneLine,
        prompts: Prompts,
        telling: Telling,
        *,
        place: Callable[[], int],
        release: Callable[[AgiSession], None],
    ) -> None:
        """`place` gives the caller's place of now; `release` gives a session back."""
        self._line = line
        self._prompts = prompts
        self._telling = telling
        self._place = place
        self._release = release
        self._task: asyncio.Task[None] | None = None
        self._open: _Open | None = None
        self._hushed = False

    def stand(self, session: AgiSession) -> None:
        """The channel at the caller's ear is there."""
        if self._hushed or self._task is not None:
            self._give_back(session)
            return
        self._task = asyncio.get_running_loop().create_task(self._tell(session))

    def hush(self, ended: SaidEnd) -> None:
        """The wait is over; a line that is being said ends so."""
        self._hushed = True
        if self._task is not None:
            self._task.cancel()
        was, self._open = self._open, None
        if was is None:
            return
        now_ms = self._line.call.elapsed_ms() if was.end_ms is None else was.end_ms
        self._over(was, min(now_ms, was.start_ms + was.most_ms), ended)

    async def _tell(self, session: AgiSession) -> None:
        try:
            await session.idle(FIRST_TOLD_MS / 1000)
            while True:
                for words in self._telling.at(max(1, self._place())):
                    await self._say(PhoneLine(self._line.call, session), words)
                await session.idle(self._telling.every_ms / 1000)
        except AGIHangup:
            return  # hushed by the dialplan, which is about to tell why
        except AGIError as error:
            problem = f"words in a queue: {type(error).__name__}"
            self._line.call.record(Fault(where="asterisk", problem=problem))
        finally:
            self._give_back(session)

    async def _say(self, ear: PhoneLine, words: Line) -> None:
        call = self._line.call
        try:
            prompt = await ready_prompt(ear, self._prompts, words)
        except PromptError as error:
            self._unsaid(words, str(error))
            return
        call.record(saying(words, "ivr"))
        self._line.agent_left = False
        was = self._open = _Open(words, call.elapsed_ms(), prompt.duration_ms)
        session = ear.session
        try:
            played = await session.run(
                session.agi.stream_file, sound_name(prompt), "", most_s=prompt.duration_ms / 1000
            )
        except AGICommandError as error:
            self._open = None
            call.record(Fault(where=f"prompt {words.name}", problem=str(error)))
            self._over(was, was.start_ms + error.endpos // SAMPLES_PER_MS, SaidEnd.FAILED)
            return
        except AGIHangupDuring as error:
            was.end_ms = was.start_ms + error.endpos // SAMPLES_PER_MS
            raise
        self._open = None
        self._over(was, was.start_ms + played.endpos // SAMPLES_PER_MS, SaidEnd.COMPLETED)

    def _unsaid(self, words: Line, problem: str) -> None:
        call = self._line.call
        call.record(Fault(where=f"prompt {words.name}", problem=problem))
        now_ms = call.elapsed_ms()
        call.record(said(words, "ivr", now_ms, now_ms, SaidEnd.FAILED))

    def _over(self, was: _Open, end_ms: int, ended: SaidEnd) -> None:
        self._line.call.record(said(was.words, "ivr", was.start_ms, end_ms, ended))

    def _give_back(self, session: AgiSession) -> None:
        self._release(session)
        session.close()
