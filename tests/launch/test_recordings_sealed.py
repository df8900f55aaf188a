"""`thirdring recordings` on sealed recordings: keys, export, erasing with and without a server."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from calls.clock import SystemClock
from calls.errors import LostKeyError, RecordingError, SealBrokenError, WorkError
from launch.quality.sound import wave_lines
from launch.recordings.erasing import make_keeper
from launch.recordings.holds import BookHolds
from launch.serving.clock_watch import ClockWatch
from launch.serving.sealing import begin_sealing
from launch.settings.recorder import RecorderSettings, RetentionSettings
from launch.settings.site import load_settings
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from ledger.verify import verify
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.source import LedgerSource
from recorder.store import Store
from tests.launch.test_recordings_command import record_a_call, run

ONE, TWO = "20261122-021530-aaaa2222", "20261122-021531-bbbb3333"


def intake_of(state: Path, reader: LedgerReader, writer: LedgerWriter) -> RecorderIntake:
    source = LedgerSource(reader)
    watch = ClockWatch(SystemClock(), None)
    keeper = make_keeper(state, source, writer, RetentionSettings(), watch)
    return RecorderIntake(state, source, writer, SystemClock(), seal=True, between=keeper.work)


@contextmanager
def a_server(state: Path) -> Iterator[None]:
    """The parts of `serve` that hold the ledger and the recordings."""
    with LedgerWriter(state / "ledger.sqlite") as writer, LedgerReader(writer.path) as reader:
        intake = intake_of(state, reader, writer)
        intake.start()
        try:
            yield
        finally:
            intake.stop()


@pytest.fixture(autouse=True)
def own_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs stay those of the test: the runner's error stream is closed after each command."""
    monkeypatch.setattr("launch.logs.set_up_logs", lambda level: None)


