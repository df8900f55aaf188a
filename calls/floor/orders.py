"""What a person at a panel orders of the desk, and the desk's answer.

On the wire each is one JSON text message. To the desk: a `Hello` first, then `Ordered`. To the
panel: `{"view": PanelView}` first, then `{"change": parts}` with those parts of a `PanelView` that
differ from the one before (a wallboard: always a whole `{"wall": WallView}`), `{"answer":
OrderAnswer}` or, before closing, `{"refused": text}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from calls.floor.states import SpyMode

WIRE_VERSION = 3
"""A desk refuses a panel of another one, naming both."""

MOST_CUE = 200
"""Characters of a spoken cue: nobody listens to more beside a caller."""

Short = Annotated[str, StringConstraints(max_length=200)]
Long = Annotated[str, StringConstraints(max_length=4000)]
Value = str | int | bool


class Order(BaseModel):
    """Base of all orders; strict, since a panel may be hostile."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(Order):
    """The first message of a panel."""

    version: int
    agent: Short
    token: Short
    watch: bool = False
    """True to see the wallboard (supervisors): `WallView` instead of `PanelView`."""


class Ready(Order):
    """Offer me calls."""

    do: Literal["ready"] = "ready"


class NotReady(Order):
    """Don't. During a call it holds from the call's end on."""

    do: Literal["not_ready"] = "not_ready"
    reason: Short


class SignOut(Order):
    """My shift is over."""

    do: Literal["sign_out"] = "sign_out"


class Answer(Order):
    """Answer the offered call; for phones that the desk can answer for."""

    do: Literal["answer"] = "answer"


class HangUp(Order):
    """End the call."""

    do: Literal["hang_up"] = "hang_up"


class Hold(Order):
    """Put the caller on hold, or take them back."""

    do: Literal["hold"] = "hold"
    on: bool
    done: bool = False
    """The panel's own phone has done it; the desk only takes note."""


class Mute(Order):
    """Let the caller not hear me, or again."""

    do: Literal["mute"] = "mute"
    on: bool
    done: bool = False
    """As of `Hold`."""


class SendKeys(Order):
    """Press keys towards the far end."""

    do: Literal["send_keys"] = "send_keys"
    digits: Annotated[str, StringConstraints(pattern="^[0-9*#]{1,32}$")]


class LineDone(Order):
    """The sentence shown was said (`confirmed`), left out, or said in other words."""

    do: Literal["line_done"] = "line_done"
    line: Short
    """Its name: a late key must not confirm the next one."""

    how: Literal["confirmed", "skipped", "changed"]


class Pick(Order):
    """Choose a menu's key, or give the digits asked for."""

    do: Literal["pick"] = "pick"
    keys: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Branch(Order):
    """Take a branch that the flow offers."""

    do: Literal["branch"] = "branch"
    name: Short


class FormDraft(Order):
    """What stands in the form so far; kept by the desk, so that nothing typed is lost."""

    do: Literal["form_draft"] = "form_draft"
    form: Short
    values: Mapping[Short, Annotated[str, StringConstraints(max_length=4000)] | int | bool]


class FormDone(Order):
    """The form is filled in."""

    do: Literal["form_done"] = "form_done"
    form: Short
    values: Mapping[Short, Annotated[str, StringConstraints(max_length=4000)] | int | bool]


class FormLeft(Order):
    """Leave the form without an answer."""

    do: Literal["form_left"] = "form_left"
    form: Short


class Transfer(Order):
    """Send the caller on: at once (`blind`), or after a talk with the other side (`attended`)."""

    do: Literal["transfer"] = "transfer"
    to: Short
    """A destination's name or an agent's number, of those in the view."""

    how: Literal["blind", "attended"]


class Consult(Order):
    """What becomes of the attended transfer under way."""

    do: Literal["consult"] = "consult"
    how: Literal["complete", "cancel", "three_way"]


class AskHelp(Order):
    """Ask a supervisor for help, or take the request back."""

    do: Literal["ask_help"] = "ask_help"
    on: bool
    text: Short = ""


class WrapUp(Order):
    """The call's disposition and a note; ends wrap-up."""

    do: Literal["wrap_up"] = "wrap_up"
    call_id: Short
    disposition: Short
    note: Long = ""


class AddNote(Order):
    """A note for the next shift."""

    do: Literal["add_note"] = "add_note"
    text: Long


class Spy(Order):
    """A supervisor: be on an agent's call, change the mode, or leave it (no mode)."""

    do: Literal["spy"] = "spy"
    agent: Short
    mode: SpyMode | None


class AnswerHelp(Order):
    """A supervisor takes up an agent's request."""

    do: Literal["answer_help"] = "answer_help"
    agent: Short


class Cue(Order):
    """A supervisor: say this into the ear of an agent on a call; the caller does not hear it."""

    do: Literal["cue"] = "cue"
    agent: Short
    text: Annotated[str, StringConstraints(max_length=MOST_CUE)]


AnyOrder = Annotated[
    Ready
    | NotReady
    | SignOut
    | Answer
    | HangUp
    | Hold
    | Mute
    | SendKeys
    | LineDone
    | Pick
    | Branch
    | FormDraft
    | FormDone
    | FormLeft
    | Transfer
    | Consult
    | AskHelp
    | WrapUp
    | AddNote
    | Spy
    | AnswerHelp
    | Cue,
    Field(discriminator="do"),
]


class Ordered(Order):
    """An order with the number that its answer names."""

    id: int
    order: AnyOrder


class OrderAnswer(BaseModel):
    """What became of an order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    problem: str = ""
    """A word of the desk's (`docs/panel.md`), why it was not done; empty when it was."""
