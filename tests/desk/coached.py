"""A coached call without sockets: the house's own flows, frames by hand, a clock that stands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import numpy as np

from agi.ears.audiosocket import AudioSocketProtocol
from agi.ears.filling import Filler
from agi.ears.listener import Listener
from agi.ears.pacer import Pacer
from agi.ears.question import Row
from agi.ears.session import HearingSession
from agi.ears.vad import EarsError, Floats
from callflow.house import House
from calls.actions import Lookup, OfficeAction, Promise, Queue, RecordCommand, Ticket, Transfer
from calls.call import Call
from calls.clock import Clock, ManualClock
from calls.events import AgentAnswered, AnsweredFact, CallEvent, Offered, Queued
from calls.floor.script_view import ScriptView
from calls.office_notes import note_asked, open_ticket, promise
from calls.outcomes import Done, Failed, Got, Outcome, TransferLeft
from calls.ports import Talk
from calls.values import Value
from desk.coaching.coach import Coach
from desk.coaching.live_events import LiveEvents
from desk.coaching.means import Means
from launch.settings.site import Settings
from tests.agi.ears.sounds import QUIET, SPEECH
from tests.callers.house import house

CALLER, AGENT = "PJSIP/trunk-00000001", "PJSIP/801-00000002"
FRAME_MS = 20
_FRAME = bytes(320)


class Sink:
    """Facts in memory."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        """They are."""


class _NoVad:
    """The rows are given by hand."""

    def new_state(self) -> Floats:
        return np.zeros((2, 128), dtype=np.float32)

    def probabilities(self, states: Floats, windows: Floats) -> tuple[Floats, Floats]:
        raise AssertionError("frames by hand are not measured")


class _Wire:
    """Asterisk's side of a tap."""

    def hang_up(self) -> None:
        """Nothing is there."""

    def send(self, messages: bytes) -> None:
        """A tap plays nothing."""


