"""A caller connected to a destination of the site, by the dialplan (`agi.away`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agi.away import HUNG_UP, LONGEST_TALK_S, PICKED_UP, RESUME, BackDesk, Request, stay_away
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


@dataclass(slots=True)
class _Stay:
    """What is known of one caller's transfer."""

    line: PhoneLine
    to: str
    began_ms: int
    answered_ms: int | None = None

    def take(self, request: Request) -> Outcome | None:
        """Record what was told; the outcome when it ends the transfer."""
        if request.name == PICKED_UP:
            self.answered_ms = self.line.call.elapsed_ms()
            return None
        if request.name == HUNG_UP:
            result = "answered" if self.answered_ms is not None else "abandoned"
            return self.over(result, request.hung_up_by)
        return self._resumed(request) if request.name == RESUME else None

    def lost(self) -> Outcome:
        """No news came for longer than a wait or a talk can take."""
        return self.over("failed", "network", "no news of a transferred call")

    def _resumed(self, request: Request) -> Outcome:
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

    def over(self, result: str, hung_up_by: str = "", problem: str = "") -> Outcome:
        """Record the end of the transfer; `hung_up_by` when the line went down with it."""
        call = self.line.call
        now_ms = call.elapsed_ms()
        answered_ms = now_ms if self.answered_ms is None else self.answered_ms
        waited_ms, talked_ms = answered_ms - self.began_ms, now_ms - answered_ms
        call.record(
            Transferred(to=self.to, result=result, waited_ms=waited_ms, talked_ms=talked_ms)
        )
        if hung_up_by:
            return self.line.went_down(hung_up_by, talked_ms=talked_ms, problem=problem)
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

    def leave() -> _Stay:
        line.call.record(Transferring(to=action.to))
        return _Stay(line, action.to, line.call.elapsed_ms())

    return await stay_away(
        line,
        desk,
        leave,
        orders,
        most_wait_ms=action.most_wait_ms,
        back=back,
        longest_talk_s=longest_talk_s,
    )
