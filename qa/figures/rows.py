"""What the figures read: light rows that the ledger and the quality book give. Protocols only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class CallFacts(Protocol):
    """One call that has been offered, as its row in the ledger tells it.

    Times are milliseconds since the offer; None where unknown. `ledger.tally` gives such rows.
    """

    @property
    def id(self) -> str: ...
    @property
    def offered_at(self) -> datetime:
        """Aware UTC."""

    @property
    def direction(self) -> str: ...
    @property
    def queue(self) -> str:
        """Empty for a call that came to no queue."""

    @property
    def agent(self) -> str:
        """Who took it last; empty for nobody."""

    @property
    def disposition(self) -> str | None: ...
    @property
    def ended_ms(self) -> int | None:
        """None while the call is live."""

    @property
    def answered_ms(self) -> int | None: ...
    @property
    def rings(self) -> int | None: ...
    @property
    def queue_result(self) -> str | None:
        """`answered`, `abandoned`, or another word for a caller who left the queue otherwise."""

    @property
    def queue_waited_ms(self) -> int | None: ...
    @property
    def talked_ms(self) -> int | None:
        """From the agent's answer to the end of their talk, hold included."""

    @property
    def held_ms(self) -> int: ...
    @property
    def wrapped_ms(self) -> int | None: ...
    @property
    def kept(self) -> tuple[str, ...]:
        """House rules kept; empty before the call is judged."""

    @property
    def broken(self) -> tuple[str, ...]: ...
    @property
    def tag(self) -> str:
        """`mystery`, `test`, `practice`; empty for a caller's call."""

    @property
    def survey_asked(self) -> bool:
        """The caller was asked for a verdict."""

    @property
    def survey(self) -> int | None:
        """1 to 5."""

    @property
    def caller_talk_ms(self) -> int | None: ...
    @property
    def agent_talk_ms(self) -> int | None: ...
    @property
    def talk_over_ms(self) -> int | None: ...
    @property
    def dead_air_ms(self) -> int | None: ...
    @property
    def recording(self) -> str:
        """Id of the last recording; empty for none."""

    @property
    def faults(self) -> int: ...


class AgentTime(Protocol):
    """One agent's stretch of time: `ledger.floor_day.AgentDay` is one."""

    @property
    def agent(self) -> str: ...
    @property
    def state_ms(self) -> Mapping[str, int]: ...
    @property
    def offers(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def missed(self) -> int: ...
    @property
    def within_three_rings(self) -> int: ...
    @property
    def late(self) -> int: ...
    @property
    def promises(self) -> int: ...


OUTBOUND = "outbound"


def set_apart(row: CallFacts) -> str:
    """Why a call counts in no figure of callers: its tag (Q07), or that the house placed it; else
    empty."""
    return row.tag or (OUTBOUND if row.direction == OUTBOUND else "")


class Scored(Protocol):
    """One evaluation that stands: submitted, and not withdrawn."""

    @property
    def call_id(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def kind(self) -> str:
        """A word of `EvaluationKind`; calibrations count for nobody."""

    @property
    def score(self) -> float:
        """0 to 100, the resolved one where a dispute was resolved."""

    @property
    def result(self) -> str:
        """A word of `FormResult`."""

    @property
    def answers(self) -> Mapping[str, str]: ...
    @property
    def machine(self) -> Mapping[str, str]:
        """What the machine answered, by question; `na` or missing where it said nothing."""
