"""One flow performed by an agent, from its beginning or from where the last desk left it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from callflow.engine import Ended
from calls.actions import Action, Say
from calls.call import Call, EndReason
from calls.events import Fault
from desk.coaching.channel import AgentChannel
from desk.coaching.journal import Journal, Kept
from desk.coaching.retracing import retrace
from desk.coaching.run import CoachedRun

OWN: Final = frozenset({"performer"})
"""Variables that a coached run keeps to itself."""

_log = structlog.get_logger("desk.coaching")


class Performance:
    """Drives a run on an agent's channel and keeps what it comes to."""

    def __init__(
        self,
        call: Call,
        run: CoachedRun,
        channel: AgentChannel,
        journal: Journal | None,
        changed: Callable[[], None],
    ) -> None:
        self.run = run
        self.next_lines: tuple[str, ...] = ()
        """What is said after what is on the screen."""

        self.ended: Ended | None = None
        self.disposition = ""
        """What the flow ended with, once it has; empty when the line went down under it."""

        self._call = call
        self._channel = channel
        self._journal = journal
        self._changed = changed
        self._line_down = False

    def line_goes_down(self) -> None:
        """From here on nothing is kept and no end is the flow's own."""
        self._line_down = True

    async def perform(self, kept: Kept | None) -> None:
        """The flow to its end; the line stays up. A flow that breaks is over, never raised."""
        try:
            self._end(await self._perform(kept))
        except Exception as error:  # noqa: BLE001 - the agent must see that no line comes any more
            _log.error("a coached flow broke", step=str(self.run.position))
            self._end(Ended(EndReason.FAILED, "", repr(error)))

    async def _perform(self, kept: Kept | None) -> Ended:
        run = self.run
        at = self._begun(kept)
        while not isinstance(at, Ended):
            self.next_lines = run.next_lines(at)
            where = str(run.position)
            outcome = await self._channel.perform(at)
            if self._journal is not None and not self._line_down:
                self._journal.given(where, outcome)
            at = run.resume(outcome)
            self._note_steps()
        return at

    def _begun(self, kept: Kept | None) -> Action | Ended:
        if kept is None:
            at = self.run.begin()
            self._note_steps()
            return at
        self._channel.drafts.update(kept.drafts)
        traced = retrace(self.run, kept.given)
        self._channel.again = traced.whole and isinstance(traced.at, Say)
        self._channel.said = traced.said
        return traced.at

    def _note_steps(self) -> None:
        for entered in self.run.take_entered():
            self._call.record(entered)

    def _end(self, ended: Ended) -> None:
        self.ended, self.next_lines = ended, ()
        if ended.reason is EndReason.FAILED:
            _log.error("a coached flow failed", problem=ended.problem)
            if not self._line_down:
                self._call.record(Fault(where="coach", problem=ended.problem))
        elif not self._line_down:
            self.disposition = ended.disposition
        self._changed()
