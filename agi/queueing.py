"""A caller in a queue, which the dialplan runs (`agi.away`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agi.away import ANSWERED, LONGEST_TALK_S, OFFERED, BackDesk, Request, Stay, stay_away
from agi.phone_line import PhoneLine
from calls.actions import Queue
from calls.events import AgentAnswered, AgentOffered, LeftQueue, Queued
from calls.outcomes import Failed, Outcome, QueueLeft
from calls.ports import AgentDesk, Talk
from calls.values import Value

_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL_SUFFIX = re.compile(r"-[0-9a-f]{6,8}(?:;[12])?$")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.@+-]")

_UNANSWERED = dict.fromkeys(
    ("TIMEOUT", "JOINEMPTY", "JOINUNAVAIL", "LEAVEEMPTY", "LEAVEUNAVAIL"), "no_answer"
)
"""QUEUESTATUS of a caller whom nobody took, on duty or not; FULL and UNKNOWN are failures."""


def agent_name(channel: str) -> str:
    """`PJSIP/agent1-0000002a` -> `agent1`; `Local/8001@agents-00000003;1` -> `8001@agents`."""
    name = _CHANNEL_SUFFIX.sub("", channel.rpartition("/")[2])
    return _NOT_IN_A_NAME.sub("", name)[:64]


@dataclass(slots=True, kw_only=True)
class _Waiting(Stay):
    """What is known of one caller's time in a queue."""

    no_news = "no news of a call in a queue"

    action: Queue
    agents: Agents | None
    agent: str = ""

    def note(self, request: Request) -> None:
        if request.name == OFFERED:
            self._offered(request.text)
        elif request.name == ANSWERED:
            self._answered(request.text)

    def _offered(self, channel: str) -> None:
        call, agent = self.line.call, agent_name(channel)
        call.record(AgentOffered(agent=agent))
        if self.agents is not None:
            self.agents.desk.rings(call, self.action.name, agent, channel)

    def _answered(self, channel: str) -> None:
        call = self.line.call
        self.agent = agent_name(channel)
        self.answered_ms = call.elapsed_ms()
        waited_ms = self.answered_ms - self.began_ms
        call.record(AgentAnswered(agent=self.agent, waited_ms=waited_ms))
        if self.agents is not None:
            self.agents.desk.talks(self._talk(channel, self.agents.variables))

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
        return self.over(_UNANSWERED.get(request.text, "failed"))

    def leaves_behind(self) -> Mapping[str, Value]:
        return {} if self.agents is None else self.agents.desk.over(self.line.call)

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
        return QueueLeft(name=result, waited_ms=waited_ms, talked_ms=talked_ms, agent=self.agent)


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
    call = line.call

    def queued() -> _Waiting:
        call.record(Queued(queue=action.name))
        return _Waiting(line=line, action=action, agents=agents, began_ms=call.elapsed_ms())

    orders = (
        ("CC_QUEUE", action.name),
        ("CC_QUEUE_WAIT", str(max(1, round(action.most_wait_ms / 1000)))),
        ("CC_DONE", "queue"),
    )
    stay = stay_away(
        line,
        desk,
        queued,
        orders,
        most_wait_ms=action.most_wait_ms,
        back=back,
        longest_talk_s=longest_talk_s,
    )
    try:
        return await stay
    finally:
        if agents is not None:
            agents.desk.over(call)  # whatever cut the stay: no coach outlives it
