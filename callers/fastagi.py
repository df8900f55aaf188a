"""A simulated caller over FastAGI: plays Asterisk and the dialplan against a real server.

Everything takes its real time: prompts are played for as long as their files last, rings ring,
and `EXEC AudioSocket` sends the caller's sound to the ears frame by frame. Many calls run at once
on one event loop.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from callers.acting import Acting
from callers.agi_session import AgiSession
from callers.agi_waiting import WaitingCaller, Whisper
from callers.agi_wire import AgiPeer, environment
from callers.caller_line import CallerLine
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.result import CallResult, Watch
from callers.tracks import write_wav
from callers.voicebank import VoiceBank
from calls.clock import Clock, SystemClock

LEASE_S: Final = 10.0
"""What the dialplan gives a server before it has renewed anything."""

MOST_MINUTES: Final = 30
_AWAY: Final = frozenset({"queue", "transfer"})
"""Values of CC_DONE with which the dialplan goes on by itself and comes back."""

_CHANNELS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where and how a call comes in."""

    servers: Sequence[tuple[str, int]]
    """FastAGI servers in the order the dialplan tries them."""

    flow: str = "greetings"
    dnis: str = "1000"
    ani: str = ""
    caller_name: str = ""
    secret: str = ""
    lease_s: float = LEASE_S
    monitor: Path = Path("var/monitor")
    """Where a relative MixMonitor file goes, as Asterisk's monitor folder."""

    queue: QueuePlan = field(default_factory=QueuePlan)


async def call_over_fastagi(
    persona: Persona,
    host: str,
    port: int,
    flow: str = "greetings",
    *,
    dnis: str = "1000",
    ani: str = "",
    secret: str = "",
    seed: int = 0,
    queue: QueuePlan | None = None,
    monitor: Path = Path("var/monitor"),
    lease_s: float = LEASE_S,
    bank: VoiceBank | None = None,
    clock: Clock | None = None,
    watch: Watch | None = None,
    save: Path | None = None,
) -> CallResult:
    """Place one call of `persona` to the FastAGI server at `host`:`port` and live it to its end.

    `save` writes both sides as a stereo wav (left the caller, right the house). The result says
    what was heard and when; a server that cannot be reached is a fallback, as in the dialplan,
    not an error. Raises PersonaError when an utterance has no sound.
    """
    line = Line(
        servers=((host, port),),
        flow=flow,
        dnis=dnis,
        ani=ani or f"138{random.Random(seed).randrange(10**8):08d}",  # noqa: S311 - no secret
        caller_name=persona.name,
        secret=secret,
        lease_s=lease_s,
        monitor=monitor,
        queue=queue or QueuePlan(),
    )
    return await place(line, persona, seed=seed, bank=bank, clock=clock, watch=watch, save=save)


async def place(
    line: Line,
    persona: Persona,
    *,
    seed: int = 0,
    bank: VoiceBank | None = None,
    clock: Clock | None = None,
    watch: Watch | None = None,
    save: Path | None = None,
) -> CallResult:
    """The same with every part of the line given."""
    bank = bank or VoiceBank.load()
    clock = clock or SystemClock()
    acting = Acting(persona, lambda utterance: bank.length_ms(persona.voice, utterance))
    unique = f"{clock.utc_now().timestamp():.0f}.{next(_CHANNELS)}"
    channel = CallerLine(acting, bank, clock, unique, seed=seed, watch=watch)
    try:
        async with asyncio.timeout(MOST_MINUTES * 60):
            await _Dialplan(line, channel).run()
    finally:
        channel.go_down("network")
        channel.result.moments.sort(key=lambda moment: moment.at_ms)
    if save is not None:
        write_wav(save, *channel.sides())
    return channel.result