def json_of(output: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(output[output.index("{\n") :])
    return told


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Two calls with sealed recordings."""
    assert begin_sealing(RecorderSettings(), tmp_path)
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        record_a_call(tmp_path, writer, ONE)
        record_a_call(tmp_path, writer, TWO)
        with LedgerReader(tmp_path / "ledger.sqlite") as reader:
            taken = intake_of(tmp_path, reader, writer).take_in_now(most_wait_s=5).taken
            assert len(taken) == 2
    return tmp_path


def erased(state: Path, call_id: str) -> list[dict[str, object]]:
    with LedgerReader(state / "ledger.sqlite") as reader:
        found = reader.events(call_id)
    return [dict(event.data) for event in found if event.kind == "recording_erased"]


def looks(state: Path) -> list[tuple[str, str]]:
    with QualityBook.open(state / "quality.sqlite") as book:
        found = [event for day in book.streams("looks/") for event in book.events(day)]
    return [(event.data["action"], event.data["subject"]) for event in found]


def test_a_sealed_recording_is_listed_with_its_key_and_verified(state: Path) -> None:
    rows = json.loads(run(state, "list", "--json")[1])

    assert {row["key"] for row in rows} == {Store(state).keys.current_id()}
    assert all(row["file"].endswith(".wav.sealed") for row in rows)
    assert run(state, "verify")[0] == 0


def test_play_gives_the_player_the_open_sound(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, played = tmp_path / "bin", tmp_path / "played.wav"
    folder.mkdir()
    (folder / "aplay").write_text(f'#!/bin/sh\n/bin/cp "$2" {played}\n')
    (folder / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))

    assert run(state, "play", ONE)[0] == 0

    with wave.open(str(played), "rb") as heard:
        assert (heard.getnchannels(), heard.getnframes()) == (2, 32_000)
    assert looks(state) == [("played", f"recording/{ONE}-r1")]


@pytest.mark.parametrize(("leg", "channels"), [("both", 2), ("house", 1)])
def test_export_writes_an_open_wav_for_its_owner_and_logs_it(
    state: Path, tmp_path: Path, leg: str, channels: int
) -> None:
    out = tmp_path / "out.wav"

    asked = ("--leg", leg, "--why", "court order 7")
    assert run(state, "export", ONE, "--to", str(out), *asked)[0] == 0

    with wave.open(str(out), "rb") as heard:
        assert (heard.getnchannels(), heard.getnframes()) == (channels, 32_000)
    assert out.stat().st_mode & 0o077 == 0
    assert looks(state) == [("exported", f"recording/{ONE}-r1")]
    with QualityBook.open(state / "quality.sqlite") as book:
        (day,) = book.streams("looks/")
        (look,) = book.events(day)
    assert look.data["reason"] == "court order 7"


def test_a_hurt_recording_is_exported_only_with_silence_for_what_is_lost(
    state: Path, tmp_path: Path
) -> None:
    path = next((state / "recordings").rglob(f"{ONE}*"))
    raw = bytearray(path.read_bytes())
    raw[90_000] ^= 1
    path.write_bytes(raw)
    out = tmp_path / "out.wav"

    with pytest.raises(SealBrokenError, match="chunk 2 of 2"):
        run(state, "export", ONE, "--to", str(out))
    assert not out.exists()
    code, output = run(state, "export", ONE, "--to", str(out), "--salvage")

    assert code == 0
    assert "2.0 s to 4.0 s is lost" in output
    with wave.open(str(out), "rb") as heard:
        first, second = heard.readframes(16_000), heard.readframes(16_000)
    assert any(first)
    assert not any(second[-50_000:])
    assert len(first) + len(second) == 128_000


def test_a_lost_key_says_where_it_should_be(state: Path, tmp_path: Path) -> None:
    next((state / "keys").glob("*.kek")).unlink()

    with pytest.raises(LostKeyError, match="put it back from where you keep its copy"):
        run(state, "export", ONE, "--to", str(tmp_path / "out.wav"))
    code, output = run(state, "verify")
    assert code == 1
    assert f"{ONE}-r1: no key: " in output


def test_the_terminal_says_what_is_wrong_with_the_sound_in_place_of_its_wave(state: Path) -> None:
    legs = ("caller", "house")
    assert len(wave_lines(state, ONE, 60, [], [], legs)) > 2
    path = next((state / "recordings").rglob(f"{ONE}*"))
    raw = bytearray(path.read_bytes())
    raw[90_000] ^= 1
    path.write_bytes(raw)
    (hurt,) = wave_lines(state, ONE, 60, [], [], legs)
    next((state / "keys").glob("*.kek")).unlink()
    (lost,) = wave_lines(state, TWO, 60, [], [], legs)

    assert "chunk 2 of 2, the last, is cut or edited" in hurt
    assert "the key is not there; put it back" in lost


def test_erasing_without_a_server_is_done_at_once_and_the_call_stays(state: Path) -> None:
    code, output = run(state, "erase", ONE, "--why", "the caller asked", "--yes")

    assert code == 0
    assert f"{ONE}-r1: erased (no server runs: done here); the ledger keeps the call" in output
    assert [(one["why"], str(one["by"])[:9]) for one in erased(state, ONE)] == [
        ("asked", "terminal:")
    ]
    assert looks(state) == [("erased", f"recording/{ONE}-r1")]
    assert not list((state / "orders").glob("*.order"))
    assert verify(state / "ledger.sqlite").findings == ()
    assert run(state, "verify")[0] == 0
    with pytest.raises(RecordingError, match="it was erased, nobody can hear it again"):
        run(state, "play", ONE)
    rows = json.loads(run(state, "list", "--json")[1])
    assert [row["state"] for row in rows] == ["erased", "kept"]


def test_erasing_again_says_that_it_was_erased_before(state: Path) -> None:
    run(state, "erase", ONE, "--why", "the caller asked", "--yes")

    code, output = run(state, "erase", ONE, "--why", "the caller asked again", "--yes")

    assert code == 0
    assert f"{ONE}-r1: erased before" in output
    assert "done here" not in output
    assert len(erased(state, ONE)) == 1


def test_an_erasing_that_was_killed_half_way_is_finished_by_the_next_server(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_writer: LedgerWriter, _call_id: str, _fact: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LedgerWriter, "append_late", killed)
        run(state, "erase", ONE, "--why", "the caller asked", "--yes")
    before = erased(state, ONE)
    with LedgerWriter(state / "ledger.sqlite") as writer, LedgerReader(writer.path) as reader:
        intake_of(state, reader, writer).take_in_now()

    assert before == []
    assert len(erased(state, ONE)) == 1
    assert list((state / "orders").glob("*.order")) == []


def test_erasing_with_a_server_is_done_by_the_server(state: Path) -> None:
    with a_server(state):
        code, output = run(state, "erase", ONE, "--why", "the caller asked", "--yes", "--json")

    told = json_of(output)
    assert (code, told["by_server"], told["erased"]) == (0, True, [f"{ONE}-r1"])
    assert len(erased(state, ONE)) == 1
    assert list((state / "orders").glob("*.order")) == []


def test_the_command_line_prints_json_and_nothing_else(state: Path) -> None:
    order = ["recordings", "erase", ONE, "--why", "asked", "--yes", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "launch", *order, "--state", str(state)],
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout)["erased"] == [f"{ONE}-r1"]


def test_erasing_asks_first(state: Path) -> None:
    code, _ = run(state, "erase", ONE, "--why", "slip of the hand")

    assert code == 1
    assert erased(state, ONE) == []


@pytest.mark.parametrize("served", [False, True])
def test_a_held_call_is_not_erased(state: Path, served: bool) -> None:
    run(state, "hold", ONE, "--reason", "case 42")

    if served:
        with a_server(state):
            code, output = run(state, "erase", ONE, "--why", "asked", "--yes")
    else:
        code, output = run(state, "erase", ONE, "--why", "asked", "--yes")

    assert code == 1
    assert "left as it is: held: case 42" in output
    assert erased(state, ONE) == []


def test_holds_are_listed_and_lifted(state: Path) -> None:
    assert "No call is held" in run(state, "holds")[1]
    run(state, "hold", ONE[:20], "--reason", "case 42")
    assert json.loads(run(state, "holds", "--json")[1]) == [{"call": ONE, "reason": "case 42"}]
    with pytest.raises(WorkError, match="held already: case 42"):
        run(state, "hold", ONE, "--reason", "again")

    run(state, "unhold", ONE, "--reason", "case closed")

    assert BookHolds(state).reasons() == {}
    with pytest.raises(WorkError, match="is not held"):
        run(state, "unhold", ONE, "--reason", "again")


def test_retention_by_hand_says_first_what_is_due(state: Path, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text("[retention]\ndays = 36500\n")
    before = run(state, "retain", "--dry-run", "--config", str(config))[1]
    run(state, "hold", ONE, "--reason", "case 42")
    config.write_text("[retention]\ndays = 1\n")

    dry = run(state, "retain", "--dry-run", "--config", str(config))[1]
    code, output = run(state, "retain", "--config", str(config), "--json")

    assert "0 recordings are due" in before
    assert f"{TWO}-r1" in dry
    assert "1 recordings are due, 1 of held calls stay." in dry
    assert (code, json_of(output)) == (0, {"erased": 1, "left": 1})
    assert erased(state, TWO) == [{"recording": f"{TWO}-r1", "why": "retention", "by": "system"}]


def test_retention_follows_the_queue_of_the_call(state: Path) -> None:
    import sqlite3
    from contextlib import closing
    from datetime import UTC, datetime

    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE calls SET queue = 'support' WHERE id = ?", (ONE,))
    later = datetime(2999, 1, 1, tzinfo=UTC)
    with LedgerReader(state / "ledger.sqlite") as reader:
        due = [
            [row.call_id for row in reader.recordings_due(before, of_queues, 10)]
            for before, of_queues in (
                (later, {}),
                (later, {"support": None}),
                (None, {"support": later}),
                (None, {}),
            )
        ]

    assert due == [[ONE, TWO], [TWO], [ONE], []]


def test_a_server_looks_after_retention_itself(state: Path) -> None:
    with a_server(state):
        code, output = run(state, "retain")

    assert code == 1
    assert "A server runs here" in output


# ---- keys -------------------------------------------------------------------------------------


def test_keys_are_listed_and_rotated(state: Path) -> None:
    old = Store(state).keys.current_id()
    assert "2 recordings  in use" in run(state, "keys", "list")[1]

    told = json_of(run(state, "keys", "rotate", "--json")[1])

    assert told["wrapped"] == 2
    assert told["no_longer_needed"] == [old]
    (state / "keys" / f"{old}.kek").unlink()
    assert run(state, "verify")[0] == 0


def test_a_rotation_that_was_stopped_is_finished_with_the_same_key(state: Path) -> None:
    ring = Store(state).keys
    new, _ = ring.new()
    ring.wrap_again(next(ring.kept())[0])

    output = run(state, "keys", "rotate")[1]

    assert f"1 recordings are wrapped with {new.id} now." in output
    assert Store(state).keys.current_id() == new.id


def test_one_damaged_key_stops_no_other_and_is_named(state: Path) -> None:
    ring = Store(state).keys
    old = ring.current_id()
    damaged = state / "keys" / "files" / next(ring.kept())[0]
    damaged.write_bytes(b"{")

    listed, told = run(state, "keys", "list")
    rotated, done = run(state, "keys", "rotate")

    assert (listed, rotated) == (1, 1)
    assert "1 recordings  in use" in told
    assert f"{damaged}: is damaged; restore it from a backup of the keys" in " ".join(told.split())
    assert "1 recordings are wrapped with" in done
    assert f"{damaged}: is damaged" in done
    assert f"No recording needs {old}" not in done


def test_a_key_that_is_needed_and_gone_is_told_by_list(state: Path) -> None:
    next((state / "keys").glob("*.kek")).unlink()

    code, output = run(state, "keys", "list")

    assert code == 1
    assert "the key is not there" in output


def test_new_keys_and_printed_ones(state: Path, tmp_path: Path) -> None:
    old = Store(state).keys.current_id()
    assert "copy it to a safe place elsewhere" in run(state, "keys", "new")[1]
    assert Store(state).keys.current_id() != old
    assert run(state, "keys", "use", old)[0] == 0
    assert Store(state).keys.current_id() == old
    assert run(state, "keys", "new", "--print")[1].startswith("thirdring-key 1 ")
    assert "No key yet" in run(tmp_path / "empty", "keys", "list")[1]


# ---- settings and the start of a server -------------------------------------------------------


def test_the_first_start_makes_a_key_and_a_later_one_does_not(tmp_path: Path) -> None:
    assert begin_sealing(RecorderSettings(), tmp_path)
    first = Store(tmp_path).keys.current_id()

    assert begin_sealing(RecorderSettings(), tmp_path)
    assert Store(tmp_path).keys.current_id() == first


def test_keys_elsewhere_by_settings(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text(f'[recorder]\nkeys = "{tmp_path / "usb"}"\n')

    begin_sealing(load_settings(config).recorder, tmp_path / "state")

    assert len(list((tmp_path / "usb").glob("*.kek"))) == 1


def test_sealing_can_be_switched_off(tmp_path: Path) -> None:
    assert not begin_sealing(RecorderSettings(seal=False), tmp_path)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[recorder]\nkeys = "a"\nkey_command = ["x", "{key}"]', "not both"),
        ('[recorder]\nkey_command = ["x"]', "needs {key}"),
        ('[retention]\nat = "25:00"', "retention.at"),
        ("[retention]\ndays = -1", "retention.days"),
        ('[retention.queues]\n"a b" = 3', "retention.queues"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, message: str) -> None:
    from calls.errors import ConfigError

    config = tmp_path / "site.toml"
    config.write_text(text)

    with pytest.raises(ConfigError, match=message):
        load_settings(config)
