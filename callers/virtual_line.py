"""The caller's end of a virtual call: time passes, the caller leaves, is put through."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import lru_cache

from callers.acting import RING_CYCLE_MS, Acting
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual_call import VirtualCall
from callers.virtual_recorder import VirtualRecorder
from callers.virtual_stretch import Undisturbed, stretches_of
from calls.actions import Line, Transfer
from calls.events import AnsweredFact, HungUpFact, Transferred, Transferring
from calls.outcomes import HungUp, Outcome, TransferLeft
from calls.values import maker

_answered = maker(AnsweredFact)


@lru_cache(maxsize=16)
def _hung_up(by: str) -> HungUpFact:
    """The same fact call after call."""
    return HungUpFact(by=by)


class VirtualLine:
    """A line whose other end is a persona, and what becomes of it."""

    _down = False
    _keys_from_ms = 0
    """Keys pressed before this were taken by an earlier window."""

    _agent_left = False
    """The agent ended the talk, and nothing has been said since."""

    def __init__(
        self,
        call: VirtualCall,
        acting: Acting,
        line_ms: Callable[[Line], int],
        queue: QueuePlan,
        office: PlannedOffice,
        fails: Set[str] = frozenset(),
    ) -> None:
        """`fails` names lines that have no sound and acts that cannot be carried out."""
        self.call = call
        self._time = call.time
        self._facts = call.facts
        self._acting = acting
        self._noisy = bool(acting.persona.backgrounds)
        self._queue_plan = queue
        self._office = office
        self._fails = fails
        self.stretches = stretches_of(call.performer, line_ms, not office.directories)
        """What the house does alone."""

        self._sounds = sounds = self.stretches.sounds
        self._known = sounds.known
        self._recorder = VirtualRecorder(call)
        acting.rings(0)

    def hang_up(self) -> None:
        """End the call from our side, which the agent did who left the talk."""
        self._go_down("agent" if self._agent_left else "us")

    def _pass(self, until_ms: int, cut_short: Callable[[], None] | None = None) -> bool:
        """Let time pass; False when the caller hung up on the way.

        `cut_short` records what the hang-up ended: as on a real channel, before the hang-up itself.
        """
        leave_ms = self._acting.leave_ms
        time = self._time
        if leave_ms is not None and leave_ms <= until_ms:
            time.now_ms = max(leave_ms, time.now_ms)
            if cut_short is not None:
                cut_short()
            self._go_down("caller")
            return False
        if until_ms > time.now_ms:
            time.now_ms = until_ms
        return True

    def passes(self, stretch: Undisturbed) -> bool:
        """Do something at once; False, and nothing was done, when the caller may do something."""
        if self._down or self._fails or self.call.answered_ms is None:
            return False
        acting, began_ms, lines = self._acting, self._time.now_ms, stretch.lines
        if acting.until_ms > began_ms and acting.until_ms > self._keys_from_ms:
            return False
        until_ms = began_ms + stretch.takes_ms
        if not acting.lets_pass(began_ms, until_ms, lines, began_ms + stretch.line_at_ms):
            return False
        if lines:
            self._agent_left = False
        self._facts.append((began_ms, stretch.passage))
        self._time.now_ms = until_ms
        return True

    def _answer(self, cycle_ms: int = RING_CYCLE_MS) -> None:
        """Take the call, unless that was done; rings count from the offer."""
        call, now_ms = self.call, self._time.now_ms
        if call.answered_ms is not None:
            return
        call.answered_ms = now_ms
        self._acting.answered(now_ms)
        rings = now_ms // cycle_ms + 1 if cycle_ms > 0 else 1
        self._facts.append((now_ms, _answered(rings=rings, waited_ms=now_ms)))

    def _go_down(self, by: str) -> None:
        if self._down:
            return
        self._down = True
        call = self.call
        if call.recording:
            self._recorder.stop("call_ended")
        call.hung_up_by = by
        self._facts.append((self._time.now_ms, _hung_up(by)))

    def _gone(self, talked_ms: int = 0) -> HungUp:
        return HungUp(by=self.call.hung_up_by, talked_ms=talked_ms)

    def _transfer(self, transfer: Transfer) -> Outcome:
        """Nobody knows who answers there: the plan of the queue tells it for transfers too."""
        self._answer()
        began_ms, plan = self._time.now_ms, self._queue_plan
        self.call.record(Transferring(to=transfer.to))
        self._acting.queued(began_ms)
        if plan.refused:
            return self._refused(transfer, plan.refused)
        answered = bool(plan.agent) and plan.answers_after_ms <= transfer.most_wait_ms
        waits_ms = plan.answers_after_ms if answered else transfer.most_wait_ms
        if not self._pass(
            began_ms + waits_ms,
            lambda: self._transferred(transfer, "abandoned", self._time.now_ms - began_ms),
        ):
            return self._gone()
        if not answered:
            self._transferred(transfer, "no_answer", waits_ms)
            return TransferLeft(name="no_answer", waited_ms=waits_ms, talked_ms=0)
        answered_ms = self._time.now_ms

        def over() -> None:
            talked_ms = self._time.now_ms - answered_ms
            self._transferred(transfer, "answered", waits_ms, talked_ms)

        if not self._pass(answered_ms + plan.talks_ms, over):
            return self._gone(self._time.now_ms - answered_ms)
        over()
        return TransferLeft(name="answered", waited_ms=waits_ms, talked_ms=plan.talks_ms)

    def _transferred(
        self, transfer: Transfer, result: str, waited_ms: int, talked_ms: int = 0
    ) -> None:
        self.call.record(
            Transferred(to=transfer.to, result=result, waited_ms=waited_ms, talked_ms=talked_ms)
        )

    def _refused(self, transfer: Transfer, result: str) -> Outcome:
        self._transferred(transfer, result, 0)
        return TransferLeft(name=result, waited_ms=0, talked_ms=0)
