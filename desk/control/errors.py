"""Why an order to a live call was not carried out."""

from __future__ import annotations

from typing import Final

from calls.errors import CallCenterError

PROBLEMS: Final = (
    "pbx_away",
    "call_gone",
    "no_hold_here",
    "no_transfer_here",
    "bad_target",
    "consult_under_way",
    "no_consult",
    "not_talking_yet",
    "bad_keys",
    "refused",
    "not_supervisor",
    "no_call_there",
    "own_call",
    "no_phone",
    "empty",
    "no_voice",
    "too_many",
    "cut_short",
)
"""`pbx_away`: Asterisk is not connected. `call_gone`: it ended meanwhile. `no_hold_here`,
`no_transfer_here`: this call was not begun by the house's dialplan, only its phone can do it.
`bad_target`: no such colleague or destination. `consult_under_way`: one at a time; a hold by the
desk counts. `no_consult`: there is none. `not_talking_yet`: the one asked has not picked up.
`bad_keys`: no telephone keys. `refused`: Asterisk would not. `not_supervisor`: only they may.
`no_call_there`: that agent is on no call. `own_call`: nobody spies on their own call. `no_phone`:
the supervisor's phone is not registered, or was not picked up. Of a spoken cue: `empty`, nothing
to say; `no_voice`, no engine speaks it; `too_many` wait already; `cut_short`, the call was over
before the cue."""


class ControlError(CallCenterError):
    """An order was not carried out; `word` is one of `PROBLEMS`."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word
