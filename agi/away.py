"""A caller whom the dialplan has taken: what it tells us meanwhile, and the way back.

The session is closed while the caller waits and talks, so that a dying server cannot cut a talk.
The dialplan then asks for `_resume` on the caller's channel and the flow goes on.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import structlog

from agi.phone_line import PhoneLine
from agi.places import Places
from agi.session import AgiSession
from calls.masking import plain
from calls.outcomes import Outcome, QueueLeft
from calls.values import Value

_log = structlog.get_logger("agi.away")

RESUME = "_resume"
OFFERED = "_agent-offered"
ANSWERED = "_agent-answered"
PICKED_UP = "_picked-up"
HUNG_UP = "_hung-up"
BESIDE = "_beside"
REQUESTS = frozenset({RESUME, OFFERED, ANSWERED, PICKED_UP, HUNG_UP, BESIDE})
_STAY = frozenset({RESUME, BESIDE})
"""Requests whose session is used for more than the request."""


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
    """The caller's new session, with `_resume`; that of the channel at its ear, with `_beside`."""

    extra: str = ""

    @property
    def hung_up_by(self) -> str:
        """Who ended the line, by the cause that `_hung-up` tells."""
        return "network" if self.text in _NETWORK_CAUSES else "caller"


@dataclass(slots=True)
class AwayCall:
    """One caller in the dialplan's hands, as far as the private listener is concerned."""

    uniqueid: str
    requests: asyncio.Queue[Request] = field(default_factory=asyncio.Queue)


class BackDesk:
    """Answers the private listener and hands what it is told to the calls that wait."""

    def __init__(self) -> None:
        self._calls: dict[str, AwayCall] = {}
        self._ends: dict[AgiSession, asyncio.Event] = {}
        self.places = Places()
        """Where callers stand in line."""

    @property
    def waiting(self) -> int:
        """Callers in the dialplan's hands."""
        return len(self._calls)

    @property
    def back(self) -> int:
        """Callers who are back from the dialplan, on a line of the private listener."""
        return sum(session.environment.flow == RESUME for session in self._ends)

    def expect(self, call_id: str, uniqueid: str) -> AwayCall:
        """From now on, requests for this call are kept for it."""
        away = self._calls[call_id] = AwayCall(uniqueid)
        return away

    def forget(self, call_id: str) -> None:
        """The call is back, or over."""
        self._calls.pop(call_id, None)

    async def answer(self, session: AgiSession) -> None:
        """One private request; with some of them its session is used until it is released."""
        environment = session.environment
        name, call_id = environment.flow, environment.argument(1)
        away = self._calls.get(call_id)
        if away is None:
            _log.warning("a request for no call that is away", request=name)
            return
        text = plain(environment.argument(2), most_cells=80)
        if name not in _STAY:
            away.requests.put_nowait(Request(name, text))
            return
        if name == RESUME and environment.uniqueid != away.uniqueid:
            _log.warning("a resume by another channel", request=name)
            return
        extra = plain(environment.argument(3), most_cells=80)
        over = self._ends[session] = asyncio.Event()
        away.requests.put_nowait(Request(name, text, session, extra))
        try:
            await over.wait()
        finally:
            del self._ends[session]

    def release(self, session: AgiSession) -> None:
        """The call is done with a session that it was given; harmless for any other."""
        over = self._ends.get(session)
        if over is not None:
            over.set()


@dataclass(slots=True, kw_only=True)
class Stay(ABC):
    """What is known of a caller's time in a queue or a transfer."""

    no_news: ClassVar[str]
    """The problem when no news comes any more."""

    line: PhoneLine
    began_ms: int
    answered_ms: int | None = None
    """When somebody took the caller."""

    @abstractmethod
    def note(self, request: Request) -> None:
        """Record that somebody's phone rings, or that somebody answered."""

    @abstractmethod
    def resumed(self, request: Request) -> Outcome:
        """The caller is back: what the stay came to."""

    @abstractmethod
    def left(self, result: str, waited_ms: int, talked_ms: int) -> Outcome:
        """Record the end of the stay; the outcome for a caller who is on the line yet."""

    def leaves_behind(self) -> Mapping[str, Value]:
        """What the stay adds to what the call knows; asked once, before its end is recorded."""
        return {}

    def take(self, request: Request) -> Outcome | None:
        """Record what was told; the outcome when it ends the stay."""
        if request.name == HUNG_UP:
            result = "answered" if self.answered_ms is not None else "abandoned"
            return self.over(result, request.hung_up_by)
        if request.name == RESUME:
            return self.resumed(request)
        self.note(request)
        return None

    def lost(self) -> Outcome:
        """No news came for longer than a wait or a talk can take."""
        return self.over("failed", "network", self.no_news)

    def over(self, result: str, hung_up_by: str = "", problem: str = "") -> Outcome:
        """Record the end of the stay; `hung_up_by` when the line went down with it."""
        now_ms = self.line.call.elapsed_ms()
        answered_ms = now_ms if self.answered_ms is None else self.answered_ms
        talked_ms = now_ms - answered_ms
        values = self.leaves_behind()
        outcome = self.left(result, answered_ms - self.began_ms, talked_ms)
        if hung_up_by:
            down = self.line.went_down(hung_up_by, talked_ms=talked_ms, problem=problem)
            return replace(down, values=values)
        return replace(outcome, values=values) if isinstance(outcome, QueueLeft) else outcome


async def stay_away(
    line: PhoneLine,
    desk: BackDesk,
    stay: Callable[[], Stay],
    orders: tuple[tuple[str, str], ...],
    *,
    most_wait_ms: int,
    back: str,
    longest_talk_s: float = LONGEST_TALK_S,
) -> Outcome:
    """Give the caller to the dialplan with `orders` (its variables) and wait for news.

    `back` is where the dialplan brings the news; called channels inherit it and the call's id.
    `stay` is asked for once the dialplan has its orders. Raises AGIHangup before that.
    """
    call, session = line.call, line.session
    away = desk.expect(call.id, session.environment.uniqueid)
    try:
        await session.set_variables(("__CC_CALL", call.id), ("__CC_BACK", back), *orders)
        begun = stay()
        desk.release(session)
        session.close()
        return await news(line, begun, away, most_wait_ms / 1000, longest_talk_s)
    finally:
        desk.forget(call.id)


async def news(
    line: PhoneLine, stay: Stay, away: AwayCall, most_wait_s: float, longest_talk_s: float
) -> Outcome:
    """Wait for what the dialplan tells of a caller it has; the outcome of the stay."""
    clock: Callable[[], float] = asyncio.get_running_loop().time
    began = clock()
    while True:
        was_answered = stay.answered_ms is not None
        longest_s = longest_talk_s if was_answered else most_wait_s + WAIT_SLACK_S
        try:
            request = await asyncio.wait_for(
                away.requests.get(), max(0.0, began + longest_s - clock())
            )
        except TimeoutError:
            return stay.lost()
        except asyncio.CancelledError:
            # The server ends; the caller's stay goes on, and the next one takes it up.
            line.left = line.found_again
            raise
        if request.name == RESUME and request.session is not None:
            line.session = request.session
        outcome = stay.take(request)
        if outcome is not None:
            return outcome
        if not was_answered and stay.answered_ms is not None:
            began = clock()
