"""`thirdring recordings play` of a call that was paused for a card number."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.events import (
    AnsweredFact,
    EndedFact,
    HungUpFact,
    Offered,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
)
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.source import LedgerSource
from tests.launch.test_recordings_command import app
from tests.recorder.house import write_tone

CALL_ID = "20261122-021530-aaaa2222"


def part(state: Path, call: Call, clock: ManualClock, number: int, seconds: float) -> None:
    """One part, begun 3 ms after it was asked for; it ends now."""
    name = f"{CALL_ID}-{number}"
    legs = [f"monitor/{name}-{leg}.wav" for leg in ("in", "out")]
    call.record(RecordingStarted(recording=name, caller_file=legs[0], house_file=legs[1]))
    clock.advance_ms(3)
    call.recording, call.recording_began_ms = name, call.elapsed_ms()
    (state / "monitor").mkdir(exist_ok=True)
    for leg, hz in zip(legs, (440, 1000), strict=True):
        write_tone(state / leg, seconds, hz)
    clock.advance_ms(round(seconds * 1000))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """2 s, a pause of 5 s, 1 s; taken in."""
    clock = ManualClock()
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        call = Call(clock, writer, id=CALL_ID)
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
        clock.advance_ms(1_000)
        call.record(AnsweredFact(rings=1, waited_ms=1_000))
        part(tmp_path, call, clock, 1, 2.0)
        call.recording_over("paused")
        call.record(RecordingPaused(recording=f"{CALL_ID}-1"))
        clock.advance_ms(5_000)
        part(tmp_path, call, clock, 2, 1.0)
        call.record(RecordingResumed(recording=f"{CALL_ID}-2"))
        call.recording_over("call_ended")
        call.record(HungUpFact(by="caller"))
        call.record(EndedFact(end_reason="caller_hung_up", disposition=""))
        asyncio.run(writer.durable())
        with LedgerReader(tmp_path / "ledger.sqlite") as reader:
            intake = RecorderIntake(tmp_path, LedgerSource(reader), writer, SystemClock())
            assert len(intake.take_in_now(most_wait_s=5).taken) == 2
    return tmp_path


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the machine's only player was given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "aplay").write_text(f'#!/bin/sh\n/bin/cp "$2" {tmp_path}/played.wav\n')
    (folder / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return tmp_path / "played.wav"


def run(state: Path, *arguments: str) -> str:
    done = CliRunner().invoke(
        app(), ["recordings", *arguments, "--state", str(state)], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("wanted", [CALL_ID, CALL_ID[:18]])
def test_the_whole_call_is_heard_with_silence_as_long_as_the_pause(
    state: Path, played: Path, wanted: str
) -> None:
    output = run(state, "play", wanted)

    assert "0:03 to 0:08: no sound, paused" in output
    with wave.open(str(played), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert len(samples) == 8 * (2_000 + 5_003 + 1_000)
    assert samples[:16_000].any()
    assert not samples[16_000 : 16_000 + 8 * 5_003].any()
    assert samples[-8_000:].any()


def test_one_leg_of_the_whole_call_can_be_heard(state: Path, played: Path) -> None:
    run(state, "play", CALL_ID, "--leg", "house")

    with wave.open(str(played), "rb") as file:
        assert (file.getnchannels(), file.getnframes()) == (1, 8 * 8_003)


def test_one_part_is_heard_by_its_own_id(state: Path, played: Path) -> None:
    run(state, "play", f"{CALL_ID}-2")

    with wave.open(str(played), "rb") as file:
        assert file.getnframes() == 8_000


def test_without_a_player_all_parts_are_named(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    output = run(state, "play", CALL_ID).replace("\n", "")

    assert f"{CALL_ID}-1.wav" in output
    assert f"{CALL_ID}-2.wav" in output


def test_the_facts_say_where_each_part_begins(state: Path) -> None:
    with LedgerReader(state / "ledger.sqlite") as reader:
        events = reader.events(CALL_ID)

    found = [event.data for event in events if event.kind == "recording_kept"]
    kept = {data["recording"]: data for data in found}
    assert kept[f"{CALL_ID}-1"]["begins_ms"] == 1_003
    assert kept[f"{CALL_ID}-2"]["begins_ms"] == 8_006
