"""The intake when recordings are sealed: what is lost and what is not when something goes wrong."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from calls.events import RecordingErased
from recorder.catalog import Catalog
from recorder.sealing.keys import FileKey, Keyring
from recorder.store import Store
from recorder.verify import Checked, Finding, check, owners, verify
from tests.recorder.house import House
from tests.recorder.test_intake import most_file_bytes


@pytest.fixture
def sealed(house: House) -> House:
    house.seal = True
    Keyring(house.state).begin()
    return house


def record(house: House, recording: str = "call-1-r1", call_id: str = "call-1") -> None:
    house.begin(recording, call_id)
    house.leg("in", 4.0, recording)
    house.leg("out", 4.0, recording, tone=1000)
    house.end(recording, call_id)


def checked(house: House) -> dict[str, Checked]:
    catalog = Catalog()
    catalog.take(house.ledger.events)
    return {one.recording: one for one in verify(Store(house.state), catalog.all())}


def test_the_fact_tells_the_key_and_the_bytes_that_lie_there(sealed: House) -> None:
    record(sealed)

    sealed.intake().take_in_now()

    data = sealed.ledger.of_kind("recording_kept")[0].data
    raw = sealed.stereo().read_bytes()
    assert data["file"] == "recordings/2026/11/22/call-1-r1.wav.sealed"
    assert (data["bytes"], data["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert data["key"] == Keyring(sealed.state).current_id()
    assert checked(sealed)["call-1-r1"].good


def test_a_lost_key_leaves_the_raw_files_until_it_is_back(sealed: House) -> None:
    record(sealed)
    key = next((sealed.state / "keys").glob("*.kek"))
    text = key.read_text()
    key.unlink()
    intake = sealed.intake()

    waiting = intake.take_in_now().waiting
    key.write_text(text)
    taken = intake.take_in_now(most_wait_s=10).taken

    assert "the key is not there; put it back" in waiting[0].why
    assert [one.recording for one in taken] == ["call-1-r1"]
    assert list((sealed.state / "monitor").iterdir()) == []


def test_a_full_disk_leaves_no_half_of_a_sealed_file(sealed: House) -> None:
    record(sealed)
    intake = sealed.intake()

    with most_file_bytes(70_000):
        full = intake.take_in_now()

    assert "is full: free space there" in full.waiting[0].why
    assert len(list((sealed.state / "monitor").iterdir())) == 2
    assert list((sealed.state / "recordings").rglob("*call-1*")) == []
    assert len(intake.take_in_now(most_wait_s=10).taken) == 1
    assert checked(sealed)["call-1-r1"].good


def test_a_disk_that_fails_at_any_write_costs_nothing(
    sealed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sync and each rename in turn finds the disk full, until one pass succeeds."""
    record(sealed)
    raw = {path.name: path.read_bytes() for path in (sealed.state / "monitor").iterdir()}
    failing = Failing(monkeypatch)
    for point in range(1, 40):
        failing.at(point)
        taken = sealed.intake().take_in_now().taken
        if taken:
            break
        assert {
            path.name: path.read_bytes() for path in (sealed.state / "monitor").iterdir()
        } == raw
        store = Store(sealed.state)  # only the last sync, of the folder, may leave a file: whole
        assert all(store.look(file).duration_ms == 4000 for file in store.kept_files())
        assert list(sealed.state.rglob("*.part")) == []
        assert sealed.ledger.of_kind("recording_kept") == []

    assert point >= 5
    assert checked(sealed)["call-1-r1"].good


