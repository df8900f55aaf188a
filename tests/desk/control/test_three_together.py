"""Three who talk together are no hold: the roster learns it from the transfer event."""

from __future__ import annotations

from calls.clock import ManualClock
from desk.ami import Message
from desk.roster.lines import Line, Lines


class Sink:
    """Keeps what a line's holds were told to be."""

    def __init__(self) -> None:
        self.holds: list[bool] = []

    def rings(self, line: Line) -> None: ...

    def answered(self, line: Line) -> None: ...

    def unanswered(self, line: Line, result: str) -> None: ...

    def held(self, line: Line, on: bool) -> None:
        self.holds.append(on)

    def handed_over(self, line: Line) -> None: ...

    def off(self, line: Line) -> None: ...


def event(name: str, **headers: str) -> Message:
    return Message("\r\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]))


def test_a_consultation_is_a_hold_until_all_three_talk() -> None:
    sink = Sink()
    lines = Lines({"PJSIP/801": "801"}, sink, ManualClock())
    dial = {
        "Channel": "PJSIP/carrier-00000000",
        "DestChannel": "PJSIP/801-00000001",
        "DestUniqueid": "t-1.1",
        "Linkedid": "t-1.0",
    }
    lines.take(event("DialBegin", **dial))
    lines.take(event("DialEnd", **dial, DialStatus="ANSWER"))
    lines.take(event("Hold", Channel="PJSIP/801-00000001", Uniqueid="t-1.1"))
    whose = event("AttendedTransfer", OrigTransfererUniqueid="t-1.1", DestType="Threeway")
    assert lines.agent_of(whose) == "801"
    lines.take(event("AttendedTransfer", OrigTransfererUniqueid="t-1.1", DestType="Bridge"))
    assert sink.holds == [True]
    lines.take(whose)

    assert sink.holds == [True, False]
