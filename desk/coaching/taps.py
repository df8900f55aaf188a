"""Two taps on one live call: what comes from the caller, and what comes from the agent.

A tap that cannot be had, or breaks off, is tried again as long as the talk lasts; the coach goes on
without it meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from calls.actions import Listen
from calls.clock import Clock
from calls.errors import CallCenterError
from calls.outcomes import Sound
from calls.ports import EarsAnswer
from desk.coaching.ports import Reading, TapEars, Tapper, TapSession, Voice

AGAIN_S = (0.5, 1.0, 2.0, 5.0)
"""Pauses before a tap is tried again; the last one goes on."""

FELL_SILENT_MS = 600
"""A speaker who has been quiet for so long is done: longer than a pause between two clauses."""

_log = structlog.get_logger("desk.coaching")


class Tap:
    """One channel's audio at the ears, kept up as long as the talk lasts."""

    def __init__(
        self,
        who: str,
        channel: str,
        ears: TapEars,
        tapper: Tapper,
        *,
        sounds: bool,
        on_voice: Callable[[Voice], None] | None,
        on_change: Callable[[], None],
    ) -> None:
        """`who` names it in the log; `on_change` is told when it is up or down."""
        self.session: TapSession | None = None
        """Set while audio comes."""

        self._who = who
        self._channel = channel
        self._ears = ears
        self._tapper = tapper
        self._sounds = sounds
        self._on_voice = on_voice
        self._on_change = on_change
        self._up = asyncio.Event()
        self._closed = False
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def up(self) -> TapSession:
        """The session, as soon as audio comes."""
        while self.session is None:
            await self._up.wait()
        return self.session

    def close(self) -> None:
        """No more of it; harmless twice."""
        self._closed = True
        self._task.cancel()
        self._down()

    async def _keep(self) -> None:
        tries = 0
        while not self._closed:
            came = await self._once()
            tries = 0 if came else tries + 1
            if not came and tries in (1, 10, 100):
                _log.warning("a tap cannot be had", whose=self._who, tries=tries)
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])

    async def _once(self) -> bool:
        """One session to its end; whether any audio came."""
        session: TapSession | None = None
        try:
            session = self._ears.expect()
            session.watch(self._on_voice, end_ms=FELL_SILENT_MS, sounds=self._sounds)
            await self._tapper(self._channel, session.address)
            await session.connection()
            self._came(session)
            await session.over()
        except (CallCenterError, OSError) as error:
            _log.info("a tap failed", whose=self._who, error=str(error))
        except Exception as error:  # noqa: BLE001 - the coach goes on by keys, whatever it was
            _log.error("a tap broke", whose=self._who, error=repr(error))
        finally:
            came = self.session is not None
            self._down()
            if session is not None:
                session.close()
        return came

    def _came(self, session: TapSession) -> None:
        self.session = session
        self._up.set()
        self._on_change()

    def _down(self) -> None:
        if self.session is not None:
            self.session = None
            self._up.clear()
            self._on_change()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was heard in a window, as offsets of the call."""

    kind: str
    from_ms: int
    to_ms: int
    level_dbov: float | None
    reason: str


class Hearing:
    """Both taps of one talk, and why the caller's windows stand."""

    def __init__(
        self,
        clock: Clock,
        offset_ms: Callable[[], int],
        changed: Callable[[], None],
        agent_voice: Callable[[bool], None],
    ) -> None:
        """`offset_ms` is the call's clock; `agent_voice` is told when the agent begins or stops."""
        self._clock = clock
        self._offset_ms = offset_ms
        self._changed = changed
        self._agent_voice = agent_voice
        self._held: set[str] = set()
        self._late_ms = 0
        """How long before it was ordered the last standstill began or ended."""

        self.caller: Tap | None = None
        self.agent: Tap | None = None
        self.voice: Voice | None = None
        """The agent's utterance going on, or the last one."""

    def begin(self, ears: TapEars, tapper: Tapper, caller_channel: str, agent_channel: str) -> None:
        """Ask for both taps."""
        self.caller = Tap(
            "caller",
            caller_channel,
            ears,
            tapper,
            sounds=True,
            on_voice=None,
            on_change=self._caller_changed,
        )
        self.agent = Tap(
            "agent",
            agent_channel,
            ears,
            tapper,
            sounds=False,
            on_voice=self._spoke,
            on_change=self._agent_changed,
        )

    def close(self) -> None:
        """No more of either."""
        for tap in (self.caller, self.agent):
            if tap is not None:
                tap.close()

    @property
    def session(self) -> TapSession | None:
        """The caller's, while audio comes."""
        return None if self.caller is None else self.caller.session

    @property
    def agent_session(self) -> TapSession | None:
        """The agent's, while audio comes."""
        return None if self.agent is None else self.agent.session

    @property
    def held_by(self) -> str:
        """Why windows stand: a word of `ClockView.held_by`, or empty."""
        if self.session is None:
            return "no_ears"
        return next((why for why in ("hold", "music", "agent_speaks") if why in self._held), "")

    def stands_by(self, why: str) -> bool:
        """Whether this is one of the reasons to stand still."""
        return why in self._held

    def stand(self, why: str, *, on: bool, late_ms: int = 0) -> None:
        """A reason to stand still comes or goes, `late_ms` ago."""
        stood = bool(self._held)
        (self._held.add if on else self._held.discard)(why)
        session = self.session
        if session is not None and stood is not bool(self._held):
            self._late_ms = late_ms
            if on:
                session.hold(late_ms=late_ms)
            else:
                session.resume(late_ms=late_ms)
        self._changed()

    def waited_ms(self, reading: Reading) -> int:
        """How far the open window has run, what the ears were just ordered counted in."""
        waited_ms, held = reading.waited_ms or 0, bool(self._held)
        if reading.stands is held:
            return waited_ms
        return max(waited_ms - self._late_ms, 0) if held else waited_ms + self._late_ms

    @property
    def agent_quiet_ms(self) -> int:
        """How long the agent has not spoken, by the agent's own frames."""
        session = self.agent_session
        reading = None if session is None else session.reading
        return 0 if reading is None else reading.quiet_ms

    @property
    def agent_rising_ms(self) -> int:
        """How long the agent's leg has had a sound that may become their voice."""
        session = self.agent_session
        reading = None if session is None else session.reading
        return 0 if reading is None else reading.rising_ms

    def base_ms(self, session: TapSession) -> int:
        """Offset in the call of a session's first frame."""
        now_ms = self._offset_ms()
        first_ms = session.first_frame_at_ms
        return now_ms if first_ms is None else now_ms - (self._clock.monotonic_ms() - first_ms)

    async def ask(
        self, question: Listen, on_hearing: Callable[[Sound, float], None], late_ms: int
    ) -> Span | None:
        """Put a question to the caller's tap once it is up; None when that broke off."""
        if self.caller is None:
            await asyncio.get_running_loop().create_future()
            return None
        session = await self.caller.up()
        try:
            answer: EarsAnswer = await session.ask(question, on_hearing=on_hearing, late_ms=late_ms)
        except CallCenterError as error:
            _log.info("the ears failed", error=str(error))
            session.close()
            return None
        if answer.kind == "hangup":
            return None
        base_ms = self.base_ms(session)
        return Span(
            kind=answer.kind,
            from_ms=max(base_ms + answer.from_ms, 0),
            to_ms=max(base_ms + answer.to_ms, 0),
            level_dbov=answer.level_dbov,
            reason=answer.reason,
        )

    def _caller_changed(self) -> None:
        session = self.session
        if session is not None and self._held:
            self._late_ms = 0
            session.hold()
        self._changed()

    def _agent_changed(self) -> None:
        if self.agent_session is None:
            self.voice = None
            self.stand("agent_speaks", on=False)
        else:
            self._changed()

    def _spoke(self, voice: Voice) -> None:
        self.voice = voice
        if voice.speaks:
            self.stand("agent_speaks", on=True, late_ms=voice.known_ms - voice.began_ms)
        else:
            self.stand("agent_speaks", on=False, late_ms=voice.known_ms - voice.ended_ms)
        self._agent_voice(voice.speaks)
