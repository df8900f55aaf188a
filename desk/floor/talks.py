"""The calls at the agents' ears: offered, coached, over and not yet wrapped up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from calls.call import Call
from calls.events import CallEvent
from calls.floor.events import TalkOver
from calls.floor.view import CallerFile
from calls.ports import Talk
from calls.values import Value
from desk.caller_files import CallerFiles
from desk.coaching.coach import Coach
from desk.coaching.means import Means
from desk.control.live import LiveCall
from desk.roster.roster import Roster

_log = structlog.get_logger("desk")

_ABOUT_CALLER: Final = ("ani", "caller_name", "name")


@dataclass(slots=True, kw_only=True)
class AgentCall:
    """One call as its agent's panel knows it."""

    call: Call
    agent: str
    queue: str
    file: CallerFile
    waited_ms: int
    """The caller's wait when it began to ring here."""

    coach: Coach | None = None
    over: bool = False
    left: bool = False
    """This process ends and the talk goes on."""

    values: Mapping[str, Value] = field(default_factory=dict)
    """What the flow left behind, once the talk is over."""

    talked_ms: int = 0

    @property
    def live(self) -> LiveCall | None:
        """For orders to Asterisk; None before the agent has picked up and after the talk."""
        if self.coach is None or self.over:
            return None
        talk = self.coach.talk
        return LiveCall(
            call_id=self.call.id,
            agent=self.agent,
            agent_channel=talk.agent_channel,
            caller_channel=talk.caller_channel,
        )

    @property
    def disposition(self) -> str:
        """What the agent's flow ended with; empty if it did not."""
        return "" if self.coach is None else self.coach.disposition


