"""A caller in a queue: the dialplan holds the call, and tells us over the private listener.

The session is closed while the caller waits and talks, so that a dying server cannot cut a talk.
The dialplan then asks for `_resume` on the caller's channel and the flow goes on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from agi.phone_line import PhoneLine
from agi.session import AgiSession
from calls.actions import Queue
from calls.events import AgentAnswered, AgentOffered, LeftQueue, Queued
from calls.masking import plain
from calls.outcomes import Failed, Outcome, QueueLeft

_log = structlog.get_logger("agi.queue")

RESUME = "_resume"
OFFERED = "_agent-offered"
ANSWERED = "_agent-answered"
HUNG_UP = "_hung-up"
REQUESTS = frozenset({RESUME, OFFERED, ANSWERED, HUNG_UP})

_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL_SUFFIX = re.compile(r"-[0-9a-f]{6,8}(?:;[12])?$")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.@+-]")

_UNANSWERED = dict.fromkeys(
    ("TIMEOUT", "JOINEMPTY", "JOINUNAVAIL", "LEAVEEMPTY", "LEAVEUNAVAIL"), "no_answer"
)
"""QUEUESTATUS of a caller whom nobody took, on duty or not; FULL and UNKNOWN are failures."""
_NETWORK_CAUSES = frozenset({"27", "34", "38", "41", "42", "44", "47", "102"})
"""Q.850 causes that speak of the network, not of a person hanging up."""

WAIT_SLACK_S = 30.0
LONGEST_TALK_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Request:
    """One thing the dialplan told us: which, and its argument."""

    name: str
    text: str
    session: AgiSession | None = None
    """The caller's new session, with `_resume`."""

    extra: str = ""


@dataclass(slots=True)
class QueuedCall:
    """One caller in a queue, as far as the private listener is concerned."""

    uniqueid: str
    requests: asyncio.Queue[Request] = field(default_factory=asyncio.Queue)


class BackDesk:
    """Answers the private listener and hands what it is told to the calls that wait."""

    def __init__(self) -> None:
        self._calls: dict[str, QueuedCall] = {}
        self._ends: dict[AgiSession, asyncio.Event] = {}

    @property
    def waiting(self) -> int:
        """Callers in a queue."""
        return len(self._calls)

    def expect(self, call_id: str, uniqueid: str) -> QueuedCall:
        """From now on, requests for this call are kept for it."""
        queued = self._calls[call_id] = QueuedCall(uniqueid)
        return queued

    def forget(self, call_id: str) -> None:
        """The call is out of the queue."""
        self._calls.pop(call_id, None)

    async def answer(self, session: AgiSession) -> None:
        """One private request; for `_resume`, the rest of the call goes over its session."""
        environment = session.environment
        name, call_id = environment.flow, environment.argument(1)
        queued = self._calls.get(call_id)
        if queued is None:
            _log.warning("a request for no call in a queue", request=name)
            return
        text = plain(environment.argument(2), most_cells=80)
        if name != RESUME:
            queued.requests.put_nowait(Request(name, text))
            return
        if environment.uniqueid != queued.uniqueid:
            _log.warning("a resume by another channel", request=name)
            return
        extra = plain(environment.argument(3), most_cells=80)
        over = self._ends[session] = asyncio.Event()
        queued.requests.put_nowait(Request(name, text, session, extra))
        try:
            await over.wait()
        finally:
            del self._ends[session]

    def release(self, session: AgiSession) -> None:
        """The call is done with a session that came by `_resume`; harmless for any other."""
        over = self._ends.get(session)
        if over is not None:
            over.set()


def agent_name(channel: str) -> str:
    """`PJSIP/agent1-0000002a` -> `agent1`; `Local/8001@agents-00000003;1` -> `8001@agents`."""
    name = _CHANNEL_SUFFIX.sub("", channel.rpartition("/")[2])
    return _NOT_IN_A_NAME.sub("", name)[:64]


