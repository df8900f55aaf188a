"""The telephone line of one call: its session of the moment, whether it is answered, when it fell.

Every act works on it; it alone decides who hung up and records that once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agi.pyst2 import AGIHangup
from agi.session import AgiSession
from calls.call import Call
from calls.events import AnsweredFact, Fault, HungUpFact
from calls.outcomes import HungUp

ANSWER_MOST_S = 4.0
"""ANSWER waits for the caller's first audio, 0.5 s where none comes; the rest is for a busy
Asterisk.

After a first ring the dialplan's own lease, 10 s unless a site sets another, has room for this: a
call that is answered then has no command more for its lease.
"""


@dataclass(slots=True)
class PhoneLine:
    """What is known of the line. `session` changes when the call comes back from a queue."""

    call: Call
    session: AgiSession
    down: HungUp | None = field(default=None)
    agent_left: bool = False
    """The agent ended the talk, and nothing has been said to the caller since."""

    found_again: bool = False
    """The next process can ask Asterisk for a caller whom the dialplan has."""

    left: bool = False
    """Our process ends while the dialplan has the caller: the call is not over."""

    @property
    def rings_already(self) -> bool:
        """The caller hears it ring: the dialplan begins with that, before its first server."""
        return self.session.environment.attempt == "1"

    async def answer(self, *, cycle_ms: int = 5000) -> AnsweredFact | None:
        """Take the call, unless that was done; the fact that was recorded. Raises AGIHangup."""
        call = self.call
        if call.answered_ms is not None:
            return None
        # The ringing ends as ANSWER begins; its reply waits for the caller's audio.
        waited_ms = call.elapsed_ms()
        await self.session.run(self.session.agi.answer, most_s=ANSWER_MOST_S)
        call.answered_ms = waited_ms
        rings = waited_ms // cycle_ms + 1 if cycle_ms > 0 else 1
        fact = AnsweredFact(rings=rings, waited_ms=waited_ms)
        call.record(fact)
        return fact

    def fell(self, error: AGIHangup) -> HungUp:
        """The line is down, as an AGI command found."""
        session = self.session
        if session.lease_has_run_out:
            return self.went_down("us", problem="the lease ran out: we were too slow")
        if session.broken:
            return self.went_down("network", problem=f"{session.broken}: {type(error).__name__}")
        return self.went_down("caller")

    def went_down(self, by: str, *, talked_ms: int = 0, problem: str = "") -> HungUp:
        """Record that the line is down, once; `by` is caller, us, agent or network."""
        if self.down is not None:
            return self.down
        call = self.call
        if problem:
            call.record(Fault(where="line", problem=problem))
        call.recording_over("call_ended")
        self.down = HungUp(by=by, talked_ms=talked_ms)
        call.hung_up_by = by
        call.record(HungUpFact(by=by))
        return self.down
