"""A caller connected to a destination of the site, by the dialplan (`agi.away`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agi.away import LONGEST_TALK_S, PICKED_UP, BackDesk, Request, Stay, stay_away
from agi.phone_line import PhoneLine
from calls.actions import Transfer
from calls.events import Fault, Transferred, Transferring
from calls.outcomes import Failed, Outcome, TransferLeft

DESTINATION = re.compile(r"[a-z][a-z0-9_]{0,31}")

_RESULTS = {"ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer"}
"""By DIALSTATUS; CHANUNAVAIL, CONGESTION and the rest are failures."""

_NOWHERE = "NOWHERE"
"""What the dialplan says of a name that it has no destination for."""

_MILLISECONDS = re.compile(r"[0-9]{1,8}")


@dataclass(slots=True, kw_only=True)
class Transferral(Stay):
    """What is known of one caller's transfer."""

    no_news = "no news of a transferred call"

    to: str

    def note(self, request: Request) -> None:
        if request.name == PICKED_UP and self.answered_ms is None:
            self.answered_ms = self.line.call.elapsed_ms()

    def resumed(self, request: Request) -> Outcome:
        call = self.line.call
        if request.text == "ANSWER" and self.answered_ms is None:
            # The news that somebody answered got lost; Asterisk's own measure of the talk is left.
            talked_ms = int(request.extra) if _MILLISECONDS.fullmatch(request.extra) else 0
            self.answered_ms = max(self.began_ms, call.elapsed_ms() - talked_ms)
        if self.answered_ms is not None:
            return self.over("answered")
        if request.text == _NOWHERE:
            call.record(Fault(where="transfer", problem=f"Asterisk knows no {self.to}"))
        return self.over(_RESULTS.get(request.text, "failed"))

    def left(self, result: str, waited_ms: int, talked_ms: int) -> Outcome:
        ended = Transferred(to=self.to, result=result, waited_ms=waited_ms, talked_ms=talked_ms)
        self.line.call.record(ended)
        return TransferLeft(name=result, waited_ms=waited_ms, talked_ms=talked_ms)


async def transfer(
    line: PhoneLine,
    desk: BackDesk,
    action: Transfer,
    *,
    back: str,
    longest_talk_s: float = LONGEST_TALK_S,
) -> Outcome:
    """Have the dialplan connect the caller and wait for news. Raises AGIHangup before that."""
    if not DESTINATION.fullmatch(action.to):
        return Failed(reason="a destination's name may hold small letters, digits and _")
    await line.answer()
    orders = (
        ("CC_TRANSFER", action.to),
        ("CC_TRANSFER_WAIT", str(max(1, round(action.most_wait_ms / 1000)))),
        ("CC_DONE", "transfer"),
    )

    def leave() -> Transferral:
        line.call.record(Transferring(to=action.to))
        return Transferral(line=line, to=action.to, began_ms=line.call.elapsed_ms())

    return await stay_away(
        line,
        desk,
        leave,
        orders,
        most_wait_ms=action.most_wait_ms,
        back=back,
        longest_talk_s=longest_talk_s,
    )