class Talks:
    """Implements `calls.ports.AgentDesk`."""

    def __init__(
        self,
        means: Callable[[], Means],
        files: CallerFiles,
        roster: Roster,
        changed: Callable[[str], None],
        name_of: Callable[[str], str],
    ) -> None:
        """`means` gives those of now (flows change); `changed` is told the agent's number."""
        self._name_of = name_of
        self._means = means
        self._files = files
        self._roster = roster
        self._changed = changed
        self._by_agent: dict[str, AgentCall] = {}
        self._offers: dict[str, AgentCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what the process that holds the calls tells -------------------------------------------

    def rings(self, call: Call, queue: str, agent: str, channel: str) -> None:
        self._offers[agent] = self._meet(call, agent, queue)
        self._roster.named(channel, call.id)
        self._changed(agent)

    def talks(self, talk: Talk) -> None:
        # The agent speaks for the house now, and says so by number (A02) and name (A14).
        own = {"agent_no": talk.agent, "agent_name": self._name_of(talk.agent)}
        talk = replace(talk, variables={**talk.variables, **own})
        self._begin(talk, lambda changed: Coach.begin(talk, self._means(), changed))

    def found(self, call: Call, events: Sequence[CallEvent]) -> bool:
        """A talk that outlived the last process goes on; False when nothing of it was kept."""
        answered = [event for event in events if event.kind == "agent_answered"]
        agent = str(answered[-1].data["agent"]) if answered else ""
        coach = Coach.resume(call, self._means(), lambda: self._changed(agent), events)
        if coach is None:
            return False
        self._begin(coach.talk, lambda _changed: coach)
        return True

    def leave(self, call: Call) -> None:
        for found in self._by_agent.values():
            if found.call is call and found.coach is not None and not found.over:
                found.coach.leave()
                found.left = True

    def over(self, call: Call) -> Mapping[str, Value]:
        self._forget_offers(call)
        values: Mapping[str, Value] = {}
        for found in self._by_agent.values():
            if found.call is call and not found.left:
                # After a transfer several had the call; what the last one came to counts.
                self._end(found)
                values = {**values, **found.values}
        return values

    # -- what panels see -------------------------------------------------------------------------

    def of(self, agent: str) -> AgentCall | None:
        """The call at the agent's ear, or the one just over."""
        return self._by_agent.get(agent)

    def offer_to(self, agent: str, call_id: str) -> AgentCall | None:
        """The call with this id that rings there; None for one that is not ours."""
        offer = self._offers.get(agent)
        return offer if offer is not None and offer.call.id == call_id else None

    def stranger(self, number: str, name: str) -> CallerFile:
        """Who calls with a call that is not ours: what Asterisk tells of them, made safe."""
        return self._files.at_once(number, name)

    def by_id(self, call_id: str) -> AgentCall | None:
        """The call with this id, if an agent has it."""
        found = [one for one in self._by_agent.values() if one.call.id == call_id]
        return found[-1] if found else None

    def live(self) -> tuple[AgentCall, ...]:
        """Calls at agents' ears now."""
        return tuple(one for one in self._by_agent.values() if not one.over)

    def put_away(self, agent: str) -> None:
        """The wrap-up is done: the panel shows the call no longer."""
        found = self._by_agent.get(agent)
        if found is not None and found.over:
            del self._by_agent[agent]
            self._changed(agent)

    async def close(self) -> None:
        """End what runs here; the talks themselves go on in Asterisk."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._by_agent.values():
            if one.coach is not None:
                if not one.over:
                    one.coach.leave()
                await one.coach.closed()

    # -- within ----------------------------------------------------------------------------------

    def _begin(self, talk: Talk, make: Callable[[Callable[[], None]], Coach]) -> None:
        agent, call = talk.agent, talk.call
        offer = self._offers.pop(agent, None)
        if offer is None or offer.call is not call:
            offer = self._meet(call, agent, talk.queue)
        for before in tuple(self._by_agent.values()):
            if not before.over and (before.agent == agent or before.call is call):
                self._end(before)  # transferred, or we were not told of its end
        # The latest comes last: `over` goes by that.
        self._by_agent.pop(agent, None)
        self._by_agent[agent] = offer
        offer.coach = make(lambda: self._changed(agent))
        self._roster.named(talk.agent_channel, call.id)
        self._changed(agent)

    def _meet(self, call: Call, agent: str, queue: str) -> AgentCall:
        past = self._means().live.past(call.id)
        known = _caller_of(past)
        queued = [event.offset_ms for event in past if event.kind == "queued"]
        ani, name = known.get("ani", ""), known.get("caller_name", "")
        met = AgentCall(
            call=call,
            agent=agent,
            queue=queue,
            file=self._files.at_once(ani, name),
            waited_ms=call.elapsed_ms() - queued[-1] if queued else 0,
        )
        self._spawn(self._read_on(met, ani, name))
        return met

    async def _read_on(self, met: AgentCall, ani: str, name: str) -> None:
        met.file = await self._files.whole(ani, name, but=met.call.id)
        self._changed(met.agent)

    def _end(self, found: AgentCall) -> None:
        if found.coach is not None and not found.over:
            found.talked_ms = found.coach.talked_ms
            found.values = found.coach.stop(found.call.hung_up_by or "agent")
            self._roster.keep(found.agent, self._told_of(found))
        found.over = True
        self._changed(found.agent)

    def _told_of(self, found: AgentCall) -> TalkOver:
        past = self._means().live.past(found.call.id)
        taken = [event.offset_ms for event in past if event.kind == "agent_answered"]
        since_ms = taken[-1] if taken else 0
        broken = () if found.coach is None else found.coach.broken()
        return TalkOver(
            call_id=found.call.id,
            talked_ms=found.talked_ms,
            promises=sum(one.kind == "promised" and one.offset_ms >= since_ms for one in past),
            broken=tuple(rule.id for rule in broken),
        )

    def _forget_offers(self, call: Call) -> None:
        for agent, offer in tuple(self._offers.items()):
            if offer.call is call:
                del self._offers[agent]
                self._changed(agent)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _caller_of(events: Sequence[CallEvent]) -> Mapping[str, str]:
    """What the offer said of the caller."""
    offered = next((event.data for event in events if event.kind == "offered"), {})
    return {name: str(offered.get(name, "")) for name in _ABOUT_CALLER}
