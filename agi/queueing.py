"""A caller in a queue, which the dialplan runs (`agi.away`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from agi.away import (
    ANSWERED,
    BESIDE,
    HUNG_UP,
    LONGEST_TALK_S,
    OFFERED,
    RESUME,
    BackDesk,
    Request,
    Stay,
    stay_away,
)
from agi.beside import Beside
from agi.phone_line import PhoneLine
from agi.places import Places
from agi.ports import Prompts
from calls.actions import Queue
from calls.events import AgentAnswered, AgentOffered, KeyFact, LeftQueue, Queued
from calls.outcomes import Failed, Outcome, QueueLeft, SaidEnd
from calls.ports import AgentDesk, Talk
from calls.values import Value

_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL_SUFFIX = re.compile(r"-[0-9a-f]{6,8}(?:;[12])?$")
_NAILED_UP = re.compile(r"Local/(?P<number>[0-9]{2,8})@cc-nailed[-/]")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.@+-]")

_UNANSWERED = dict.fromkeys(
    ("TIMEOUT", "JOINEMPTY", "JOINUNAVAIL", "LEAVEEMPTY", "LEAVEUNAVAIL"), "no_answer"
)
"""QUEUESTATUS of a caller whom nobody took, on duty or not; FULL and UNKNOWN are failures."""

_KEY = "KEY"
"""What the dialplan says of a caller who left by a key."""


def agent_name(channel: str) -> str:
    """`PJSIP/agent1-0000002a` -> `agent1`; `Local/8001@agents-00000003;1` -> `8001@agents`;
    `Local/801@cc-nailed-00000003;1`, an agent on a nailed-up line -> `801`."""
    if found := _NAILED_UP.match(channel):
        return found["number"]
    name = _CHANNEL_SUFFIX.sub("", channel.rpartition("/")[2])
    return _NOT_IN_A_NAME.sub("", name)[:64]


@dataclass(slots=True, kw_only=True)
class Waiting(Stay):
    """What is known of one caller's time in a queue."""

    no_news = "no news of a call in a queue"

    action: Queue
    agents: Agents | None
    places: Places
    beside: Beside | None
    """Who speaks to the caller meanwhile; None where the flow has no words for that."""

    agent: str = ""
    talks_on: str = ""
    """The channel of who picked up last; of one that was found as it was told, we hear twice."""

    key: str = ""
    again_ms: int | None = None
    """When a call that had been answered was offered to the next agent."""

    def take(self, request: Request) -> Outcome | None:
        if request.name in _ENDS_THE_WAIT:
            self._waits_no_more(_ended_by(request))
        return Stay.take(self, request)

    def lost(self) -> Outcome:
        self._waits_no_more(SaidEnd.WAIT_OVER)
        return Stay.lost(self)

    def _waits_no_more(self, ended: SaidEnd) -> None:
        self.places.leave(self.line.call.id)
        if self.beside is not None:
            self.beside.hush(ended)

    def note(self, request: Request) -> None:
        if request.name == OFFERED:
            self._offered(request.text)
        elif request.name == ANSWERED:
            self._answered(request.text)
        elif request.name == BESIDE and self.beside is not None and request.session is not None:
            self.beside.stand(request.session)

    def _offered(self, channel: str) -> None:
        call, agent = self.line.call, agent_name(channel)
        call.record(AgentOffered(agent=agent))
        if self.answered_ms is not None and self.again_ms is None:
            self.again_ms = call.elapsed_ms()
        if self.agents is not None:
            self.agents.desk.rings(call, self.action.name, agent, channel)

    def _answered(self, channel: str) -> None:
        if channel == self.talks_on:
            return
        call, self.talks_on = self.line.call, channel
        self.agent = agent_name(channel)
        now_ms = call.elapsed_ms()
        call.record(AgentAnswered(agent=self.agent, waited_ms=now_ms - self._since_ms(now_ms)))
        # A transfer begins no other wait: the call's is the one for its first agent.
        self.answered_ms = now_ms if self.answered_ms is None else self.answered_ms
        self.again_ms = None
        if self.agents is not None:
            self.agents.desk.talks(self._talk(channel, self.agents.variables))

    def _since_ms(self, now_ms: int) -> int:
        """When the wait for who picks up now began: another one's is over with the first talk."""
        if self.again_ms is not None:
            return self.again_ms
        # Handed on by a colleague who asked first, or offered to a server that could not keep it.
        return self.began_ms if self.answered_ms is None else now_ms

    def _talk(self, channel: str, variables: Mapping[str, Value]) -> Talk:
        return Talk(
            call=self.line.call,
            agent=self.agent,
            caller_channel=self.line.session.environment.channel,
            agent_channel=channel,
            queue=self.action.name,
            flow=self.action.agent_flow,
            variables=variables,
        )

    def resumed(self, request: Request) -> Outcome:
        # CONTINUE: the agent hung up and the caller stayed; known also without the told answer.
        if self.answered_ms is not None or request.text == "CONTINUE":
            self.agent = self.agent or agent_name(request.extra)
            self.line.agent_left = True
            return self.over("answered")
        if request.text == _KEY and request.extra and request.extra in self.action.keys:
            call, self.key = self.line.call, request.extra
            call.record(KeyFact(digits=self.key, at_ms=call.elapsed_ms()))
            return self.over("key")
        return self.over(_UNANSWERED.get(request.text, "failed"))

    def leaves_behind(self) -> Mapping[str, Value]:
        if self.agents is None:
            return {}
        self.agent = self.agents.desk.agent_of(self.line.call) or self.agent
        return self.agents.desk.over(self.line.call)

    def left(self, result: str, waited_ms: int, talked_ms: int) -> Outcome:
        self.line.call.record(
            LeftQueue(
                queue=self.action.name,
                result=result,
                waited_ms=waited_ms,
                talked_ms=talked_ms,
                agent=self.agent,
            )
        )
        return QueueLeft(
            name=result,
            waited_ms=waited_ms,
            talked_ms=talked_ms,
            agent=self.agent,
            key=self.key,
        )


