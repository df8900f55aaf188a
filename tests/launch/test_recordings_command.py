"""`thirdring recordings` on a real ledger and real files."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.errors import RecordingError
from calls.events import (
    AnsweredFact,
    EndedFact,
    HungUpFact,
    Offered,
    RecordingStarted,
    RecordingStopped,
)
from launch.commands import recordings
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.source import LedgerSource
from tests.recorder.house import write_tone
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken


def app() -> typer.Typer:
    built = typer.Typer()
    built.callback()(lambda: None)
    recordings.register(built)
    return built


def run(state: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        app(), ["recordings", *arguments, "--state", str(state)], catch_exceptions=False
    )
    return done.exit_code, done.output


def record_a_call(state: Path, writer: LedgerWriter, call_id: str, *, ran_s: float = 4.0) -> None:
    """A call as the channel records it, with the files Asterisk would write."""
    clock = ManualClock()
    call = Call(clock, writer, id=call_id)
    call.record(
        Offered(
            uniqueid="1.1",
            ani="13800001234",
            dnis="1000",
            caller_name="",
            direction="inbound",
            flow="greetings",
            channel="PJSIP/trunk-1",
        )
    )
    call.record(AnsweredFact(rings=1, waited_ms=0))
    recording = f"{call_id}-r1"
    call.record(
        RecordingStarted(
            recording=recording,
            caller_file=f"monitor/{recording}-in.wav",
            house_file=f"monitor/{recording}-out.wav",
        )
    )
    clock.advance_ms(round(ran_s * 1000))
    call.record(RecordingStopped(recording=recording, reason="hangup"))
    call.record(HungUpFact(by="caller"))
    call.record(EndedFact(end_reason="caller_hung_up", disposition=""))
    asyncio.run(writer.durable())
    (state / "monitor").mkdir(exist_ok=True)
    write_tone(state / "monitor" / f"{recording}-in.wav", 4.0, 440)
    write_tone(state / "monitor" / f"{recording}-out.wav", 4.0, 1000)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Two calls, one recorded whole, one cut; both taken in."""
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        record_a_call(tmp_path, writer, "20261122-021530-aaaa2222")
        record_a_call(tmp_path, writer, "20261122-021531-bbbb3333", ran_s=20)
        with LedgerReader(tmp_path / "ledger.sqlite") as reader:
            intake = RecorderIntake(tmp_path, LedgerSource(reader), writer, SystemClock())
            assert len(intake.take_in_now(most_wait_s=5).taken) == 2
    return tmp_path


GOOD = "20261122-021530-aaaa2222-r1"
CUT = "20261122-021531-bbbb3333-r1"


def test_the_fact_continues_the_numbers_of_the_call(state: Path) -> None:
    with LedgerReader(state / "ledger.sqlite") as reader:
        events = reader.events("20261122-021530-aaaa2222")

    assert [event.seq for event in events] == list(range(1, 9))
    assert [event.kind for event in events[-2:]] == ["recording_kept", "recording_measured"]


def test_a_second_start_finds_nothing_to_do(state: Path) -> None:
    with (
        LedgerWriter(state / "ledger.sqlite") as writer,
        LedgerReader(state / "ledger.sqlite") as reader,
    ):
        report = RecorderIntake(state, LedgerSource(reader), writer, SystemClock()).take_in_now()

    assert (report.taken, report.waiting) == ((), ())


def test_list_gives_every_recording_with_its_length_and_file(state: Path) -> None:
    _, output = run(state, "list", "--json")

    rows = json.loads(output)
    assert [row["recording"] for row in rows] == [GOOD, CUT]
    assert rows[0]["duration_ms"] == rows[0]["call_ms"] == 4000
    assert Path(rows[0]["file"]).is_file()
    assert rows[1]["problem"] == "cut: 4.00 s of 20.00 s were written"
    assert GOOD in run(state, "list")[1]


def test_verify_names_only_what_is_wrong_and_fails(state: Path) -> None:
    code, output = run(state, "verify")

    assert code == 1
    assert f"{CUT}: cut: 4.00 s of 20.00 s" in output
    assert GOOD not in output
    assert "2 checked, 1 with something wrong" in output


def test_a_chinese_terminal_has_recordings_and_what_is_wrong_with_them_in_chinese_in_line(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in (80, 120):
        spoken(monkeypatch, CHINESE, columns)

        rows = rows_below(run(state, "list")[1], "录音", "开始 (UTC)", "时长", "状态")

        assert [(row["录音"], row["时长"]) for row in rows if row["录音"]] == [
            (GOOD, "4.0 秒"),
            (CUT, "4.0 秒"),
        ]
        states = " ".join(row["状态"] for row in rows)
        assert states == "已入库 不完整：20.00 秒只写下了 4.00 秒"
    assert run(state, "verify") == (
        1,
        f"{CUT}：不完整：20.00 秒只写下了 4.00 秒\n核验 2 个，1 个有问题\n",
    )


def test_the_json_of_recordings_is_the_same_in_every_language(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("list", "verify"):
        spoken(monkeypatch, ENGLISH, 80)
        english = run(state, command, "--json")
        spoken(monkeypatch, CHINESE, 80)

        assert run(state, command, "--json") == english


def test_verify_of_one_good_recording_passes(state: Path) -> None:
    code, output = run(state, "verify", GOOD, "--json")

    assert code == 0
    assert [(one["recording"], one["good"]) for one in json.loads(output)] == [(GOOD, True)]


def test_verify_finds_a_flipped_byte(state: Path) -> None:
    path = next((state / "recordings").rglob(f"{GOOD}.wav"))
    raw = bytearray(path.read_bytes())
    raw[1000] ^= 1
    path.write_bytes(raw)

    code, output = run(state, "verify", GOOD, "--json")

    assert code == 1
    assert json.loads(output)[0]["findings"][0]["finding"] == "changed"


def test_no_recordings_yet_says_how_to_make_one(tmp_path: Path) -> None:
    assert "No recordings yet" in run(tmp_path, "list")[1]
    assert json.loads(run(tmp_path, "list", "--json")[1]) == []


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only player keeps a copy of what it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    played = tmp_path / "played.wav"
    (folder / "aplay").write_text(f'#!/bin/sh\n/bin/cp "$2" {played}\n')
    (folder / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return played


@pytest.mark.parametrize(("leg", "channels"), [("both", 2), ("caller", 1), ("house", 1)])
def test_play_gives_the_player_both_legs_or_one(
    state: Path, player: Path, leg: str, channels: int
) -> None:
    code, output = run(state, "play", "20261122-021530-aaaa2222", "--leg", leg)

    assert (code, output.startswith("Playing ")) == (0, True)
    with wave.open(str(player), "rb") as heard:
        assert (heard.getnchannels(), heard.getnframes()) == (channels, 32_000)


def test_without_a_player_the_place_of_the_file_is_told(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    code, output = run(state, "play", GOOD)

    assert code == 0
    assert f"{GOOD}.wav" in output.replace("\n", "")


def test_a_player_that_fails_is_quoted(state: Path, player: Path) -> None:
    script = player.parent / "bin" / "aplay"
    script.write_text("#!/bin/sh\necho no such device >&2\nexit 1\n")

    with pytest.raises(RecordingError, match=r"\(no such device\); .* thirdring recordings export"):
        run(state, "play", GOOD)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("20261122", "means several recordings"), ("nothing", "thirdring recordings list")],
)
def test_an_id_that_is_not_one_recording_is_explained(
    state: Path, wanted: str, message: str
) -> None:
    with pytest.raises(RecordingError, match=message):
        run(state, "play", wanted)
