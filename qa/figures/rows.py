"""What the figures read, as the ledger and the quality book give it. Protocols only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Texts(Protocol):
    """A text of each call, where many calls have the same."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """One element a call: the place of its text in `names`."""

    @property
    def names(self) -> Sequence[str]:
        """Each once; empty for a text that is not known."""


class CallFacts(Protocol):
    """Some calls that have been offered, as their rows in the ledger tell them, column by column.

    Every column has one element a call. Times are milliseconds since the offer; NaN where unknown.
    `ledger.call_columns` gives them.
    """

    def __len__(self) -> int: ...
    @property
    def ids(self) -> Sequence[str]: ...
    @property
    def offered_at_us(self) -> NDArray[np.int64]:
        """Microseconds since 1970 UTC."""

    @property
    def queue(self) -> Texts:
        """Empty for a call that came to no queue."""

    @property
    def agent(self) -> Texts:
        """Who took it last; empty for nobody."""

    @property
    def disposition(self) -> Texts: ...
    @property
    def ended(self) -> Mask:
        """False while the call is live."""

    @property
    def answered(self) -> Mask:
        """The house picked up: the IVR or an agent."""

    @property
    def outbound(self) -> Mask:
        """The house placed it."""

    @property
    def rings(self) -> Numbers: ...
    @property
    def queue_result(self) -> Texts:
        """`answered`, `abandoned`, or another word for a caller who left the queue otherwise."""

    @property
    def queue_waited_ms(self) -> Numbers: ...
    @property
    def talked_ms(self) -> Numbers:
        """From the agent's answer to the end of their talk, hold included."""

    @property
    def held_ms(self) -> Numbers: ...
    @property
    def wrapped_ms(self) -> Numbers: ...
    @property
    def kept(self) -> Texts:
        """House rules kept, with blanks between them; empty before the call is judged."""

    @property
    def broken(self) -> Texts: ...
    @property
    def tag(self) -> Texts:
        """`mystery`, `test`, `practice`; empty for a caller's call."""

    @property
    def survey_asked(self) -> Mask:
        """The caller was asked for a verdict."""

    @property
    def survey(self) -> Numbers:
        """1 to 5."""

    @property
    def agent_talk_ms(self) -> Numbers: ...
    @property
    def talk_over_ms(self) -> Numbers: ...
    @property
    def dead_air_ms(self) -> Numbers: ...
    @property
    def recorded(self) -> Mask: ...
    @property
    def faults(self) -> Numbers: ...


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
    def consults(self) -> int: ...
    @property
    def promises(self) -> int: ...


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
