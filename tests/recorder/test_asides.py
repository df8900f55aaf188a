"""A supervisor's own voice on its way into the store: one leg, and nothing amiss about it."""

from __future__ import annotations

import wave

import numpy as np

from calls.events import RecordingStopped
from recorder.orphans import take_in_orphans
from recorder.store import Store
from tests.recorder.house import STARTED, House, tone_of

ASIDE = "call-1-s1"
_STOPPED = RecordingStopped(recording=ASIDE, reason="aside_over")


def test_it_is_kept_in_the_houses_place_beside_the_call_and_lacks_nothing(house: House) -> None:
    house.begin()
    house.begin(ASIDE)
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.leg("out", 2.0, ASIDE, tone=1500)
    house.ledger.add("call-1", _STOPPED, 3_000)
    house.end()

    report = house.intake(settle_ms=60_000).take_in_now()

    kept = {one.data["recording"]: one.data for one in house.ledger.of_kind("recording_kept")}
    assert report.waiting == ()
    assert [kept[name]["problem"] for name in ("call-1-r1", ASIDE)] == ["", ""]
    assert kept[ASIDE]["duration_ms"] == 2000
    with wave.open(str(house.stereo(ASIDE))) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    assert not both[:, 0].any()
    assert np.array_equal(both[:, 1], tone_of(2.0, 1500))
    assert list((house.state / "monitor").iterdir()) == []


def test_one_that_was_never_written_is_told_so(house: House) -> None:
    house.begin()
    house.begin(ASIDE)
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()

    intake = house.intake(settle_ms=0)
    intake.take_in_now()
    intake.take_in_now()

    kept = {one.data["recording"]: one.data for one in house.ledger.of_kind("recording_kept")}
    assert kept["call-1-r1"]["problem"] == ""
    assert kept[ASIDE]["problem"] == "missing: nothing was written"


def test_one_that_no_fact_names_is_taken_in_as_an_orphan(house: House) -> None:
    house.leg("out", 1.0, ASIDE)
    store = Store(house.state)

    late = STARTED.replace(year=2999)
    written = take_in_orphans(store, [f"monitor/{ASIDE}-out.wav"], late)

    assert len(written) == 1
    assert ASIDE in written[0]