class HandEars:
    """Sessions of the real ears, fed by hand; `deaf` refuses every tap."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.pacer = Pacer()
        self.filler = Filler()
        self.sessions: dict[str, HearingSession] = {}
        self.at: dict[str, HearingSession] = {}
        """Connected ones by channel."""

        self.deaf = False

    def expect(self) -> HearingSession:
        identity = uuid4()
        session = HearingSession(self, identity, str(identity), Listener(_NoVad()), 5)
        self.sessions[session.address] = session
        return session

    async def tap(self, channel: str, address: str) -> None:
        if self.deaf:
            raise EarsError("no such channel")
        session = self.sessions[address]
        session.take_connection(cast("AudioSocketProtocol", _Wire()))
        self.at[channel] = session

    def wake(self, session: HearingSession) -> None:
        """The test pumps."""

    def forget(self, session: HearingSession) -> None:
        self.sessions.pop(session.address, None)

    def frame(self, channel: str, row: Row) -> None:
        session = self.at.get(channel)
        if session is not None:
            self.pump(session)
            session.frame(_FRAME)
            self.pump(session, row)

    def pump(self, session: HearingSession, *rows: Row) -> None:
        inbox, session.inbox = session.inbox, []
        for report in session.listener.take(inbox, rows):
            session.report(report)

    def cut(self, channel: str) -> None:
        """The audio breaks off."""
        session = self.at.pop(channel)
        session.line_down("cut")
        self.pump(session)


@dataclass
class HandOffice:
    """A back office with files in memory."""

    files: Mapping[str, Mapping[str, Mapping[str, Value]]] = field(default_factory=dict)
    fails: bool = False

    async def perform(self, call: Call, action: OfficeAction) -> Outcome:
        if self.fails:
            raise RuntimeError("the office burns")
        match action:
            case Lookup(directory=directory, value=value):
                row = self.files.get(directory, {}).get(value)
                name = "not_found" if row is None else "found"
                got = Got(name=name, values=dict(row or {}))
                note_asked(call, action, got, 1)
                return got
            case Promise():
                return promise(call, action)
            case Ticket():
                return open_ticket(call, action)
            case _:
                return Failed(reason="not here")


@dataclass
class HandMover:
    """Whoever moves callers, as planned."""

    result: str = "answered"
    moved: list[str] = field(default_factory=list)
    waits: asyncio.Event | None = None

    async def transfer(self, call: Call, agent: str, action: Transfer) -> Outcome:
        self.moved.append(action.to)
        if self.waits is not None:
            await self.waits.wait()
        return TransferLeft(name=self.result, waited_ms=100, talked_ms=0)

    async def queue(self, call: Call, agent: str, action: Queue) -> Outcome:
        self.moved.append(action.name)
        return Failed(reason="no such queue")


@dataclass
class HandRecorder:
    """Keeps what was ordered."""

    ordered: list[RecordCommand] = field(default_factory=list)

    async def record(self, call: Call, command: RecordCommand) -> Outcome:
        self.ordered.append(command)
        return Done()


class Desk:
    """One call at agent 801, coached."""

    def __init__(
        self,
        flow: str = "agent_call",
        *,
        of: House | None = None,
        variables: Mapping[str, Any] | None = None,
        office: HandOffice | None = None,
        mover: HandMover | None = None,
        state: Path | None = None,
        deaf: bool = False,
    ) -> None:
        self.clock = ManualClock()
        self.ears = HandEars(self.clock)
        self.ears.deaf = deaf
        self.sink = Sink()
        self.changes = 0
        live = LiveEvents(self.sink)
        self.recorder = HandRecorder()
        self.means = Means(
            house=of or house(),
            live=live,
            ears=self.ears,
            tapper=self.ears.tap,
            office=office or HandOffice(),
            recorder=self.recorder,
            mover=mover,
            state=state,
        )
        self.call = Call(self.clock, live)
        self._offered()
        known = {
            **Settings().house.variables("zh-Hans"),
            "agent_no": "801",
            "agent_name": "李",
            "ani": ANI,
        }
        self.talk = Talk(
            call=self.call,
            agent="801",
            caller_channel=CALLER,
            agent_channel=AGENT,
            queue="operators",
            flow=flow,
            variables={**cast("dict[str, Value]", known), **(variables or {})},
        )
        self.coach = Coach.begin(self.talk, self.means, self._changed)

    async def killed(self) -> Coach | None:
        """The desk's process dies under the call, and another takes it up."""
        self.coach._tasks.cancel()
        self.coach.taps.close()
        await self.coach._tasks.over()
        self.ears.at.clear()
        live = LiveEvents(self.sink)
        self.call.sink = live
        self.means = replace(self.means, live=live)
        found = Coach.resume(self.call, self.means, self._changed, tuple(self.sink.events))
        self.coach = found or self.coach
        await self.settle()
        return found

    def _offered(self) -> None:
        call = self.call
        call.record(
            Offered(
                uniqueid="1.1",
                ani=ANI,
                dnis="8000",
                caller_name="",
                direction="inbound",
                flow="greetings",
                channel=CALLER,
            )
        )
        call.record(AnsweredFact(rings=1, waited_ms=0))
        call.record(Queued(queue="operators"))
        call.record(AgentAnswered(agent="801", waited_ms=0))

    def _changed(self) -> None:
        self.changes += 1

    @property
    def script(self) -> ScriptView:
        script = self.coach.script()
        assert script is not None
        return script

    @property
    def line(self) -> str:
        """The sentence shown, by name; empty for none."""
        return self.script.line.name if self.script.line else ""

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [event.data for event in self.sink.events if event.kind == kind]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Lines said, with how that is known."""
        return [(said["line"], said["noted"]) for said in self.of("said")]

    async def settle(self) -> None:
        """Let everything that is ready run."""
        for _ in range(12):
            for session in list(self.ears.at.values()):
                self.ears.pump(session)
            await asyncio.sleep(0)

    async def sounds(self, ms: int, caller: Row = QUIET, agent: Row = QUIET) -> None:
        """So much audio on both legs, frame by frame."""
        for _ in range(ms // FRAME_MS):
            self.clock.advance_ms(FRAME_MS)
            self.ears.frame(CALLER, caller)
            self.ears.frame(AGENT, agent)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await self.settle()

    async def confirm(self, name: str, how: str = "confirmed") -> None:
        """The agent says the line shown, which is this one, and presses the key."""
        await self.settle()
        assert self.line == name
        assert self.coach.line_done(name, how) == ""
        await self.settle()

    async def answered(self) -> None:
        """The caller speaks for a second and pauses."""
        await self.sounds(200)
        await self.sounds(1000, caller=SPEECH)
        await self.sounds(800)

    async def end(self, by: str = "caller") -> Mapping[str, Value]:
        left = self.coach.stop(by)
        await self.settle()
        await self.coach.closed()
        return left


ANI = "13800001234"
RECORD = {
    "phone": "13912345678",
    "name": "王",
    "address": "一号楼",
    "matter": "停水",
    "handled": "派人",
}