class Failing:
    """Lets the n-th sync or rename find the disk full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._left = 0
        monkeypatch.setattr(os, "fsync", self._counted(os.fsync))
        monkeypatch.setattr(Path, "replace", self._counted(Path.replace))

    def at(self, point: int) -> None:
        self._left = point

    def _counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return act(*arguments)

        return run


def test_what_a_killed_recorder_left_half_written_goes_and_the_recording_is_whole(
    sealed: House,
) -> None:
    record(sealed)
    half = sealed.stereo().with_name(f".{sealed.stereo().name}.part")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"TRSEALED half of it")

    sealed.intake().take_in_now()

    assert not half.exists()
    assert checked(sealed)["call-1-r1"].good


def test_raw_files_that_no_call_names_are_sealed_too(sealed: House) -> None:
    for side in ("in", "out"):
        os.utime(sealed.leg(side, 1.0, "lost-r1"), (1_000_000_000, 1_000_000_000))

    sealed.intake().take_in_now()

    (file,) = Store(sealed.state).kept_files()
    assert file == "recordings/2001/09/09/lost-r1.wav.sealed"
    assert Store(sealed.state).look(file).duration_ms == 1000
    assert [finding for finding, _ in checked(sealed)[""].findings] == [Finding.ORPHAN]


# ---- what verify names ------------------------------------------------------------------------


@pytest.fixture
def kept(sealed: House) -> Path:
    """Two sealed recordings that were taken in well; gives the first."""
    record(sealed)
    record(sealed, "call-2-r1", "call-2")
    sealed.intake().take_in_now()
    return sealed.stereo()


def only(found: dict[str, Checked], recording: str) -> tuple[Finding, str]:
    """The one finding of one recording, when all others are good."""
    assert all(one.good for name, one in found.items() if name != recording)
    (finding,) = found[recording].findings
    return finding


def test_one_flipped_byte_of_sound_is_named_with_its_chunk(sealed: House, kept: Path) -> None:
    raw = bytearray(kept.read_bytes())
    raw[100_000] ^= 1
    kept.write_bytes(raw)

    finding, detail = only(checked(sealed), "call-1-r1")

    assert finding is Finding.CHANGED
    assert "chunk 2 of 2" in detail


def test_two_files_that_changed_places_name_each_other(sealed: House, kept: Path) -> None:
    other = sealed.stereo("call-2-r1")
    first, second = kept.read_bytes(), other.read_bytes()
    kept.write_bytes(second)
    other.write_bytes(first)

    found = checked(sealed)

    assert [found[f"call-{n}-r1"].findings[0][0] for n in (1, 2)] == [Finding.SWAPPED] * 2
    assert "holds recording call-2-r1" in found["call-1-r1"].findings[0][1]
    assert "holds recording call-1-r1" in found["call-2-r1"].findings[0][1]


def test_two_plain_files_that_changed_places_name_each_other(house: House) -> None:
    record(house)
    house.begin("call-2-r1", "call-2")
    house.leg("in", 3.0, "call-2-r1")
    house.leg("out", 3.0, "call-2-r1")
    house.end("call-2-r1", "call-2", ran_s=3.0)
    house.intake().take_in_now()
    one, other = house.stereo(), house.stereo("call-2-r1")
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)

    found = checked(house)

    assert [found[f"call-{n}-r1"].findings[0][0] for n in (1, 2)] == [Finding.SWAPPED] * 2


def test_a_cut_tail_is_named(sealed: House, kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-1000])

    finding, detail = only(checked(sealed), "call-1-r1")

    assert finding is Finding.CUT
    assert "the last, is cut" in detail


def test_a_recording_whose_key_is_gone_is_named(sealed: House, kept: Path) -> None:
    assert kept.is_file()
    next((sealed.state / "keys" / "files").rglob("call-1-r1.key")).unlink()

    finding, detail = only(checked(sealed), "call-1-r1")

    assert finding is Finding.NO_KEY
    assert "restore it from a backup of the keys" in detail


def test_two_keys_that_changed_places_are_named(sealed: House, kept: Path) -> None:
    assert kept.is_file()
    folder = sealed.state / "keys" / "files" / "2026" / "11" / "22"
    one, other = folder / "call-1-r1.key", folder / "call-2-r1.key"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)

    found = checked(sealed)

    assert [found[f"call-{n}-r1"].findings[0][0] for n in (1, 2)] == [Finding.DAMAGED] * 2


def test_an_erased_recording_is_no_finding_until_a_backup_brings_it_back(
    sealed: House, kept: Path
) -> None:
    raw = kept.read_bytes()
    Store(sealed.state).erase("recordings/2026/11/22/call-1-r1.wav.sealed")
    erased = RecordingErased(recording="call-1-r1", why="asked", by="admin")
    sealed.ledger.add("call-1", erased, 70_000)

    assert checked(sealed)["call-1-r1"].good
    kept.write_bytes(raw)
    finding, detail = only(checked(sealed), "call-1-r1")
    assert finding is Finding.NOT_ERASED
    assert "is there again" in detail


def test_an_erased_recording_is_no_work_for_the_intake(sealed: House, kept: Path) -> None:
    assert kept.is_file()
    Store(sealed.state).erase("recordings/2026/11/22/call-1-r1.wav.sealed")
    erased = RecordingErased(recording="call-1-r1", why="asked", by="admin")
    sealed.ledger.add("call-1", erased, 70_000)

    report = sealed.intake().take_in_now()

    assert (report.taken, report.waiting) == ((), ())


def test_a_key_that_belongs_to_no_recording_is_named(sealed: House, kept: Path) -> None:
    assert kept.is_file()
    Keyring(sealed.state).file_key("recordings/2026/11/22/ghost-r1.wav.sealed", make=True)

    found = checked(sealed)[""]

    assert (found.file, found.findings[0][0]) == ("keys/ghost-r1", Finding.ORPHAN)


def test_one_recording_alone_can_be_checked(sealed: House, kept: Path) -> None:
    assert kept.is_file()
    catalog = Catalog()
    catalog.take(sealed.ledger.events)
    (one, _) = catalog.all()

    assert check(Store(sealed.state), one).good
    assert len(owners(catalog.all())) == 2


@pytest.mark.parametrize(
    "left", ["monitor/call-1-r1-in.wav", "recordings/2026/11/22/call-1-r1.wav"]
)
def test_sound_in_the_clear_that_came_back_after_erasing_is_named(
    sealed: House, kept: Path, left: str
) -> None:
    assert kept.is_file()
    Store(sealed.state).erase("recordings/2026/11/22/call-1-r1.wav.sealed")
    erased = RecordingErased(recording="call-1-r1", why="asked", by="admin")
    sealed.ledger.add("call-1", erased, 70_000)
    (sealed.state / left).write_bytes(b"in the clear")

    finding, detail = only(checked(sealed), "call-1-r1")

    assert finding is Finding.NOT_ERASED
    assert left in detail


def test_a_file_left_in_the_clear_goes_when_the_sealed_one_is_kept(sealed: House) -> None:
    record(sealed)
    plain = sealed.stereo().with_name("call-1-r1.wav")
    plain.parent.mkdir(parents=True)
    plain.write_bytes(b"what a server that did not seal had just written when it was killed")

    sealed.intake().take_in_now()

    assert not plain.exists()
    assert sealed.stereo().is_file()


def test_a_key_that_was_made_meanwhile_is_not_written_over(
    sealed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, other = Keyring(sealed.state), Keyring(sealed.state)
    ring.begin()
    file, locked = "recordings/2026/11/22/x.wav.sealed", Keyring._locked
    made: list[FileKey] = []

    def late(one: Keyring) -> AbstractContextManager[None]:
        if one is ring and not made:
            made.append(other.file_key(file, make=True))
        return locked(one)

    monkeypatch.setattr(Keyring, "_locked", late)

    assert ring.file_key(file, make=True).key == made[0].key
