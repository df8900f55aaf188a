"""The calls at the agents' ears: offered, coached, over and not yet wrapped up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import structlog

from calls.call import Call
from calls.events import AgentAnswered, AgentTransfer, CallEvent
from calls.floor.view import CallerFile
from calls.ports import Talk
from calls.values import Value
from desk.caller_files import CallerFiles
from desk.coaching.coach import Coach
from desk.coaching.means import Means
from desk.floor.agent_call import FROM, AgentCall, SentOn, sent_on
from desk.roster.roster import Roster

_log = structlog.get_logger("desk")

_ABOUT_CALLER: Final = ("ani", "caller_name", "name")
OFF_S: Final = 1.0
"""Whoever holds the call tells in this time that it is over, or with whom it goes on. Later the
agent's line alone says it: the caller is with somebody else, or in a queue again."""


class Talks:
    """Implements `calls.ports.AgentDesk`: none of it ever raises, a call must not end by us."""

    def __init__(
        self,
        means: Callable[[], Means],
        files: CallerFiles,
        roster: Roster,
        changed: Callable[[str], None],
        name_of: Callable[[str], str],
        *,
        off_s: float = OFF_S,
    ) -> None:
        """`means` gives those of now (flows change); `changed` is told the agent's number, which
        may be that of a phone that no agent of the house has."""
        self._name_of, self._off_s = name_of, off_s
        self._means = means
        self._files = files
        self._roster = roster
        self._changed = changed
        self._by_agent: dict[str, AgentCall] = {}
        self._offers: dict[str, AgentCall] = {}
        self._values: dict[str, Mapping[str, Value]] = {}
        """What the agents of a live call left behind so far, by call id."""

        self._last: dict[str, Talk] = {}
        """Who had a live call last, by its id."""

        self._wrapped_up: dict[str, AgentCall] = {}
        """Live calls by id whose last agent sent them on and is done with them."""

        self._tasks: set[asyncio.Task[None]] = set()

    # -- what the process that holds the calls tells -------------------------------------------

    def rings(self, call: Call, queue: str, agent: str, channel: str) -> None:
        with _harmless("rings", call):
            self._offers[agent] = self._meet(call, agent, queue)
            self._roster.named(channel, call.id)
            self._changed(agent)

    def talks(self, talk: Talk) -> None:
        with _harmless("talks", talk.call):
            self._end_others(talk)
            # What colleagues found out is known; the agent speaks for the house now, and says so
            # by number (A02) and name (A14).
            own = {"agent_no": talk.agent, "agent_name": self._name_of(talk.agent) or talk.agent}
            before = dict(self._values.get(talk.call.id, {}))
            before.pop("disposition", None)
            talk = replace(talk, variables={**talk.variables, **before, **own})
            self._begin(talk, lambda changed: Coach.begin(talk, self._means(), changed))

    def found(self, call: Call, events: Sequence[CallEvent]) -> bool:
        """A talk that outlived the last process goes on; False when nothing of it was kept."""
        with _harmless("found", call):
            answered = [event for event in events if event.kind == "agent_answered"]
            agent = str(answered[-1].data["agent"]) if answered else ""
            coach = Coach.resume(call, self._means(), lambda: self._changed(agent), events)
            if coach is not None:
                self._end_others(coach.talk)
                self._begin(coach.talk, lambda _changed: coach)
                self._spawn(self._has_it_yet(self._by_agent[coach.talk.agent]))
                return True
        return False

    def leave(self, call: Call) -> None:
        for found in self._by_agent.values():
            if found.call is call and found.coach is not None and not found.over:
                with _harmless("leave", call):
                    found.coach.leave()
                found.left = True

    def agent_of(self, call: Call) -> str:
        last = self._last.get(call.id)
        return "" if last is None else last.agent

    def over(self, call: Call) -> Mapping[str, Value]:
        with _harmless("over", call):
            self._forget_offers(call)
        for found in tuple(self._by_agent.values()):
            if found.call is call and not found.left:
                self._end(found)
        # After a transfer several had the call; what the last one came to counts.
        self._last.pop(call.id, None)
        self._wrapped_up.pop(call.id, None)
        return self._values.pop(call.id, {})

    # -- what panels see -------------------------------------------------------------------------

    def of(self, agent: str) -> AgentCall | None:
        """The call at the agent's ear, or the one just over."""
        return self._by_agent.get(agent)

    def offer_to(self, agent: str, call_id: str) -> AgentCall | None:
        """The call with this id that rings there; None for one that is not ours.

        Of one that a colleague asks about, all that is known is the colleague's.
        """
        offer = self._offers.get(agent)
        if offer is not None and offer.call.id == call_id:
            return offer
        return self.by_id(call_id) or self._wrapped_up.get(call_id)

    def sent_on(self, call: Call) -> SentOn | None:
        """How the caller left the agent before, unless somebody has them again."""
        return sent_on(self._means().live.past(call.id))

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

    def moved(self, agent: str, to: str, how: str) -> None:
        """The agent's transfer, or a step of it, is done: a fact of the call (`AgentTransfer`)."""
        found = self._by_agent.get(agent)
        if found is not None and found.coach is not None and not found.over:
            found.call.record(AgentTransfer(agent=agent, to=to, how=how))

    def put_away(self, agent: str, call_id: str) -> None:
        """The call's wrap-up is done: the panel shows it no longer."""
        found = self._by_agent.get(agent)
        if found is not None and found.over and found.call.id == call_id:
            del self._by_agent[agent]
            if call_id in self._last:
                self._wrapped_up[call_id] = found
            self._changed(agent)

    def follow(self, agent: str) -> None:
        """The roster tells of the agent's line: off the call, the talk is over here, even when the
        caller goes on with somebody else or waits again."""
        found = self._by_agent.get(agent)
        if found is None or found.over or not self._roster.knows(agent):
            return
        if self._roster.status(agent).channel == found.channel:
            found.at_ear = True
        elif found.at_ear:
            found.at_ear = False
            self._spawn(self._off(found))

    def has_caller(self, agent: str) -> None:
        """The roster tells that a colleague's attended transfer is done: nobody else does. At
        once, or whoever hangs up again soon would have had no call."""
        status = self._roster.status(agent)
        talk = self._last.get(status.call_id)
        if talk is not None and talk.agent != agent:
            talk.call.record(AgentAnswered(agent=agent, waited_ms=0))
            self.talks(replace(talk, agent=agent, agent_channel=status.channel))

    async def close(self) -> None:
        """End what runs here; the talks themselves go on in Asterisk."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._by_agent.values():
            if one.coach is not None:
                if not one.over:
                    one.coach.leave()
                    one.left = True
                await one.coach.closed()

    # -- within ----------------------------------------------------------------------------------

    def _begin(self, talk: Talk, make: Callable[[Callable[[], None]], Coach]) -> None:
        agent, call = talk.agent, talk.call
        offer = self._offers.get(agent)
        if offer is None or offer.call is not call:
            offer = self._meet(call, agent, talk.queue)
        self._forget_offers(call)
        # The latest comes last: `over` goes by that.
        self._by_agent.pop(agent, None)
        self._by_agent[agent] = offer
        self._last[call.id] = talk
        offer.coach = make(lambda: self._changed(agent))
        offer.broken_before = tuple(rule.id for rule in offer.coach.broken())
        self._roster.named(talk.agent_channel, call.id)
        self.follow(agent)
        self._changed(agent)

    def _end_others(self, talk: Talk) -> None:
        """Transferred, or we were not told of the end."""
        for before in tuple(self._by_agent.values()):
            if not before.over and (before.agent == talk.agent or before.call is talk.call):
                self._end(before)

    async def _has_it_yet(self, found: AgentCall) -> None:
        """Whoever had the call may have handed it on, or sent it on, while there was no desk."""
        if self._roster.knows(found.agent):
            await self._roster.looked()
            await self._off(found)

    async def _off(self, found: AgentCall) -> None:
        await asyncio.sleep(self._off_s)
        if found.over or found.left or self._roster.status(found.agent).channel == found.channel:
            return
        self._end(found)
        for status in self._roster.statuses():
            # Whom a blind transfer brings the caller to is told of as at every offer.
            if status.asked and status.call_id == found.call.id:
                self.has_caller(status.number)
                return

    def _meet(self, call: Call, agent: str, queue: str) -> AgentCall:
        past = self._means().live.past(call.id)
        known = _caller_of(past)
        last = next((event for event in reversed(past) if event.kind in FROM), None)
        queued = last is not None and last.kind == "queued"
        ani, name = known.get("ani", ""), known.get("caller_name", "")
        met = AgentCall(
            call=call,
            agent=agent,
            queue=queue,
            file=self._files.at_once(ani, name),
            waited_ms=call.elapsed_ms() - last.offset_ms if last and queued else 0,
            sent_by=str(last.data["agent"]) if last and not queued else "",
        )
        self._spawn(self._read_on(met, ani, name))
        return met

    async def _read_on(self, met: AgentCall, ani: str, name: str) -> None:
        met.file = await self._files.whole(ani, name, but=met.call.id)
        self._changed(met.agent)

    def _end(self, found: AgentCall) -> None:
        call = found.call
        if found.coach is not None and not found.over:
            with _harmless("end", call):
                found.talked_ms = found.coach.talked_ms
                found.values = found.coach.stop(call.hung_up_by or "agent")
                self._values[call.id] = {**self._values.get(call.id, {}), **found.values}
                if self._roster.knows(found.agent):
                    self._roster.keep(found.agent, found.told_of(self._means().live.past(call.id)))
        found.over = True
        if not self._roster.knows(found.agent):
            # A phone without an agent of the house: nobody will wrap this up.
            self._by_agent.pop(found.agent, None)
        self._changed(found.agent)

    def _forget_offers(self, call: Call) -> None:
        for agent, offer in tuple(self._offers.items()):
            if offer.call is call:
                del self._offers[agent]
                self._changed(agent)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("the desk's work on a call broke", error=type(error).__name__)


@contextmanager
def _harmless(told: str, call: Call) -> Iterator[None]:
    """A mistake of the desk's costs the panel a view, never the caller the call."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - see above
        _log.error("the desk failed a call", told=told, call=call.id, error=type(error).__name__)


def _caller_of(events: Sequence[CallEvent]) -> Mapping[str, str]:
    """What the offer said of the caller."""
    offered = next((event.data for event in events if event.kind == "offered"), {})
    return {name: str(offered.get(name, "")) for name in _ABOUT_CALLER}