_ENDS_THE_WAIT = frozenset({ANSWERED, RESUME, HUNG_UP})


def _ended_by(request: Request) -> SaidEnd:
    """How what ends the wait ends a line that is being said."""
    if request.name == HUNG_UP:
        return SaidEnd.HANGUP
    by_key = request.name == RESUME and request.text == _KEY
    return SaidEnd.KEY if by_key else SaidEnd.WAIT_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """The agents' desk, and what the call knows by the time it is theirs."""

    desk: AgentDesk
    variables: Mapping[str, Value]


async def wait_in_queue(
    line: PhoneLine,
    desk: BackDesk,
    action: Queue,
    *,
    prompts: Prompts,
    back: str,
    agents: Agents | None = None,
    longest_talk_s: float = LONGEST_TALK_S,
) -> Outcome:
    """Hand the caller to the dialplan's queue and wait for news. Raises AGIHangup before that.

    The desk of `agents` is told who rings, who talks, and when the caller is back or gone.
    """
    if not _QUEUE_NAME.fullmatch(action.name):
        return Failed(reason="a queue's name may hold letters, digits, - and _")
    await line.answer()
    call, beside = line.call, _words(line, desk, action, prompts)
    stay = stay_away(
        line,
        desk,
        partial(_queued, line, desk, action, agents, beside),
        _orders(action),
        most_wait_ms=action.most_wait_ms,
        back=back,
        longest_talk_s=longest_talk_s,
    )
    try:
        return await stay
    except asyncio.CancelledError:
        if agents is not None:
            agents.desk.leave(call)
        raise
    finally:
        desk.places.leave(call.id)
        if beside is not None:
            beside.hush(SaidEnd.WAIT_OVER)
        if agents is not None:
            agents.desk.over(call)  # whatever cut the stay: no coach outlives it


def _words(line: PhoneLine, desk: BackDesk, action: Queue, prompts: Prompts) -> Beside | None:
    """Who speaks to the caller meanwhile, where the flow has words for that."""
    if action.tell is None:
        return None
    place = partial(desk.places.place, line.call.id)
    return Beside(line, prompts, action.tell, place=place, release=desk.release)


def _queued(
    line: PhoneLine, desk: BackDesk, action: Queue, agents: Agents | None, beside: Beside | None
) -> Waiting:
    """The wait begins."""
    call = line.call
    call.record(Queued(queue=action.name))
    desk.places.join(action.name, call.id, action.priority)
    return Waiting(
        line=line,
        action=action,
        agents=agents,
        places=desk.places,
        beside=beside,
        began_ms=call.elapsed_ms(),
    )


def _orders(action: Queue) -> tuple[tuple[str, str], ...]:
    """What the dialplan is told; every variable, as a call may wait in several queues."""
    return (
        ("CC_QUEUE", action.name),
        ("CC_QUEUE_WAIT", str(max(1, round(action.most_wait_ms / 1000)))),
        ("CC_QUEUE_PRIO", str(action.priority)),
        ("CC_QUEUE_KEYS", action.keys),
        ("CC_BESIDE", "0" if action.tell is None else "1"),
        ("CC_DONE", "queue"),
    )
