"""The dialplan's Queue() for a simulated caller: music, words at the ear, keys, an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from callers.agi_session import line_of
from callers.agi_wire import AgiPeer, split_command
from callers.caller_line import CallerLine
from callers.noises import RATE
from callers.queue_plan import QueuePlan
from callers.voicebank import read_wav
from calls.errors import PersonaError

_TICK_MS = 20
_TURN_MS = 600
"""Words are over, and it is the caller's turn, when so long none followed."""

_IDLE_S = 3600.0


class WaitingCaller:
    """One caller in one queue."""

    def __init__(
        self, channel: CallerLine, plan: QueuePlan, tell: Callable[[str, str], None]
    ) -> None:
        """`tell` brings the call's server a word of an agent: the request and the channel."""
        self._channel = channel
        self._plan = plan
        self._tell = tell

    async def wait(self, wait_ms: int, keys: str) -> tuple[str, str]:
        """QUEUESTATUS, and who answered; `KEY` and which where a key ended it."""
        channel, plan = self._channel, self._plan
        if plan.refused or plan.off_duty:
            return ("UNKNOWN" if plan.refused else "JOINEMPTY"), ""
        answers = bool(plan.agent) and plan.answers_after_ms <= wait_ms
        member = f"PJSIP/{plan.agent}"
        if answers:
            self._tell("_agent-offered", f"{member}-00000001")
        until_ms = channel.now_ms + (plan.answers_after_ms if answers else wait_ms)
        key = await self._up_to(until_ms, keys)
        if key or channel.down:
            return ("ABANDON" if channel.down else "KEY"), key
        if not answers:
            return "TIMEOUT", ""
        channel.note("agent", plan.agent)
        self._tell("_agent-answered", f"{member}-00000001")
        return "CONTINUE", member

    async def _up_to(self, until_ms: int, keys: str) -> str:
        """Let time pass; the key that ended it before."""
        channel = self._channel
        channel.forget_keys()
        while channel.now_ms < until_ms:
            for key in channel.keys_up_to(channel.now_ms):
                if key.key in keys:
                    channel.press(key)
                    return key.key
            if not await channel.until(min(until_ms, channel.now_ms + _TICK_MS)):
                return ""
        return ""


class Whisper:
    """The channel at a waiting caller's ear (`cc-beside`): what a server plays there is heard."""

    def __init__(self, channel: CallerLine, peer: AgiPeer, *, turns: bool) -> None:
        """With `turns` the caller may act when words are over."""
        self._channel = channel
        self._peer = peer
        self._turns = turns
        self._speaks_until_ms = 0

    async def run(self) -> None:
        """Carry out the server's commands until it is gone or this is cancelled."""
        while (command := await self._next()) is not None:
            words = split_command(command)
            if [word.upper() for word in words[:2]] == ["STREAM", "FILE"]:
                self._peer.send(await self._play(Path(f"{words[2]}.wav")))
            else:
                self._peer.send("200 result=1")

    async def _next(self) -> str | None:
        if self._turns and self._speaks_until_ms:
            try:
                return await self._peer.command(_TURN_MS / 1000)
            except TimeoutError:
                self._channel.acting.house_listens(
                    self._speaks_until_ms, known_ms=self._channel.now_ms
                )
            self._speaks_until_ms = 0
        return await self._peer.command(_IDLE_S)

    async def _play(self, path: Path) -> str:
        try:
            sound = read_wav(path)
        except PersonaError:
            return "200 result=-1 endpos=0"
        channel = self._channel
        start_ms = channel.now_ms
        channel.acting.house_speaks(start_ms)
        try:
            await asyncio.sleep(len(sound) / RATE)
        finally:
            played = sound[: (channel.now_ms - start_ms) * RATE // 1000]
            channel.track.place(start_ms, played)
            channel.note("heard", line_of(path), at_ms=start_ms, until_ms=channel.now_ms)
        self._speaks_until_ms = channel.now_ms
        return f"200 result=0 endpos={len(sound)}"
