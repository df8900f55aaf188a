"""What of a snapshot shows the flow: the sentence to say, its clock, the choices, the form."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of all parts of a snapshot. An unknown field of a newer desk is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Titles = Mapping[str, str]
"""By `zh` and `en`."""


class LineView(Part):
    """A sentence of the house, to be said by the agent."""

    name: str
    text: str
    language: str
    tags: tuple[str, ...] = ()


class ClockView(Part):
    """A clock that runs on what the ears hear."""

    what: str
    """`listen` (a window), `silence`, `noise`, `clear` or `wait`."""

    spent_ms: int
    whole_ms: int
    runs: bool
    held_by: str = ""
    """Why it stands: `hold`, `music`, `agent_speaks`, `caller_speaks`, `no_ears`; empty if not."""


class HearingView(Part):
    """What the ears hear of the caller just now."""

    what: str = ""
    """`speech`, `silence`, `noise`, `faint`, `clear`; empty when nothing is known."""

    level_dbov: float | None = None
    agent_speaks: bool = False
    text: str = ""
    """What the caller says now, or said last, where it is known in words (practice)."""


class Choice(Part):
    """What the agent may choose now: a menu's key, or a branch."""

    name: str
    """The key (`1`), or the branch's name (`upset`)."""

    title: Titles


class FieldView(Part):
    """One field of the form on the screen."""

    name: str
    label: Titles
    type: str
    """A word of `calls.actions.FieldType`."""

    required: bool
    choices: Mapping[str, Titles] = {}
    question: str = ""
    """What the agent asks the caller for it."""

    value: str | int | bool | None = None
    problem: str = ""
    """What is wrong with the value that was sent; empty if nothing is."""


class FormView(Part):
    """The form to be filled in now."""

    name: str
    title: Titles
    fields: tuple[FieldView, ...]


class ScriptView(Part):
    """Where the coached flow is."""

    flow: str
    title: Titles
    step: str
    hint: Titles = {}
    """A word to the agent; one for every language has no name."""

    line: LineView | None = None
    """The sentence to say now; None while the agent listens or fills in a form."""

    said: LineView | None = None
    """The last one said."""

    count: tuple[int, int] | None = None
    """Which of how many: (2, 3) at the second of three tries."""

    clock: ClockView | None = None
    next_lines: tuple[str, ...] = ()
    """What is said after this if the caller answers as most do; dimmed."""

    picks: tuple[Choice, ...] = ()
    ask: str = ""
    """Non-empty while digits are asked for: the variable that they fill."""

    form: FormView | None = None
    branches: tuple[Choice, ...] = ()
    over: bool = False
    """The flow is at its end: say goodbye, hang up."""