@dataclass(slots=True)
class _Stay:
    """What is known of one caller's time in a queue."""

    line: PhoneLine
    queue: str
    began_ms: int
    agent: str = ""
    answered_ms: int | None = None

    def take(self, request: Request) -> Outcome | None:
        """Record what was told; the outcome when it ends the stay."""
        if request.name == OFFERED:
            self.line.call.record(AgentOffered(agent=agent_name(request.text)))
            return None
        if request.name == ANSWERED:
            self._answered(request.text)
            return None
        if request.name == HUNG_UP:
            by = "network" if request.text in _NETWORK_CAUSES else "caller"
            return self.over("answered" if self.answered_ms is not None else "abandoned", by)
        return self._resumed(request)

    def _answered(self, channel: str) -> None:
        call = self.line.call
        self.agent = agent_name(channel)
        self.answered_ms = call.elapsed_ms()
        waited_ms = self.answered_ms - self.began_ms
        call.record(AgentAnswered(agent=self.agent, waited_ms=waited_ms))

    def _resumed(self, request: Request) -> Outcome:
        if request.session is not None:
            self.line.session = request.session
        # CONTINUE: the agent hung up and the caller stayed; known also without the told answer.
        if self.answered_ms is not None or request.text == "CONTINUE":
            self.agent = self.agent or agent_name(request.extra)
            self.line.agent_left = True
            return self.over("answered")
        return self.over(_UNANSWERED.get(request.text, "failed"))

    def over(self, result: str, hung_up_by: str = "", problem: str = "") -> Outcome:
        """Record the end of the stay; `hung_up_by` when the line went down with it."""
        call = self.line.call
        now_ms = call.elapsed_ms()
        answered_ms = now_ms if self.answered_ms is None else self.answered_ms
        waited_ms, talked_ms = answered_ms - self.began_ms, now_ms - answered_ms
        call.record(
            LeftQueue(
                queue=self.queue,
                result=result,
                waited_ms=waited_ms,
                talked_ms=talked_ms,
                agent=self.agent,
            )
        )
        if hung_up_by:
            return self.line.went_down(hung_up_by, talked_ms=talked_ms, problem=problem)
        return QueueLeft(name=result, waited_ms=waited_ms, talked_ms=talked_ms, agent=self.agent)


async def wait_in_queue(
    line: PhoneLine,
    desk: BackDesk,
    action: Queue,
    *,
    back: str,
    longest_talk_s: float = LONGEST_TALK_S,
) -> Outcome:
    """Hand the caller to the dialplan's queue and wait for news. Raises AGIHangup before that.

    `back` is where the dialplan brings the news; agents' channels inherit it and the call's id.
    """
    if not _QUEUE_NAME.fullmatch(action.name):
        return Failed(reason="a queue's name may hold letters, digits, - and _")
    await line.answer()
    call, session = line.call, line.session
    queued = desk.expect(call.id, session.environment.uniqueid)
    try:
        await session.set_variables(
            ("__CC_CALL", call.id),
            ("__CC_BACK", back),
            ("CC_QUEUE", action.name),
            ("CC_QUEUE_WAIT", str(max(1, round(action.most_wait_ms / 1000)))),
            ("CC_DONE", "queue"),
        )
        call.record(Queued(queue=action.name))
        stay = _Stay(line, action.name, call.elapsed_ms())
        desk.release(session)
        session.close()
        return await _news(stay, queued, action.most_wait_ms / 1000, longest_talk_s)
    finally:
        desk.forget(call.id)


async def _news(
    stay: _Stay, queued: QueuedCall, most_wait_s: float, longest_talk_s: float
) -> Outcome:
    clock: Callable[[], float] = asyncio.get_running_loop().time
    began = clock()
    while True:
        answered = stay.answered_ms is not None
        longest_s = longest_talk_s if answered else most_wait_s + WAIT_SLACK_S
        try:
            request = await asyncio.wait_for(
                queued.requests.get(), max(0.0, began + longest_s - clock())
            )
        except TimeoutError:
            return stay.over("failed", "network", "no news of a call in a queue")
        outcome = stay.take(request)
        if outcome is not None:
            return outcome
        if request.name == ANSWERED:
            began = clock()
