"""`thirdring words`: an aid for QA that says what it needs, and notes who looked."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.errors import LedgerError, RecordingError
from calls.events import (
    AgentAnswered,
    EndedFact,
    HungUpFact,
    LeftQueue,
    Offered,
    RecordingStarted,
    RecordingStopped,
    Said,
)
from launch.commands import words
from launch.words_of_call import recognise, transcript
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.source import LedgerSource
from recorder.words.checking import Finding
from recorder.words.ports import Pcm, Utterance, Word, WordsError
from tests.support.hotline import line_sound

CALL = "20261122-021530-aaaa2222"
GREETING = "您好！三声服务热线，1000号为您服务。"
MODEL = os.environ.get("THIRDRING_ASR_MODEL", "")
INSTALLED = importlib.util.find_spec("faster_whisper") is not None


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A talk in which the agent greets with the house's own greeting; the caller is silent."""
    greeting = line_sound("greeting")
    clock = ManualClock()
    monitor = tmp_path / "monitor"
    monitor.mkdir()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        call = Call(clock, writer, id=CALL)
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
        files = {side: f"monitor/{CALL}-1-{side}.wav" for side in ("in", "out")}
        call.record(
            RecordingStarted(
                recording=f"{CALL}-1", caller_file=files["in"], house_file=files["out"]
            )
        )
        call.record(AgentAnswered(agent="801", waited_ms=0))
        clock.advance_ms(5000)
        length_ms = len(greeting) // 8
        call.record(
            Said(
                line="greeting",
                text=GREETING,
                tags=("greeting",),
                language="zh-Hans",
                performer="agent",
                start_ms=500,
                end_ms=500 + length_ms,
                ended="completed",
                noted="confirmed",
            )
        )
        call.record(
            LeftQueue(queue="support", result="answered", waited_ms=0, talked_ms=5000, agent="801")
        )
        call.record(RecordingStopped(recording=f"{CALL}-1", reason="call_ended"))
        call.record(HungUpFact(by="agent"))
        call.record(EndedFact(end_reason="agent_hung_up", disposition="served"))
        asyncio.run(writer.durable())
        house = np.zeros(40_000, np.int16)
        house[4000 : 4000 + len(greeting)] = greeting
        for side, samples in (("in", np.zeros(40_000, np.int16)), ("out", house)):
            with wave.open(str(tmp_path / files[side]), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
        with LedgerReader(tmp_path / LEDGER_FILE) as reader:
            intake = RecorderIntake(tmp_path, LedgerSource(reader), writer, SystemClock())
            assert len(intake.take_in_now(most_wait_s=5).taken) == 1
    return tmp_path


class Heard:
    """Hears the greeting where there is sound."""

    name = "by hand"

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        loud = np.flatnonzero(np.abs(sound.astype(int)) > 1000)
        if not len(loud):
            return ()
        first = int(loud[0]) * 1000 // rate
        text = "你好三生服务热线幺零零零号为您服务"
        signs = tuple(
            Word(from_ms=first + 200 * at, to_ms=first + 200 * at + 200, text=sign)
            for at, sign in enumerate(text)
        )
        end = signs[-1].to_ms
        return (Utterance(from_ms=first, to_ms=end, text=text, confidence=0.8, words=signs),)


def run(state: Path, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    words.register(app)
    done = CliRunner().invoke(
        app, ["words", *arguments, "--state", str(state)], catch_exceptions=False
    )
    return done.exit_code, done.output


def test_the_recorded_talk_is_recognised_on_the_calls_own_clock(state: Path) -> None:
    before: list[str] = []
    call, found = recognise(
        state,
        CALL[:17],
        Heard(),
        polite=(),
        whole=False,
        told=lambda *_: None,
        before=before.append,
    )

    (line,) = found.lines
    assert (call, before) == (CALL, [CALL])
    assert line.finding is Finding.SAID
    assert 400 <= (line.from_ms or 0) <= 700
    assert [who for _, who, _ in transcript(found)] == ["house"]


def test_without_a_model_it_says_what_to_do(state: Path) -> None:
    with pytest.raises(WordsError, match=r"\[asr\] model"):
        run(state, CALL)
    with pytest.raises(WordsError, match="no model"):
        run(state, CALL, "--model", str(state))


def test_a_call_that_is_not_there_or_was_not_recorded_is_told(state: Path, tmp_path: Path) -> None:
    def ask(call_id: str) -> None:
        recognise(
            state,
            call_id,
            Heard(),
            polite=(),
            whole=False,
            told=lambda *_: None,
            before=lambda _: None,
        )

    with pytest.raises(LedgerError, match="nobody"):
        ask("nobody")
    with LedgerReader(state / LEDGER_FILE) as reader:
        kept = reader.recordings(call_id=CALL)[0].file
    (state / str(kept)).unlink()
    with pytest.raises(RecordingError):
        ask(CALL)


@pytest.mark.slow
@pytest.mark.skipif(not (INSTALLED and MODEL), reason="needs THIRDRING_ASR_MODEL and the extra")
def test_the_command_tells_transcript_lines_and_polite_words_and_notes_the_look(
    state: Path,
) -> None:
    code, told = run(state, CALL, "--model", MODEL, "--json")
    found = json.loads(told)

    assert code == 0
    assert found["caller"] == []
    assert [(one["line"], one["finding"]) for one in found["lines"]] == [("greeting", "said")]
    code, told = run(state, CALL, "--model", MODEL)
    assert code == 0
    assert "greeting" in told
    with QualityBook.open(state / QUALITY_FILE) as book:
        streams = list(book.streams("looks/"))
        looks = [one.data["subject"] for stream in streams for one in book.events(stream)]
    assert looks == [f"call/{CALL}"] * 2
