"""How far a transfer is, told from Asterisk's events as they came on real calls."""

from __future__ import annotations

import asyncio

import pytest

from calls.clock import ManualClock
from desk.ami import Message
from desk.control import Consult, ConsultState
from desk.control import consults as room
from desk.control.consults import Consults

AGENT = "PJSIP/801-00000001"
TARGET = "PJSIP/802-00000002"
OWN = "Local/10@cc-desk-consult-00000002"
LINKED = "tr11392-1795337515.0"


def event(name: str, **headers: str) -> Message:
    return Message("\r\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]))


class Watched:
    """One transfer of 801 to 802, and the states that a panel was told to look at."""

    def __init__(self, *, hold: bool = False) -> None:
        self.clock = ManualClock()
        self.seen: list[str] = []
        self.consults = Consults(self.clock, self._changed)
        self.consult = Consult(
            agent="801",
            agent_channel=AGENT,
            linked_id=LINKED,
            to="802",
            hold=hold,
            since_ms=0,
        )
        self.consults.begin(self.consult)

    def _changed(self, agent: str) -> None:
        consult = self.consults.of_agent(agent)
        self.seen.append("" if consult is None else consult.state.value)

    def begun(self) -> Watched:
        for half in (";1", ";2"):
            self.consults.take(event("Newchannel", Channel=OWN + half, Linkedid=LINKED))
        return self

    def dialled(self, status: str) -> Watched:
        self.consults.take(
            event(
                "DialEnd",
                Channel=f"{OWN};2",
                DestChannel=TARGET,
                Linkedid=LINKED,
                DialStatus=status,
            )
        )
        return self

    def gone(self, *channels: str) -> Watched:
        for channel in channels:
            self.consults.take(event("Hangup", Channel=channel, Linkedid=LINKED))
        return self

    def transferred(self, kind: str) -> Watched:
        self.consults.take(
            event(
                "AttendedTransfer",
                OrigTransfererChannel=AGENT,
                OrigTransfererLinkedid=LINKED,
                DestType=kind,
            )
        )
        return self


def test_dialled_answered_completed() -> None:
    watched = Watched().begun().dialled("ANSWER").transferred("Bridge")

    assert watched.seen == ["dialling", "talking", ""]


def test_it_has_begun_when_the_agent_is_with_the_other_side_and_is_over_when_back() -> None:
    watched = Watched()
    watched.consults.take(event("BridgeEnter", Channel=AGENT, Linkedid=LINKED))
    assert not watched.consult.begun.is_set()
    watched.begun().consults.take(event("BridgeEnter", Channel=AGENT, Linkedid=LINKED))
    assert watched.consult.begun.is_set()
    assert not watched.consult.back.is_set()
    watched.consults.take(event("BridgeEnter", Channel=AGENT, Linkedid=LINKED))

    assert watched.consult.back.is_set()


def test_the_own_channels_end_of_the_dial_is_not_the_targets_answer() -> None:
    watched = Watched().begun()
    watched.consults.take(
        event("DialEnd", DestChannel=f"{OWN};1", DestLinkedid=LINKED, DialStatus="ANSWER")
    )

    assert watched.seen == ["dialling"]


def test_events_of_another_call_are_nothing() -> None:
    watched = Watched().begun()
    for name in ("Newchannel", "DialEnd", "Hangup", "AttendedTransfer"):
        watched.consults.take(event(name, Channel=f"{OWN};2", Linkedid="tr1-1.7"))

    assert watched.seen == ["dialling"]


def test_three_together_outlive_the_channels_between_them_until_one_leaves() -> None:
    watched = Watched().begun().dialled("ANSWER").transferred("Threeway")
    watched.gone(f"{OWN};1", f"{OWN};2")
    assert watched.seen == ["dialling", "talking", "three_way"]
    watched.gone(TARGET)

    assert watched.seen[-1] == ""


def test_the_agent_who_leaves_ends_it() -> None:
    watched = Watched().begun().dialled("ANSWER").transferred("Threeway").gone(AGENT)

    assert watched.seen[-1] == ""
    assert watched.consult.state is ConsultState.OVER


async def test_a_failure_is_shown_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FAILED_SHOWN_S", 0.02)
    watched = Watched().begun().dialled("NOANSWER").gone(f"{OWN};2", f"{OWN};1")
    assert watched.seen == ["dialling", "failed"]
    while watched.seen[-1] != "":
        await asyncio.sleep(0.01)


async def test_a_failure_gives_way_to_the_next_transfer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FAILED_SHOWN_S", 0.02)
    watched = Watched().begun().dialled("BUSY").gone(f"{OWN};2", f"{OWN};1")
    following = Consult(agent="801", agent_channel=AGENT, linked_id=LINKED, to="803", since_ms=0)
    watched.consults.begin(following)
    await asyncio.sleep(0.05)

    assert watched.consults.of(AGENT) is following


def test_a_hold_is_no_transfer_to_look_at_and_ends_with_its_channels() -> None:
    watched = Watched(hold=True).begun()
    assert watched.consult.view(1000) is None
    watched.gone(f"{OWN};1", f"{OWN};2")

    assert watched.consults.of(AGENT) is None


def test_a_view_counts_from_its_own_state_on() -> None:
    watched = Watched().begun()
    watched.clock.advance_ms(4000)
    ringing = watched.consult.view(watched.clock.monotonic_ms())
    watched.dialled("ANSWER")
    watched.clock.advance_ms(1500)
    talking = watched.consult.view(watched.clock.monotonic_ms())

    assert ringing is not None
    assert talking is not None
    assert (ringing.for_ms, talking.for_ms) == (4000, 1500)


def test_without_asterisk_nothing_is_known() -> None:
    watched = Watched().begun().dialled("ANSWER")
    watched.consults.forget_all()

    assert watched.seen[-1] == ""
