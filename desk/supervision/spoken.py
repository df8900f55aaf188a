"""Cues that supervisors write and the desk says into an agent's ear: who may, and the fact."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import PromptError
from calls.floor.events import CueSpoken, FloorEvent
from calls.floor.orders import MOST_CUE
from calls.masking import plain
from desk.ami.errors import AmiError
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.supervision.cue import CueError

_log = structlog.get_logger("desk")

Speak = Callable[[str, str], Awaitable[bytes]]
"""Text and language to sound, 8 kHz s16 mono. Raises PromptError when nothing can speak it."""

MOST_WAITING: Final = 3
"""Cues to one agent at a time, the one being said among them."""

ANSWER_S: Final = 4.0
"""A supervisor is told what became of a cue within this; a longer one goes on by itself."""


class Whisperer(Protocol):
    """Says sound to one channel's phone; `desk.supervision.cue.Cues` is one."""

    async def whisper(self, channel: str, pcm: bytes) -> None: ...


class FloorFacts(Protocol):
    """Where facts of the floor go."""

    def append_floor(self, event: FloorEvent) -> None: ...


class SpokenCues:
    """Carries out `calls.floor.orders.Cue`; cues to one agent are said one after the other."""

    def __init__(
        self,
        whisperer: Whisperer,
        speak: Speak | None,
        ledger: FloorFacts,
        *,
        call_of: Callable[[str], LiveCall | None],
        is_supervisor: Callable[[str], bool],
        language: str,
        clock: Clock | None = None,
        answer_s: float = ANSWER_S,
    ) -> None:
        """`speak` None: this house has no voice. Chinese is spoken as the house writes it."""
        self._whisperer, self._speak, self._ledger = whisperer, speak, ledger
        self._call_of, self._is_supervisor = call_of, is_supervisor
        self._chinese = language if language.startswith("zh") else "zh-Hans"
        self._clock, self._answer_s = clock or SystemClock(), answer_s
        self._waiting: Counter[str] = Counter()
        self._turns: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def order(self, supervisor: str, agent: str, text: str) -> None:
        """Say `text` to the agent. Returns at its end, or earlier while a long one is said.

        Raises ControlError (`PROBLEMS`) for what came to nothing before that.
        """
        words = plain(text.strip()[:MOST_CUE], most_cells=2 * MOST_CUE)
        call = self._checked(supervisor, agent, words)
        task = asyncio.create_task(self._say(supervisor, call, words), name="spoken cue")
        self._tasks.add(task)
        task.add_done_callback(self._over)
        done, _ = await asyncio.wait({task}, timeout=self._answer_s)
        if done:
            task.result()

    def close(self) -> None:
        """Say no more."""
        for task in self._tasks:
            task.cancel()

    def _checked(self, supervisor: str, agent: str, words: str) -> LiveCall:
        if not self._is_supervisor(supervisor):
            raise ControlError("not_supervisor", f"{supervisor}: only supervisors give cues")
        call = self._call_of(agent)
        if call is None:
            raise ControlError("no_call_there", f"{agent}: no call at the ear")
        if not words:
            raise ControlError("empty", "a cue without words")
        if self._waiting[agent] >= MOST_WAITING:
            raise ControlError("too_many", f"{agent}: {MOST_WAITING} cues wait already")
        return call

    async def _say(self, supervisor: str, call: LiveCall, words: str) -> None:
        agent = call.agent
        self._waiting[agent] += 1
        turn = self._turns.setdefault(agent, asyncio.Lock())
        try:
            async with turn:
                pcm = await self._sound(words)
                # The call of now: another one may be at the ear meanwhile, with another caller.
                if self._call_of(agent) != call:
                    raise ControlError("cut_short", f"{agent}: the call was over before the cue")
                await self._whisper(call, pcm)
        finally:
            self._waiting[agent] -= 1
            if not self._waiting[agent]:
                del self._waiting[agent]
                self._turns.pop(agent, None)
        fact = CueSpoken(by=supervisor, call_id=call.call_id, text=words)
        at = self._clock.utc_now()
        self._ledger.append_floor(FloorEvent(agent, at, fact.kind, fact.data()))

    async def _sound(self, words: str) -> bytes:
        if self._speak is None:
            raise ControlError("no_voice", "the house has no engine that speaks")
        try:
            pcm = await self._speak(words, self._chinese if _has_han(words) else "en")
        except PromptError as error:
            raise ControlError("no_voice", str(error)) from error
        if not pcm:
            raise ControlError("no_voice", "the engine gave no sound")
        return pcm

    async def _whisper(self, call: LiveCall, pcm: bytes) -> None:
        try:
            await self._whisperer.whisper(call.agent_channel, pcm)
        except CueError as error:
            raise ControlError("cut_short", str(error)) from error
        except AmiError as error:
            raise ControlError("refused", str(error)) from error

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        problem = None if task.cancelled() else task.exception()
        if problem is not None:
            _log.warning("a cue was not spoken", problem=str(problem))


def _has_han(text: str) -> bool:
    return any(unicodedata.name(sign, "").startswith("CJK UNIFIED") for sign in text)
