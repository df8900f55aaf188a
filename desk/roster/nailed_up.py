"""Lines that stand: the phone of an agent is called once and put into AgentLogin; calls come to it
there, and the desk takes them for the agent by the key that Asterisk waits for.

Read from `app_agent_pool.c` of Asterisk 22 and seen there: an offer that nobody took leaves the
line `INUSE` for ever, with a caller who is gone; the same key frees it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Final

import structlog

from calls.floor.states import AgentState
from desk.ami.actions import core_show_channels, hang_up, play_dtmf
from desk.ami.client import AmiClient
from desk.ami.errors import AmiError
from desk.ami.listening import call_out
from desk.ami.message import Message
from desk.ami.nailed_up import LINE_CONTEXT, TAKES, interface, pair_of
from desk.roster.roster import Roster

RINGS_S: Final = 30.0
"""So long a phone rings to be put on its line."""

_log = structlog.get_logger("desk.roster")


class NailedLines:
    """The lines of those agents who have one. Whether a line stands is for the roster the state of
    its device; here is what is done with it."""

    def __init__(
        self,
        ami: AmiClient,
        roster: Roster,
        agents: Collection[str],
        changed: Callable[[str], None],
        *,
        rings_s: float = RINGS_S,
    ) -> None:
        """`changed` is told an agent's number when `stands` may be another."""
        self._ami, self._roster, self._changed = ami, roster, changed
        self._agents, self._rings_s = frozenset(agents), rings_s
        self._lines: dict[str, str] = {}
        self._ringing: set[str] = set()
        """Pairs that wait to be taken: what never came to the line leaves nothing there."""

        self._calling: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._undo: list[Callable[[], None]] = []

    def start(self) -> None:
        """Follow Asterisk, before the client connects; nothing where no agent has a line."""
        if self._agents:
            hear = self._ami.on_event
            self._undo = [
                hear(("AgentLogin",), self._stands),
                hear(("AgentLogoff",), self._gone),
                hear(("DialState",), self._rings),
                hear(("DialEnd",), self._dialled),
                hear(("Hangup",), self._pair_over),
            ]
            self._ami.on_up.append(self._resync)
            self._roster.changed.append(self._put_down)

    async def close(self) -> None:
        """Hear no more of Asterisk; the lines stand."""
        for undo in self._undo:
            undo()
        if self._undo:
            self._ami.on_up.remove(self._resync)
            self._roster.changed.remove(self._put_down)
        self._undo = []
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stands(self, agent: str) -> bool:
        """Whether the desk can answer for this agent."""
        return agent in self._lines

    def lines(self) -> Mapping[str, str]:
        """The channels of all lines that stand, by agent."""
        return dict(self._lines)

    def phone_of(self, agent: str) -> str:
        """What rings when the desk itself calls the agent, to listen in: a phone that stands on
        its line would be busy. That call is taken at once, it was ordered."""
        return interface(agent) if agent in self._lines else f"PJSIP/{agent}"

    def call(self, agent: str) -> None:
        """Ring the phone unless its line stands already; whose comes about later, or not at all:
        then the agent stays unreachable."""
        if agent in self._agents and agent not in self._lines and agent not in self._calling:
            self._calling.add(agent)
            self._spawn(self._call(agent))

    async def answer(self, agent: str) -> bool:
        """Take the call that is offered on the line; False where no line stands. AmiError."""
        line = self._lines.get(agent)
        if line is not None:
            await play_dtmf(self._ami, line, TAKES, receive=True)
        return line is not None

    # -- within ----------------------------------------------------------------------------------

    async def _call(self, agent: str) -> None:
        try:
            await call_out(
                self._ami,
                f"PJSIP/{agent}",
                LINE_CONTEXT,
                agent,
                caller_id=f'"{agent}" <{agent}>',
                wait_s=self._rings_s,
            )
        except AmiError as error:
            _log.warning("no line to an agent's phone", agent=agent, problem=str(error))
        finally:
            self._calling.discard(agent)

    def _stands(self, event: Message) -> None:
        agent = event.get("Agent")
        if agent in self._agents:
            self._lines[agent] = event.raw("Channel")
            self._put_down(agent)
            self._changed(agent)

    def _gone(self, event: Message) -> None:
        agent = event.get("Agent")
        if self._lines.pop(agent, None) is not None:
            self._changed(agent)

    def _put_down(self, agent: str) -> None:
        """The line of whoever has signed out."""
        line = self._lines.get(agent)
        if line and self._roster.status(agent).state is AgentState.SIGNED_OUT:
            del self._lines[agent]
            self._changed(agent)
            self._spawn(self._hang_up(agent, line))

    async def _hang_up(self, agent: str, line: str) -> None:
        try:
            await hang_up(self._ami, line)
        except AmiError as error:
            _log.warning("a line stands on", agent=agent, problem=str(error))

    def _rings(self, event: Message) -> None:
        found = pair_of(event.raw("DestChannel"))
        if found is not None and event.get("DialStatus") == "RINGING":
            self._ringing.add(found[1])
            # A call that nobody's channel makes is the desk's own.
            if not event.get("Channel"):
                self._spawn(self._take(found[0]))

    async def _take(self, agent: str) -> None:
        try:
            await self.answer(agent)
        except AmiError as error:
            _log.warning("a line was not taken", agent=agent, problem=str(error))

    def _dialled(self, event: Message) -> None:
        found = pair_of(event.raw("DestChannel"))
        if found is not None and event.get("DialStatus") == "ANSWER":
            self._ringing.discard(found[1])

    def _pair_over(self, event: Message) -> None:
        found = pair_of(event.raw("Channel"))
        # `;2` goes when the line is not in it any more, or never was.
        if found is not None and event.raw("Channel").endswith(";2"):
            agent, pair = found
            if pair in self._ringing:
                self._ringing.discard(pair)
                self._spawn(self._free(agent))

    async def _free(self, agent: str) -> None:
        try:
            await self.answer(agent)
        except AmiError as error:
            _log.warning("a line is not free", agent=agent, problem=str(error))

    async def _resync(self) -> None:
        """What stands, found by a desk that heard of none of it."""
        channels = await core_show_channels(self._ami)
        standing = [one for one in channels if one.application == "AgentLogin"]
        before, self._lines = self._lines, {}
        for one in standing:
            agent = one.data.partition(",")[0]
            if agent in self._agents:
                self._lines[agent] = one.name
        pairs = [(one, found) for one in channels if (found := pair_of(one.name)) is not None]
        self._ringing = {pair for one, (_, pair) in pairs if one.state == "Ringing"}
        await self._free_all({agent for _, (agent, _) in pairs})
        for agent in before.keys() | self._lines.keys():
            self._changed(agent)

    async def _free_all(self, busy: Collection[str]) -> None:
        for row in await self._ami.ask("DeviceStateList"):
            name, _, agent = row.get("Device").partition(":")
            if name == "Agent" and row.get("State") == "INUSE" and agent not in busy:
                await self._free(agent)
        for agent in tuple(self._lines):
            self._put_down(agent)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