class _Dialplan:
    """What `asterisk-conf/` does around the FastAGI session, for one channel."""

    def __init__(self, line: Line, channel: CallerLine) -> None:
        self._line = line
        self._channel = channel
        self._tellings: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        line, channel = self._line, self._channel
        channel.rings()
        try:
            for attempt, (host, port) in enumerate(line.servers, start=1):
                channel.variables["CC_DONE"] = "0"
                await self._agi(
                    host, port, line.flow, [line.dnis, str(attempt), line.secret, self._lease]
                )
                if await self._settled():
                    return
            channel.result.fell_back = True
            channel.note("fallback")
            channel.go_down("house")
        finally:
            if channel.variables.get("CC_DONE") in _AWAY:
                self._tell("_hung-up", "16")
            await asyncio.gather(*self._tellings)

    async def _settled(self) -> bool:
        """The CC_DONE checks; False sends the caller to the next server or the fallback."""
        channel = self._channel
        while not channel.down and channel.variables.get("CC_DONE") in _AWAY:
            queue = channel.variables["CC_DONE"] == "queue"
            status, extra = await (self._queue() if queue else self._transfer())
            if channel.down:
                return True
            channel.variables["CC_DONE"] = "0"
            host, port = self._back()
            await self._agi(host, port, "_resume", [self._call_id, status, extra, self._lease])
        if not channel.down and channel.variables.get("CC_DONE") == "1":
            channel.go_down("house")
        return channel.down

    @property
    def _lease(self) -> str:
        """The lease as the dialplan tells it to the server."""
        return f"{self._line.lease_s:g}"

    @property
    def _call_id(self) -> str:
        return self._channel.variables.get("CC_CALL", "")

    def _back(self) -> tuple[str, int]:
        host, _, port = self._channel.variables.get("CC_BACK", "").rpartition(":")
        return host, int(port) if port.isdigit() else 0

    async def _agi(self, host: str, port: int, script: str, arguments: Sequence[str]) -> None:
        """One AGI() of the dialplan; returns when the session is over, whatever ended it."""
        line, channel = self._line, self._channel
        block = environment(
            script=script,
            address=f"{host}:{port}",
            channel=channel.channel,
            uniqueid=channel.result.uniqueid,
            ani=line.ani,
            name=line.caller_name,
            dnis=line.dnis,
            arguments=arguments,
        )
        try:
            peer = await AgiPeer.connect(host, port, block)
        except (OSError, TimeoutError) as error:
            channel.result.failure = f"no FastAGI server at {host}:{port} ({error})"
            return
        channel.result.failure = ""
        try:
            await AgiSession(channel, peer, line.monitor).run(lease_s=line.lease_s)
        finally:
            await peer.close()

    async def _queue(self) -> tuple[str, str]:
        """The dialplan's Queue(), with somebody at the caller's ear where the flow has words."""
        channel, plan = self._channel, self._line.queue
        wait_ms, keys = self._wait_ms("CC_QUEUE_WAIT"), channel.variables.get("CC_QUEUE_KEYS", "")
        channel.acting.queued(channel.now_ms)
        channel.note("queued", channel.variables.get("CC_QUEUE", ""))
        whispers = None
        if channel.variables.get("CC_BESIDE") == "1":
            whispers = asyncio.create_task(self._whisper(turns=bool(keys)))
        try:
            found = await WaitingCaller(channel, plan, self._tell).wait(wait_ms, keys)
        finally:
            if whispers is not None:
                whispers.cancel()
                await asyncio.wait((whispers,))
        if found[0] == "CONTINUE" and not await channel.until(channel.now_ms + plan.talks_ms):
            return "ABANDON", ""
        return found

    async def _whisper(self, *, turns: bool) -> None:
        """The channel at the ear of a caller who waits."""
        peer = await self._connected("_beside", "cc-beside", ["", "", self._lease])
        if peer is None:
            return
        try:
            await Whisper(self._channel, peer, turns=turns).run()
        finally:
            await peer.close()

    async def _transfer(self) -> tuple[str, str]:
        """The dialplan's Dial(), by the plan of the queue: DIALSTATUS, and how long they talked."""
        channel, plan = self._channel, self._line.queue
        wait_ms = self._wait_ms("CC_TRANSFER_WAIT")
        began_ms = channel.now_ms
        channel.acting.queued(began_ms)
        channel.note("queued", channel.variables.get("CC_TRANSFER", ""))
        if not plan.agent or plan.answers_after_ms > wait_ms:
            if plan.refused:
                return ("BUSY" if plan.refused == "busy" else "CHANUNAVAIL"), ""
            await channel.until(began_ms + wait_ms)
            return "NOANSWER", ""
        if not await channel.until(began_ms + plan.answers_after_ms):
            return "CANCEL", ""
        channel.note("agent", plan.agent)
        self._tell("_picked-up", f"PJSIP/{plan.agent}-00000001")
        await channel.until(channel.now_ms + plan.talks_ms)
        return "ANSWER", str(plan.talks_ms)

    def _wait_ms(self, variable: str) -> int:
        return round(1000 * _number(self._channel.variables.get(variable, ""), 60.0))

    def _tell(self, script: str, who: str) -> None:
        """Tell the call's server something on a channel of its own, without waiting for it."""
        task = asyncio.get_running_loop().create_task(self._telling(script, who))
        self._tellings.add(task)
        task.add_done_callback(self._tellings.discard)

    async def _telling(self, script: str, who: str) -> None:
        peer = await self._connected(script, "cc-told", [who, self._line.secret])
        if peer is None:
            return
        try:
            while await peer.command(self._line.lease_s) is not None:
                peer.send("200 result=1")
        except TimeoutError:
            return
        finally:
            await peer.close()

    async def _connected(
        self, script: str, context: str, arguments: Sequence[str]
    ) -> AgiPeer | None:
        """A session of another channel with the call's server; None when it cannot be reached."""
        host, port = self._back()
        block = environment(
            script=script,
            address=f"{host}:{port}",
            channel=f"Local/s@{context}-00000001;2",
            uniqueid=f"{self._channel.result.uniqueid}.{script}",
            ani="",
            name="",
            dnis="",
            arguments=[self._call_id, *arguments],
        )
        try:
            return await AgiPeer.connect(host, port, block)
        except (OSError, TimeoutError):
            return None


def _number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default
