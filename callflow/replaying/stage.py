"""What every part of a replay works on: record, run, trace, and what can be told from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from callflow.house import House
from callflow.replaying.alternatives import outcomes
from callflow.replaying.pool import Pool
from callflow.replaying.record import Item, Record, Spot
from callflow.replaying.running import ReplayRun, UndecidedError
from callflow.replaying.trace import Trace
from calls.actions import Action, Line
from calls.outcomes import Failed, Outcome

LineLength = Callable[[Line], int]

NEW = "replay-1"
"""Id of what exists only in a replay."""


@dataclass(slots=True)
class Stage:
    """One replay under way."""

    record: Record
    house: House
    run: ReplayRun
    pool: Pool
    trace: Trace
    own: frozenset[str]
    """Variables of the house itself: their values of then are not in the record."""

    line_ms: LineLength
    steps: list[Spot] = field(default_factory=list)
    """Every step entered so far."""

    after: str = ""
    """The line said last."""

    agent_left: bool = False
    """The agent ended the talk, and nothing was said since."""

    def mishap(self) -> Outcome | None:
        """What went wrong in this step then, or the branch that the agent took in it."""
        return self._played(self.pool.mishap(self.run.spot))

    def mishap_next(self) -> Outcome | None:
        """The same, where nothing else happened before it."""
        return self._played(self.pool.mishap_next(self.run.spot))

    def _played(self, item: Item | None) -> Outcome | None:
        if item is None:
            return None
        self.trace.play(item)
        return item.outcome

    def or_stop(self, action: Action, why: str) -> Outcome:
        """What the record tells in another way. Raises UndecidedError when it tells nothing."""
        outcome = self.mishap() or self._gone_on(action)
        if outcome is not None:
            return outcome
        if self.record.cut:
            raise UndecidedError("the record ends here: the call was cut off, or goes on")
        raise UndecidedError(why)

    def _gone_on(self, action: Action) -> Outcome | None:
        """The outcome that leads where the call went then, for what left no fact.

        A failure first: what succeeds leaves a fact.
        """
        run = self.run
        if not self.record.visited(run.spot, run.visits):
            return None
        went = self.record.next_step(run.spot, run.visits) or self.record.ending
        found = [
            outcome
            for word, outcome in outcomes(action, run)
            if word != "hangup" and run.leads(outcome) == went
        ]
        failed = [outcome for outcome in found if isinstance(outcome, Failed)]
        certain = failed or (found if len(found) == 1 else [])
        return certain[0] if went and certain else None
