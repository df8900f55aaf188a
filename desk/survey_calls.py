"""Callers who hung up first are asked for their verdict later (Q03): once, in decent hours (B01).

That a caller is asked is a fact of the original call before anybody is rung, so nobody is rung
twice, whatever dies meanwhile. The call back is a call of its own, outbound, in the flow
`survey_call`; its verdict becomes a late fact of the original call, `by` callback.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple, Protocol

import structlog

from calls.clock import Clock
from calls.errors import CallCenterError
from calls.events import CallEvent, Fact, Surveyed
from calls.masking import mask

BY: Final = "callback"
QUESTION: Final = "satisfaction"
_NUMBER: Final = re.compile(r"\+?[0-9]{5,20}")
_LOOK_S: Final = 5.0
_HEARD_OF_MS: Final = 3_600_000
"""A call back is in the ledger seconds after the pick-up; one that is not by now never will be."""

_log = structlog.get_logger("desk.survey_calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyHours:
    """When callers are called back."""

    after: timedelta
    """The least pause behind the call."""

    within: timedelta
    """Later than that nobody is asked any more."""

    opens: time
    closes: time
    zone: tzinfo | None
    """Where `opens` and `closes` are told; None: this machine's."""

    def moment(self, ended_at: datetime, now: datetime) -> datetime | None:
        """When to call, from now on; None: it is too late for that. All times are aware."""
        due = max(ended_at + self.after, now)
        local = due.astimezone(self.zone)
        if local.time() < self.opens:
            due = datetime.combine(local.date(), self.opens, local.tzinfo)
        elif local.time() >= self.closes:
            due = datetime.combine(local.date() + timedelta(days=1), self.opens, local.tzinfo)
        return due if due <= ended_at + self.within else None


class Candidate(NamedTuple):
    """A caller who was served by an agent and has not been asked."""

    call_id: str
    number: str
    ended_at: datetime


def candidate(events: Sequence[CallEvent]) -> Candidate | None:
    """Of a call that is over, from its facts; None for one who is not to be called."""
    if not events or events[0].data.get("direction") != "inbound":
        return None
    kinds = {event.kind for event in events}
    number = str(events[0].data.get("ani", ""))
    talked = any(
        event.kind == "left_queue" and event.data["result"] == "answered" for event in events
    )
    ended = [event.at for event in events if event.kind == "ended"]
    asked_or_apart = kinds & {"surveyed", "tagged"}
    if not (ended and talked and _NUMBER.fullmatch(number)) or asked_or_apart:
        return None
    return Candidate(events[0].call_id, number, ended[0])


class Memory(Protocol):
    """The ledger, read; `LedgerReader` is one."""

    def cursor(self) -> int: ...

    def events(self, call_id: str) -> Sequence[CallEvent]: ...

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]: ...

    def ended(self, *, since: datetime) -> Sequence[str]: ...


class Sink(Protocol):
    """The ledger, written to."""

    def append_late(self, call_id: str, fact: Fact) -> None: ...

    async def durable(self) -> None: ...


class _Placed(NamedTuple):
    """A call back that was picked up."""

    call_id: str
    at_ms: int
    """Monotonic."""


Place = Callable[[str], Awaitable[str]]
"""Ring a number and lead it into the flow; Asterisk's unique id of the channel once picked up.
CallCenterError when nobody answered."""


class SurveyCalls:
    """Follows the ledger and calls back, one caller at a time."""

    def __init__(
        self, memory: Memory, sink: Sink, place: Place, hours: SurveyHours, clock: Clock
    ) -> None:
        self._memory, self._sink = memory, sink
        self._place, self._hours, self._clock = place, hours, clock
        self._cursor: int | None = None
        self._due: dict[str, Candidate] = {}
        self._placed: dict[str, _Placed] = {}
        """Unique id of a channel -> the call that the caller is asked about."""

        self._asking: dict[str, str] = {}
        """Id of a call back -> the same."""

    async def run(self) -> None:
        """Until it is cancelled. Trouble is told and tried again."""
        while True:
            try:
                await self.work()
            except CallCenterError as error:
                _log.warning("callers are surveyed later", problem=str(error))
            await asyncio.sleep(_LOOK_S)

    async def work(self) -> int:
        """Read on, and call whoever is due; how many were called. Raises CallCenterError."""
        await asyncio.to_thread(self._read_on)
        now, called = self._clock.utc_now(), 0
        for one in tuple(self._due.values()):
            moment = self._hours.moment(one.ended_at, now)
            if moment is not None and moment > now:
                continue
            del self._due[one.call_id]
            if moment is not None:
                await self._call(one)
                called += 1
        return called

    async def _call(self, one: Candidate) -> None:
        self._sink.append_late(
            one.call_id, Surveyed(question=QUESTION, answer="", score=None, by=BY)
        )
        await self._sink.durable()
        try:
            unique_id = await self._place(one.number)
        except CallCenterError as error:
            _log.info("nobody to survey", number=mask(one.number), problem=str(error))
            return
        self._forget_old()
        self._placed[unique_id] = _Placed(one.call_id, self._clock.monotonic_ms())

    def _forget_old(self) -> None:
        """Channels that were picked up and never came to the flow."""
        old = self._clock.monotonic_ms() - _HEARD_OF_MS
        self._placed = {channel: one for channel, one in self._placed.items() if one.at_ms > old}

    def _read_on(self) -> None:
        if self._cursor is None:
            cursor = self._memory.cursor()
            since = self._clock.utc_now() - self._hours.within
            for call_id in self._memory.ended(since=since):
                self._consider(call_id)
            self._cursor = cursor
        while True:
            events, cursor = self._memory.events_after(self._cursor)
            if cursor == self._cursor:
                return
            self._cursor = cursor
            for event in events:
                self._take(event)

    def _take(self, event: CallEvent) -> None:
        if event.kind == "offered" and event.data["uniqueid"] in self._placed:
            self._asking[event.call_id] = self._placed.pop(str(event.data["uniqueid"])).call_id
        elif event.kind == "ended" and event.call_id in self._asking:
            del self._asking[event.call_id]
        elif event.kind == "ended":
            self._consider(event.call_id)
        elif event.kind == "surveyed" and event.call_id in self._asking:
            self._answered(self._asking[event.call_id], event)

    def _answered(self, call_id: str, event: CallEvent) -> None:
        data = event.data
        if data["answer"]:
            fact = Surveyed(
                question=str(data["question"]),
                answer=str(data["answer"]),
                score=data["score"],
                by=BY,
            )
            self._sink.append_late(call_id, fact)

    def _consider(self, call_id: str) -> None:
        found = candidate(self._memory.events(call_id))
        if found is not None:
            self._due[call_id] = found
