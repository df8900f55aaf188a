"""What the ledger says against what is on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.catalog import Catalog
from recorder.store import Store
from recorder.verify import Checked, Finding, verify
from tests.recorder.house import House, unclose


def checked(house: House) -> list[Checked]:
    catalog = Catalog()
    catalog.take(house.ledger.events)
    return list(verify(Store(house.state), catalog.all()))


def findings(house: House) -> list[Finding]:
    return [finding for one in checked(house) for finding, _ in one.findings]


@pytest.fixture
def kept(house: House) -> Path:
    """A recording that was taken in well."""
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()
    house.intake().take_in_now()
    return house.stereo()


@pytest.mark.usefixtures("kept")
def test_a_good_recording_has_no_finding(house: House) -> None:
    assert [one.good for one in checked(house)] == [True]


@pytest.mark.parametrize("offset", [0, 45, -1])
def test_one_flipped_byte_anywhere_is_named(house: House, kept: Path, offset: int) -> None:
    raw = bytearray(kept.read_bytes())
    raw[offset] ^= 0x10
    kept.write_bytes(raw)

    assert findings(house) == [Finding.CHANGED]


def test_a_lost_file_is_named_with_the_remedy(house: House, kept: Path) -> None:
    kept.unlink()

    found = checked(house)[0]

    assert found.findings[0][0] is Finding.MISSING
    assert "restore it from a backup" in found.findings[0][1]
    assert found.recording == "call-1-r1"


def test_a_file_cut_afterwards_is_named(house: House, kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-4000])

    assert findings(house) == [Finding.CUT]


def test_a_recording_shorter_than_its_call_is_named(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end(ran_s=20)
    house.intake().take_in_now()

    assert findings(house) == [Finding.CUT]


def test_a_recovered_recording_is_named_with_what_it_lacks(house: House) -> None:
    house.begin()
    for side in ("in", "out"):
        unclose(house.leg(side, 4.0))
    house.end()
    house.intake().take_in_now(most_wait_s=5)

    assert findings(house) == [Finding.DAMAGED]


def test_a_recording_that_never_had_a_file_is_named(house: House) -> None:
    house.begin()
    house.end()
    house.intake().take_in_now(most_wait_s=5)

    assert findings(house) == [Finding.MISSING]


def test_what_waits_for_intake_is_named(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.end()

    assert findings(house) == [Finding.WAITING]


def test_a_running_recording_is_no_finding(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)

    assert findings(house) == []


@pytest.mark.usefixtures("kept")
def test_a_file_nobody_speaks_of_is_an_orphan(house: House) -> None:
    (house.state / "recordings" / "stray.wav").write_bytes(b"?")
    house.leg("in", 1.0, "unknown-r1")

    found = [one for one in checked(house) if not one.good]

    assert [(one.file, one.findings[0][0]) for one in found] == [
        ("recordings/stray.wav", Finding.ORPHAN),
        ("monitor/unknown-r1-in.wav", Finding.ORPHAN),
    ]


def test_a_file_that_cannot_be_read_is_a_finding_and_not_the_end(house: House, kept: Path) -> None:
    kept.unlink()
    kept.mkdir()

    ((finding, detail),) = checked(house)[0].findings

    assert finding is Finding.DAMAGED
    assert "cannot be read" in detail
