"""A call's channel by AGI: every action of a flow as commands to Asterisk, every fact recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from agi.away import BackDesk
from agi.listening import listen
from agi.office import at_the_office
from agi.phone_line import PhoneLine
from agi.ports import Ears, Prompts
from agi.pyst2 import AGIError, AGIHangup, AGILineLost
from agi.queueing import Agents, wait_in_queue
from agi.recording import Recorder
from agi.session import AgiSession
from agi.speaking import say
from agi.transferring import transfer
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Listen,
    Lookup,
    OfficeAction,
    Promise,
    Queue,
    Record,
    Ring,
    Say,
    Ticket,
    Transfer,
    Wait,
)
from calls.call import Call
from calls.events import Fault
from calls.outcomes import Answered, Done, Failed, Outcome
from calls.ports import AgentDesk, Office
from calls.values import Value

RING_SOUND_MS = 1000
"""A ring is heard for its first second; answered at its end, it has been a whole ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What all calls of one server share."""

    prompts: Prompts
    ears: Ears
    desk: BackDesk
    office: Office
    agents: AgentDesk | None = None
    """Told of agents who ring and talk; None where agents have no desk."""

    found_again: bool = False
    """The next process can ask Asterisk for callers whom the dialplan has when this one ends."""

    state: Path
    """Absolute; Asterisk sees it under the same path."""

    ring_sound_ms: int = RING_SOUND_MS
    """How much of its last ring a caller hears before we answer."""


class AgiChannel:
    """Implements `calls.ports.Channel` on a FastAGI session."""

    def __init__(
        self, call: Call, session: AgiSession, equipment: Equipment, back: str = ""
    ) -> None:
        """`back` is `host:port` where the dialplan tells of a call that waits in a queue."""
        self.call = call
        self._back = back
        self.knows: Callable[[], Mapping[str, Value]] = dict
        """What the run knows by now, for the agent who takes the caller up."""

        self.line = PhoneLine(call, session, found_again=equipment.found_again)
        self._equipment = equipment
        self._recorder: Recorder | None = None

    async def perform(self, action: Action) -> Outcome:
        line = self.line
        if line.down is not None and not isinstance(action, OfficeAction):
            return line.down
        try:
            outcome = await self._carry_out(action)
        except AGIHangup as error:
            return line.fell(error)
        except AGIError as error:
            reason = f"{type(action).__name__}: {type(error).__name__}"
            self.call.record(Fault(where="asterisk", problem=reason))
            return Failed(reason=reason)
        return outcome

    def _carry_out(self, action: Action) -> Awaitable[Outcome]:
        line, equipment = self.line, self._equipment
        match action:
            case Say():
                return say(line, equipment.prompts, action)
            case Listen():
                return listen(line, equipment.prompts, equipment.ears, action)
            case Ring():
                return self._ring(action)
            case Wait():
                return self._wait(action)
            case Record():
                return self._record(action)
            case _:
                return self._hand_over(action)

    def _hand_over(self, action: Queue | Transfer | Form | OfficeAction) -> Awaitable[Outcome]:
        """What others do while the caller waits."""
        line, equipment = self.line, self._equipment
        match action:
            case Queue():
                agents = self._agents()
                return wait_in_queue(
                    line,
                    equipment.desk,
                    action,
                    prompts=equipment.prompts,
                    back=self._back,
                    agents=agents,
                )
            case Transfer():
                return transfer(line, equipment.desk, action, back=self._back)
            case Lookup() | Fetch() | Do() | Promise() | Ticket():
                return at_the_office(line, equipment.office, action)
            case Form():
                return self._nobody("a form needs an agent's screen")
            case _:
                assert_never(action)

    def _agents(self) -> Agents | None:
        desk = self._equipment.agents
        return None if desk is None else Agents(desk=desk, variables=dict(self.knows()))

    def _record(self, action: Record) -> Awaitable[Outcome]:
        if self._recorder is None:
            self._recorder = Recorder(self.line, self._equipment.state)
        return self._recorder.perform(action)

    async def _nobody(self, reason: str) -> Outcome:
        return Failed(reason=reason)

    async def _ring(self, action: Ring) -> Outcome:
        """Ring up to the end of the last ring's sound, then answer.

        The ring counts from the offer, as the caller hears it: floor(waited / cycle) + 1.
        """
        line, call = self.line, self.call
        due_ms = (action.rings - 1) * action.cycle_ms + min(
            self._equipment.ring_sound_ms, action.cycle_ms
        )
        left_ms = due_ms - call.elapsed_ms() if action.rings > 0 else 0
        if left_ms > 0 and call.answered_ms is None:
            if not line.rings_already:
                await line.session.run(line.session.agi.appexec, "Ringing")
            await line.session.idle(max(due_ms - call.elapsed_ms(), 0) / 1000)
        fact = await line.answer(cycle_ms=action.cycle_ms)
        if fact is None:
            return Answered(rings=1, waited_ms=call.answered_ms or 0)
        return Answered(rings=fact.rings, waited_ms=fact.waited_ms)

    async def _wait(self, action: Wait) -> Outcome:
        session, left = self.line.session, action.ms / 1000
        while left > 0:
            piece = min(left, await session.silence_granted(left))
            await session.run_granted(piece, session.agi.appexec, "Wait", f"{piece:g}")
            left -= piece
        return Done()

    async def hang_up(self) -> None:
        """Give the line back as done: the dialplan hangs up at once, with a cause (16)."""
        line = self.line
        if line.down is not None:
            return
        session = line.session
        try:
            # Without CC_DONE the dialplan would take our end for a crash and speak the fallback;
            # CC_CALL goes into its report of the hang-up.
            await session.set_variables(("CC_CALL", self.call.id), ("CC_DONE", "1"))
        except AGIHangup as error:
            line.fell(error)
            return
        except AGIError as error:
            await self._hang_up_undone(error)
            return
        if session.hung_up:
            line.fell(AGILineLost("hung up before us"))
            return
        session.close()
        line.went_down("agent" if line.agent_left else "us")

    async def _hang_up_undone(self, error: AGIError) -> None:
        """CC_DONE could not be set: hang up ourselves, else the caller would hear the fallback."""
        line = self.line
        self.call.record(Fault(where="asterisk", problem=f"CC_DONE: {type(error).__name__}"))
        try:
            await line.session.run(line.session.agi.hangup)
        except AGIHangup as gone:
            line.fell(gone)
            return
        except AGIError as failed:
            self.call.record(Fault(where="asterisk", problem=f"HANGUP: {type(failed).__name__}"))
        line.went_down("agent" if line.agent_left else "us")

    def close(self) -> None:
        """Give the session back, whatever state the call is in."""
        self._equipment.desk.release(self.line.session)
        self.line.session.close()
