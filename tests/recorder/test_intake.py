"""The way of a recording from Asterisk's monitor files into the store."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calls.errors import RecordingError
from recorder.aligning import FileClock, file_clock
from recorder.sealing.keys import Keyring
from recorder.store import Store
from recorder.wav import Mend, look_at
from tests.recorder.house import STARTED, House, unclose


def test_a_recording_is_merged_hashed_and_told_to_the_ledger(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0, tone=1000)
    house.end(ran_s=4.05)

    report = house.intake().take_in_now()

    kept = house.ledger.of_kind("recording_kept")[0]
    assert [one.recording for one in report.taken] == ["call-1-r1"]
    assert report.waiting == ()
    assert kept.data == {
        "recording": "call-1-r1",
        "file": "recordings/2026/11/22/call-1-r1.wav",
        "sha256": hashlib.sha256(house.stereo().read_bytes()).hexdigest(),
        "bytes": house.stereo().stat().st_size,
        "duration_ms": 4000,
        "problem": "",
        "begins_ms": 1_000,
        "filled": (),
        "anchors": (),
        "key": "",
        "unproved": None,
    }
    assert kept.seq == 5
    assert list((house.state / "monitor").iterdir()) == []


def test_legs_that_were_mended_by_different_times_are_as_long_as_the_file_says(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    uneven = ((Mend(8000, 240),), (Mend(8000, -160), Mend(24_000, 80)))
    monkeypatch.setattr("recorder.taking.file_clock", lambda *_: FileClock(1_000, uneven))
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0, tone=1000)
    house.end(ran_s=4.05)

    house.intake().take_in_now()

    kept = house.ledger.of_kind("recording_kept")[0].data
    assert kept["duration_ms"] == look_at(house.stereo()).duration_ms == 4_030


def test_nothing_is_taken_in_while_the_call_is_on(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    intake = house.intake()

    assert intake.take_in_now().taken == ()
    house.end()
    assert len(intake.take_in_now().taken) == 1


def test_files_still_being_written_are_waited_for(house: House) -> None:
    house.begin()
    growing = house.leg("in", 2.0)
    unclose(growing)
    house.leg("out", 4.0)
    house.end()
    intake = house.intake(settle_ms=150)

    first = intake.take_in_now()
    house.leg("in", 4.0)
    second = intake.take_in_now()

    assert first.waiting[0].why == "Asterisk has not closed the files yet"
    assert second.taken[0].kept.problem == ""
    assert second.taken[0].kept.duration_ms == 4000


def test_growth_starts_the_settling_time_again(house: House) -> None:
    house.begin()
    path = house.leg("in", 2.0)
    unclose(path)
    house.leg("out", 4.0)
    house.end()
    intake = house.intake(settle_ms=300)

    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        with path.open("ab") as file:
            file.write(bytes(320))
        assert intake.take_in_now().taken == ()
    taken = intake.take_in_now(most_wait_s=5).taken

    assert [one.recording for one in taken] == ["call-1-r1"]


def test_r1_asterisk_killed_while_recording_is_recovered_from_the_file_size(house: House) -> None:
    house.begin()
    for side in ("in", "out"):
        unclose(house.leg(side, 3.2))
    house.end(ran_s=4.0, stopped=False)

    taken = house.intake().take_in_now(most_wait_s=5).taken

    assert taken[0].kept.duration_ms == 3200
    assert "recovered: the files were never closed" in taken[0].kept.problem
    with wave.open(str(house.stereo()), "rb") as stereo:
        assert stereo.getnframes() == 25_600


def test_r2_a_file_that_a_full_disk_cut_short_is_flagged(house: House) -> None:
    house.begin()
    house.leg("in", 5.0)
    house.leg("out", 5.0)
    house.end(ran_s=17.6)

    taken = house.intake().take_in_now().taken

    assert taken[0].kept.problem == "cut: 5.00 s of 17.60 s were written"


@pytest.mark.parametrize(
    ("wrote_s", "ran_s", "cut"),
    [(97.8, 100.0, True), (98.0, 100.0, False), (9.4, 10.0, True), (9.6, 10.0, False),
     (0.8, 1.0, False), (0.6, 1.0, True)],
)  # fmt: skip
def test_cut_is_under_95_percent_or_more_than_two_seconds_short(
    house: House, wrote_s: float, ran_s: float, cut: bool
) -> None:
    house.begin()
    house.leg("in", wrote_s)
    house.leg("out", wrote_s)
    house.end(ran_s=ran_s)

    problem = house.intake().take_in_now().taken[0].kept.problem

    assert problem.startswith("cut:") is cut


def test_a_missing_leg_is_silence_and_said_so(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.end()

    taken = house.intake().take_in_now(most_wait_s=5).taken

    assert taken[0].kept.problem == "house leg missing, silence in its place"
    assert taken[0].kept.duration_ms == 4000


def test_a_shorter_leg_is_filled_up_and_said_so(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 3.0)
    house.end()

    taken = house.intake().take_in_now().taken

    assert "house leg 1.00 s shorter, filled up with silence" in taken[0].kept.problem


def test_no_file_at_all_is_told_to_the_ledger_once(house: House) -> None:
    house.begin()
    house.end()

    house.intake().take_in_now(most_wait_s=5)
    house.intake().take_in_now()

    kept = house.ledger.of_kind("recording_kept")
    assert [event.data["problem"] for event in kept] == ["missing: neither leg was written"]
    assert kept[0].data["file"] == ""


def test_a_monitor_folder_that_is_not_mounted_is_waited_for(house: House) -> None:
    house.begin()
    house.end()
    (house.state / "monitor").rmdir()

    report = house.intake(settle_ms=0).take_in_now()

    assert "is its disk mounted?" in report.waiting[0].why
    assert house.ledger.of_kind("recording_kept") == []


def test_a_file_no_one_can_read_stays_for_a_person(house: House) -> None:
    house.begin()
    path = house.leg("in", 4.0)
    raw = bytearray(path.read_bytes())
    raw[34] = 8
    path.write_bytes(raw)
    house.leg("out", 4.0)
    house.end()

    house.intake().take_in_now()
    house.intake().take_in_now()

    kept = house.ledger.of_kind("recording_kept")
    assert len(kept) == 1
    assert kept[0].data["problem"].startswith("unreadable: ")
    assert path.is_file()


def test_a_name_that_leads_out_of_the_state_folder_is_not_followed(
    house: House, tmp_path: Path
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside-in.wav"
    outside.write_bytes(b"not ours")
    house.begin(f"../../{tmp_path.name}-outside")
    house.end(f"../../{tmp_path.name}-outside")

    report = house.intake().take_in_now()

    assert outside.read_bytes() == b"not ours"
    assert report.taken == ()
    outside.unlink()


@contextmanager
def most_file_bytes(size: int) -> Iterator[None]:
    """No file of this process may grow over `size`, as on a full disk (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_loses_nothing_says_what_to_do_and_is_tried_again(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()
    intake = house.intake()

    with most_file_bytes(50_000):
        full = intake.take_in_now()

    assert "is full: free space there" in full.waiting[0].why
    assert len(list((house.state / "monitor").iterdir())) == 2
    assert [path for path in (house.state / "recordings").rglob("*.wav*")] == []
    assert len(intake.take_in_now(most_wait_s=10).taken) == 1
    assert house.stereo().stat().st_size == 44 + 4 * 8000 * 4


def test_a_ledger_that_cannot_be_written_keeps_the_raw_files(house: House) -> None:
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()
    house.ledger.broken = True
    intake = house.intake()

    report = intake.take_in_now()
    house.ledger.broken = False

    assert "ledger.sqlite: cannot be written" in report.waiting[0].why
    assert len(list((house.state / "monitor").iterdir())) == 2
    assert len(intake.take_in_now(most_wait_s=10).taken) == 1


_KILLED = """
import os, sys
from pathlib import Path
sys.path[:0] = [{root!r}]
import recorder.store, recorder.taking
from tests.recorder.house import House, MemoryLedger

point = int(sys.argv[2])
calls = 0
def deadly(act):
    def run(*arguments, **named):
        global calls
        calls += 1
        if calls == point:
            os.kill(os.getpid(), 9)
        return act(*arguments, **named)
    return run

os.fsync = deadly(os.fsync)
Path.replace = deadly(Path.replace)
Path.unlink = deadly(Path.unlink)
house = House(Path(sys.argv[1]), MemoryLedger(), seal=sys.argv[3] == "sealed")
write = house.ledger.append_late
told = house.state / "told.txt"
def tell(call_id, fact):
    write(call_id, fact)
    if fact.kind == "recording_kept":
        told.write_text(repr(fact.data()))
house.ledger.append_late = deadly(tell)
house.begin()
house.end()
house.intake().take_in_now(most_wait_s=5)
"""


@pytest.mark.parametrize("how", ["plain", "sealed"])
def test_killed_at_any_point_the_next_run_has_the_recording_once(house: House, how: str) -> None:
    house.seal = how == "sealed"
    Keyring(house.state).begin()
    root = str(Path(__file__).parents[2])
    house.leg("in", 4.0)
    house.leg("out", 4.0, tone=1000)
    raw = {path: path.read_bytes() for path in (house.state / "monitor").iterdir()}
    killed = 0
    for point in range(1, 40):
        for path, content in raw.items():
            path.write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(_KILLED.format(root=root)),
             str(house.state), str(point), how],
            cwd=root, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        killed += 1
        _recovers(house)
    assert killed >= 6
    assert done.returncode == 0


def _recovers(house: House) -> None:
    """Run again on what the killed run left; its fact counts only if it was told."""
    again = House(house.state, type(house.ledger)(), house.seal)
    again.begin()
    again.end()
    told = house.state / "told.txt"
    if told.exists():
        from ast import literal_eval

        from calls.events import RecordingKept

        again.ledger.add("call-1", RecordingKept(**literal_eval(told.read_text())), 60_000)

    again.intake().take_in_now(most_wait_s=5)

    kept = again.ledger.of_kind("recording_kept")
    digest = hashlib.sha256(house.stereo().read_bytes()).hexdigest()
    assert [(one.data["sha256"], one.data["problem"]) for one in kept] == [(digest, "")]
    assert list((house.state / "monitor").iterdir()) == []
    assert list((house.state / "recordings").rglob("*.part")) == []
    store = Store(house.state)
    (file,) = store.kept_files()
    assert store.look(file).duration_ms == 4000
    told.unlink(missing_ok=True)
    store.erase(file)


def test_raw_files_that_grew_after_the_intake_are_taken_in_again(house: House) -> None:
    house.begin()
    house.leg("in", 2.0)
    house.leg("out", 2.0)
    house.end(ran_s=2.0)
    house.intake().take_in_now()
    house.leg("in", 4.0)
    house.leg("out", 4.0)

    house.intake().take_in_now()

    kept = house.ledger.of_kind("recording_kept")
    assert [event.data["duration_ms"] for event in kept] == [2000, 4000]


def test_an_orphan_is_kept_without_a_fact(house: House) -> None:
    for side in ("in", "out"):
        path = house.leg(side, 1.0, "lost-call-r1")
        os.utime(path, (1_790_000_000, 1_790_000_000))

    house.intake().take_in_now()

    kept = list(Store(house.state).kept_files())
    assert [Path(file).name for file in kept] == ["lost-call-r1.wav"]
    assert list((house.state / "monitor").iterdir()) == []
    assert house.ledger.events == []


def test_a_fresh_file_without_a_fact_is_left_alone(house: House) -> None:
    house.leg("in", 1.0, "just-begun-r1")

    house.intake(settle_ms=60_000).take_in_now()

    assert len(list((house.state / "monitor").iterdir())) == 1


def test_two_processes_never_take_in_at_once(house: House) -> None:
    with Store(house.state).alone() as first:
        assert first
        with pytest.raises(RecordingError, match="another process takes in"):
            house.intake().take_in_now()


def test_the_thread_follows_the_ledger_and_stops(house: House) -> None:
    intake = house.intake()
    intake.start()
    house.begin()
    house.leg("in", 4.0)
    house.leg("out", 4.0)
    house.end()
    until = time.monotonic() + 20
    while not house.ledger.of_kind("recording_kept") and time.monotonic() < until:
        os.sched_yield()

    intake.stop()

    assert len(house.ledger.of_kind("recording_kept")) == 1


def test_one_recording_that_nobody_can_make_sense_of_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("call-1", "call-2"):
        recording = f"{name}-r1"
        house.begin(recording, name)
        house.leg("in", 4.0, recording)
        house.leg("out", 4.0, recording, tone=1000)
        house.end(recording, name)

    def strange(*given: Any) -> FileClock:
        if given[2].id == "call-1-r1":
            raise ZeroDivisionError
        return file_clock(*given)

    monkeypatch.setattr("recorder.taking.file_clock", strange)
    report = house.intake().take_in_now()

    assert [one.recording for one in report.taken] == ["call-2-r1"]
    assert [(one.recording, one.why) for one in report.waiting] == [
        ("call-1-r1", "ZeroDivisionError()")
    ]
    assert (house.state / "monitor" / "call-1-r1-in.wav").is_file()


def test_files_written_by_another_clock_add_no_hours_of_silence(house: House) -> None:
    house.begin()
    a_day_on = (STARTED + timedelta(days=1)).timestamp()
    for leg in ("in", "out"):
        os.utime(house.leg(leg, 4.0), (a_day_on, a_day_on))
    intake = house.intake()
    intake.take_in_now()
    house.end()

    (taken,) = intake.take_in_now().taken

    assert taken.kept.duration_ms == 4000
