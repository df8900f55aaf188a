"""What is measured when a recording is taken in, and what happens when it cannot be."""

from __future__ import annotations

import pytest

from calls.asides import aside_id
from calls.clock import ManualClock
from calls.errors import LedgerError
from recorder import measured as module
from recorder.catalog import Catalog, Recording
from recorder.measured import Measuring
from recorder.measuring import VERSION, Measures
from recorder.store import Store
from tests.recorder.house import House


def taken_in(house: House) -> Recording:
    """A call with a recording that is kept, and not measured yet."""
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0, tone=1000)
    house.end()
    house.intake().take_in_now(most_wait_s=5)
    kept = [event for event in house.ledger.events if event.kind != "recording_measured"]
    house.ledger.events[:] = kept
    catalog = Catalog()
    catalog.take(kept)
    return catalog.all()[0]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def measuring(house: House, clock: ManualClock) -> Measuring:
    return Measuring(Store(house.state), house.ledger, house.ledger, clock)


def broken(*_: object) -> Measures:
    raise RuntimeError("a defect in the measures")


def test_every_recording_that_is_kept_is_measured_in_the_same_breath(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0, tone=1000)
    house.end()

    house.intake().take_in_now()

    kinds = [event.kind for event in house.ledger.events]
    assert kinds[-2:] == ["recording_kept", "recording_measured"]
    fact = house.ledger.events[-1].data
    assert (fact["recording"], fact["version"]) == ("call-1-r1", VERSION)
    assert fact["caller_talk_ms"] + fact["silence_ms"] <= 4_000


def test_a_sealed_recording_is_measured_like_an_open_one(house: House) -> None:
    sealed = House(house.state, house.ledger, seal=True)
    Store(house.state, seal=True).keys.begin()
    sealed.begin()
    sealed.leg("in", 4.0)
    sealed.leg("out", 4.0)
    sealed.end()

    sealed.intake().take_in_now(most_wait_s=5)

    assert len(house.ledger.of_kind("recording_measured")) == 1


def test_a_supervisors_own_voice_is_not_measured(house: House) -> None:
    name = aside_id("call-1", 1)
    house.begin(name)
    house.leg("out", 4.0, name)
    house.end(name)

    house.intake().take_in_now(most_wait_s=5)

    assert len(house.ledger.of_kind("recording_kept")) == 1
    assert house.ledger.of_kind("recording_measured") == []


def test_a_defect_of_the_measures_never_keeps_a_recording_from_being_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "measure", broken)
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()

    report = house.intake().take_in_now()

    assert [one.kept.problem for one in report.taken] == [""]
    assert len(house.ledger.of_kind("recording_kept")) == 1
    assert house.ledger.of_kind("recording_measured") == []
    assert house.stereo().is_file()


def test_what_could_not_be_measured_is_measured_later(
    house: House, clock: ManualClock, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = taken_in(house)
    assert recording.kept is not None
    with monkeypatch.context() as patched:
        patched.setattr(module, "measure", broken)
        assert measuring.fact_of(recording, recording.kept) is None
        measuring.try_again()
        clock.advance_ms(60_000)
        measuring.try_again()  # fails once more
    assert house.ledger.of_kind("recording_measured") == []

    measuring.try_again()  # not due yet
    assert house.ledger.of_kind("recording_measured") == []
    clock.advance_ms(300_000)
    measuring.try_again()
    measuring.try_again()

    assert len(house.ledger.of_kind("recording_measured")) == 1


def test_what_can_never_be_measured_is_given_up_in_the_end(
    house: House, clock: ManualClock, measuring: Measuring
) -> None:
    recording = taken_in(house)
    assert recording.kept is not None
    house.stereo().unlink()

    measuring.fact_of(recording, recording.kept)
    for _ in range(10):
        clock.advance_ms(3_600_000)
        measuring.try_again()
    house.leg("in", 4.0)  # nothing looks for it any more
    measuring.try_again()

    assert house.ledger.of_kind("recording_measured") == []
    assert measuring._later == {}


def test_a_measure_that_the_ledger_could_not_take_is_made_again(
    house: House, clock: ManualClock, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = taken_in(house)
    assert recording.kept is not None
    with monkeypatch.context() as patched:
        patched.setattr(module, "measure", broken)
        measuring.fact_of(recording, recording.kept)
    clock.advance_ms(60_000)
    house.ledger.broken = True

    with pytest.raises(LedgerError):
        measuring.try_again()
    house.ledger.broken = False
    measuring.try_again()

    assert len(house.ledger.of_kind("recording_measured")) == 1
