"""What supervisors say, recorded apart: when it begins, when it is over, what may go wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.asides import aside_id, is_aside
from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import CallEvent
from desk.supervision.asides import Asides

CALL = "20261122-021530-k7f3q29m"


class Facts:
    """A ledger in memory that may be on fire."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.broken = False

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        if self.broken:
            raise LedgerError("the disk is full")

    def told(self) -> list[str]:
        return [f"{one.kind} {one.data.get('recording', '')}".strip() for one in self.events]


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def call(facts: Facts) -> Call:
    return Call(ManualClock(), facts, id=CALL)


async def test_each_time_a_supervisor_may_be_heard_is_a_recording_of_its_own(
    call: Call, facts: Facts, tmp_path: Path
) -> None:
    asides = Asides({CALL: call}.get, tmp_path)
    first = await asides.begin(CALL)
    call.clock.advance_ms(70)  # type: ignore[attr-defined]
    asides.begun(first)
    asides.end(first)
    (tmp_path / "monitor").mkdir()
    (tmp_path / "monitor" / f"{first}-out.wav").touch()  # what Asterisk wrote
    second = await asides.begin(CALL)
    third = await asides.begin(CALL)  # another supervisor at the same time
    asides.end(second)
    asides.end(second)

    assert (first, second, third) == (f"{CALL}-s1", f"{CALL}-s2", f"{CALL}-s3")
    assert facts.told() == [
        f"recording_started {first}",
        f"recording_stopped {first}",
        f"recording_started {second}",
        f"recording_started {third}",
        f"recording_stopped {second}",
    ]
    assert [facts.events[at].data["began_ms"] for at in (1, 4)] == [70, None]
    assert facts.events[0].data["house_file"] == f"monitor/{first}-out.wav"


async def test_the_end_of_the_call_closes_it_without_a_fact_behind_the_end(
    call: Call, facts: Facts, tmp_path: Path
) -> None:
    asides = Asides({CALL: call}.get, tmp_path)
    recording = await asides.begin(CALL)
    call.hung_up_by = "caller"
    asides.end(recording)

    assert facts.told() == [f"recording_started {recording}"]
    assert await asides.begin(CALL) == ""


async def test_a_call_that_is_not_ours_is_not_recorded(tmp_path: Path) -> None:
    asides = Asides(lambda _: None, tmp_path)
    assert await asides.begin("somebody-elses") == ""
    asides.end("")


async def test_a_ledger_that_keeps_nothing_keeps_no_supervisor_from_helping(
    call: Call, facts: Facts, tmp_path: Path
) -> None:
    facts.broken = True
    assert await Asides({CALL: call}.get, tmp_path).begin(CALL) == ""
    assert facts.told() == [f"recording_started {CALL}-s1", f"recording_stopped {CALL}-s1"]


async def test_what_asterisk_refused_is_a_fault_of_the_recording(
    call: Call, facts: Facts, tmp_path: Path
) -> None:
    asides = Asides({CALL: call}.get, tmp_path)
    asides.end(await asides.begin(CALL), "refused")

    assert facts.told()[1:] == ["fault", f"recording_stopped {CALL}-s1"]
    assert facts.events[1].data == {"where": "recording", "problem": "refused"}


@pytest.mark.parametrize(
    ("recording", "aside"),
    [(aside_id(CALL, 1), True), (f"{CALL}-12", False), (CALL, False), ("-s1", False)],
)
def test_its_name_tells_it_from_the_calls_own(recording: str, aside: bool) -> None:
    assert is_aside(recording) is aside
