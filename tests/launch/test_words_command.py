"""`thirdring words`: an aid for QA that says what it needs, and notes who looked."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
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
    CallEvent,
    EndedFact,
    HungUpFact,
    LeftQueue,
    Offered,
    Queued,
    RecordingStarted,
    RecordingStopped,
    Said,
)
from calls.quality.events import AccountCreated
from launch.commands import qa, words
from launch.recordings.erasing import carry_out
from launch.recordings.words_of_call import fact_of, recognise, transcript
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.quality.verify import verify
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.orders import Order
from recorder.source import LedgerSource
from recorder.words.call_words import CallWords
from recorder.words.checking import Finding, PoliteWord
from recorder.words.ports import Pcm, Utterance, Word, WordsError
from tests.support.hotline import line_sound

CALL = "20261122-021530-aaaa2222"
GREETING = "您好！三声服务热线，1000号为您服务。"
MODEL = os.environ.get("THIRDRING_ASR_MODEL", "")
INSTALLED = importlib.util.find_spec("faster_whisper") is not None


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A talk in which the agent greets with the house's own greeting; the caller is silent."""
    return recorded_talks(tmp_path, CALL)


def recorded_talks(state: Path, *call_ids: str) -> Path:
    """Such talks, an hour after each other, their recordings taken in."""
    (state / "monitor").mkdir()
    clock = ManualClock()
    with LedgerWriter(state / LEDGER_FILE) as writer:
        for call_id in call_ids:
            _talk(state, writer, clock, call_id)
            clock.advance_ms(3_600_000)
        asyncio.run(writer.durable())
        with LedgerReader(state / LEDGER_FILE) as reader:
            intake = RecorderIntake(state, LedgerSource(reader), writer, SystemClock())
            assert len(intake.take_in_now(most_wait_s=5).taken) == len(call_ids)
    return state


def _talk(state: Path, writer: LedgerWriter, clock: ManualClock, call_id: str) -> None:
    greeting = line_sound("greeting")
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
    files = {side: f"monitor/{call_id}-1-{side}.wav" for side in ("in", "out")}
    started = RecordingStarted(
        recording=f"{call_id}-1", caller_file=files["in"], house_file=files["out"]
    )
    call.record(started)
    call.record(Queued(queue="support"))
    call.record(AgentAnswered(agent="801", waited_ms=0))
    clock.advance_ms(5000)
    call.record(
        Said(
            line="greeting",
            text=GREETING,
            tags=("greeting",),
            language="zh-Hans",
            performer="agent",
            start_ms=500,
            end_ms=500 + len(greeting) // 8,
            ended="completed",
            noted="confirmed",
        )
    )
    left = LeftQueue(queue="support", result="answered", waited_ms=0, talked_ms=5000, agent="801")
    call.record(left)
    call.record(RecordingStopped(recording=f"{call_id}-1", reason="call_ended"))
    call.record(HungUpFact(by="agent"))
    call.record(EndedFact(end_reason="agent_hung_up", disposition="served"))
    house = np.zeros(40_000, np.int16)
    house[4000 : 4000 + len(greeting)] = greeting
    for side, samples in (("in", np.zeros(40_000, np.int16)), ("out", house)):
        with wave.open(str(state / files[side]), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(samples.tobytes())


class Heard:
    """Hears the greeting where there is sound, and a caller's words where there is none."""

    name = "by hand"
    caller = "我叫王小明谢谢"

    def __init__(self, *, with_caller: bool = False) -> None:
        self._with_caller = with_caller

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        loud = np.flatnonzero(np.abs(sound.astype(int)) > 1000)
        if not len(loud) and not self._with_caller:
            return ()
        first = int(loud[0]) * 1000 // rate if len(loud) else 100
        text = "您好三生服务热线幺零零零号为您服务" if len(loud) else self.caller
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
    call, found, _ = recognise(
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


def test_what_is_kept_holds_the_houses_own_words_and_nothing_the_caller_said(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(with_caller=True)
    monkeypatch.setattr("launch.recordings.words_of_call.recogniser_of", lambda *_: heard)

    code, told = run(state, CALL)

    assert code == 0
    assert heard.caller in told
    assert "thirdring qa show" in told
    with QualityBook.open(state / QUALITY_FILE) as book:
        (kept,) = book.events(f"call/{CALL}")
        assert not verify(book).findings
    assert kept.kind == "words_recognised"
    ((word, from_ms, to_ms),) = kept.data["polite"]
    (line,) = kept.data["lines"]
    assert (word, to_ms - from_ms) == ("您好", 400)
    assert 400 <= from_ms <= 700
    assert (line["line"], line["finding"], line["said_ms"]) == ("greeting", "said", 500)
    assert list(kept.data["recordings"]) == [f"{CALL}-1"]
    whole = json.dumps(dict(kept.data), ensure_ascii=False)
    assert not any(piece in whole for piece in ("王", "小明", "三生", "热线"))


def test_whoever_scores_finds_the_words_at_the_question_until_the_recording_is_erased(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with QualityBook.open(state / QUALITY_FILE) as book:
        book.append(
            "account/li", AccountCreated(role="qa", agent="", display_name="li"), actor="system"
        )
    _qa(state, "open", CALL, "--why", "抽检")
    (row,) = json.loads(_qa(state, "list", "--call", CALL, "--json"))
    assert "没有做语音识别" in _qa(state, "show", row["id"])
    monkeypatch.setattr("launch.recordings.words_of_call.recogniser_of", lambda *_: Heard())
    run(state, CALL)

    shown = _qa(state, "show", row["id"])
    sheet = json.loads(_qa(state, "show", row["id"], "--json"))

    assert "礼貌用语听出 1 处：您好 1" in shown
    assert "话术 1 句，与话术相符 1 句" in shown
    assert re.search(r"00:0\d\.\d{3}-00:0\d\.\d{3} 您好", shown)
    polite, lines = sheet["shown"]["polite_words"]
    assert [one["text"]["zh"] for one in polite["places"]] == ["您好"]
    assert lines["places"] == []
    assert "polite_words" not in sheet["answers"]
    erase(state)
    assert "没有可听的录音" in _qa(state, "show", row["id"])


def test_prompts_are_none_of_the_agents_polite_words() -> None:
    prompt, agents = (
        PoliteWord(word="谢谢", from_ms=at_ms, to_ms=at_ms + 400) for at_ms in (500, 12_000)
    )
    found = CallWords(
        engine="by hand",
        language="zh",
        spans=((0, 30_000),),
        caller=(),
        house=(),
        lines=(),
        polite=(prompt, agents),
    )
    at = SystemClock().utc_now()
    events = [
        CallEvent(CALL, 1, at, 10_000, "agent_answered", {"agent": "801"}),
        CallEvent(CALL, 2, at, 20_000, "left_queue", {}),
    ]

    kept = fact_of(found, events, ("打扰了",))

    assert kept.polite == (("谢谢", 12_000, 12_400),)
    assert kept.looked_for[-1] == "打扰了"
    assert len(fact_of(found, events[:0], ()).polite) == 2, "no agent: the house's own words"


def _qa(state: Path, *arguments: str) -> str:
    app = typer.Typer()
    qa.register(app)
    done = CliRunner().invoke(
        app,
        ["qa", *arguments, "--as", "li", "--state", str(state)],
        env={"COLUMNS": "160", "LC_ALL": "zh_CN.UTF-8"},
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return done.output


def erase(state: Path, call_id: str = CALL) -> None:
    done = carry_out(state, Order.new({call_id: [f"{call_id}-1"]}, "asked", "li"))
    assert done.outcome is not None


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
