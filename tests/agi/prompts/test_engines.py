"""The run-time engines: the real programs where they are installed, and programs that misbehave."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from agi.prompts import engines, sound
from agi.prompts.engines import CommandEngine, EspeakEngine, FliteEngine, TtsEngine, make_engines
from calls.errors import ConfigError, PromptError
from tests.agi.prompts.levels import to_float

_WRITER = """
import sys, wave, json
text = open(sys.argv[1], encoding="utf-8").read()
json.dump([text, sys.argv[3:]], open(sys.argv[2] + ".seen", "w"))
with wave.open(sys.argv[2], "wb") as file:
    file.setparams((1, 2, 16000, 0, "NONE", ""))
    import math, array
    tone = array.array("h", (int(9000 * math.sin(n / 4)) for n in range(16000)))
    file.writeframes(tone.tobytes())
import shutil
shutil.copy(sys.argv[2] + ".seen", {seen!r})
"""


def _program(tmp_path: Path, body: str) -> str:
    script = tmp_path / "speak.py"
    script.write_text(body.replace("{seen!r}", repr(str(tmp_path / "seen.json"))))
    return str(script)


def _command(tmp_path: Path, body: str, timeout_s: float = 20) -> CommandEngine:
    script = _program(tmp_path, body)
    return CommandEngine(
        [sys.executable, script, "{text_file}", "{wav_file}", "{language}"], timeout_s=timeout_s
    )


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_flite_speaks_english_at_the_house_level() -> None:
    _speaks(FliteEngine(), "Thank you for calling. Goodbye!", "en")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_espeak_speaks_english_at_the_house_level() -> None:
    _speaks(EspeakEngine(), "Thank you for calling. Goodbye!", "en")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_espeak_reads_mandarin_through_pinyin(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def pinyin(text: str) -> str:
        read.append(text)
        return "gan3 xie4 nin2 de5 lai2 dian4"

    monkeypatch.setattr(engines, "_pinyin_reader", lambda: pinyin)
    _speaks(EspeakEngine(), "感谢您的来电", "zh-Hans")

    assert read == ["感谢您的来电"]


def test_espeak_without_pypinyin_does_not_offer_mandarin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_pinyin_reader", lambda: None)

    assert EspeakEngine().languages == frozenset({"en"})


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
@pytest.mark.parametrize(
    "hostile",
    ["$(touch {mark})", "`touch {mark}`", "; touch {mark} #", "-o {mark}", "'\"; touch {mark}"],
)
def test_text_that_looks_like_a_command_is_only_read_out(tmp_path: Path, hostile: str) -> None:
    mark = tmp_path / "mark"
    FliteEngine().synthesize(f"hello {hostile.replace('{mark}', str(mark))}", "en")

    assert not mark.exists()


def test_a_program_of_the_users_own_gets_the_text_in_a_file(tmp_path: Path) -> None:
    samples = _command(tmp_path, _WRITER).synthesize("您好，$(id) 1000号", "zh-Hans")

    assert 900 < len(samples) / 8 < 1200
    assert json.loads((tmp_path / "seen.json").read_text()) == [
        "您好， (id) 幺零零零号\n",
        ["zh-Hans"],
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("import sys; sys.exit('no voice found')", "code 1: no voice found"),
        ("pass", "cannot be read"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "code -9"),
        ("import sys; open(sys.argv[2], 'wb').write(b'junk')", "is no PCM WAV"),
    ],
)
def test_a_program_that_fails_is_named_with_what_it_did(
    tmp_path: Path, body: str, says: str
) -> None:
    with pytest.raises(PromptError, match=says):
        _command(tmp_path, body).synthesize("hello", "en")


def test_a_program_that_hangs_is_killed(tmp_path: Path) -> None:
    engine = _command(tmp_path, "import threading; threading.Event().wait()", timeout_s=1)

    with pytest.raises(PromptError, match="within 1 s"):
        engine.synthesize("hello", "en")


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    engine = CommandEngine([str(tmp_path / "none"), "{text_file}", "{wav_file}"])

    assert "no program" in engine.missing()
    with pytest.raises(PromptError, match="cannot be started"):
        engine.synthesize("hello", "en")


def test_a_line_without_words_or_far_too_long_is_refused(tmp_path: Path) -> None:
    engine = _command(tmp_path, _WRITER)

    with pytest.raises(PromptError, match="nothing to speak"):
        engine.synthesize("<<>>", "en")
    with pytest.raises(PromptError, match="under 600"):
        engine.synthesize("long " * 200, "en")


def test_a_command_without_its_places_is_a_setting_to_correct() -> None:
    with pytest.raises(ConfigError, match=r"\{text_file\} and \{wav_file\}"):
        CommandEngine(["speak", "hello"])


def test_settings_decide_which_engines_there_are_and_in_which_order(tmp_path: Path) -> None:
    made = make_engines(
        ["kokoro", "espeak-ng", "flite"],
        kokoro_models=tmp_path / "no-models",
        command=[sys.executable, "x.py", "{text_file}", "{wav_file}"],
    )

    there = [name for name in ("espeak-ng", "flite") if shutil.which(name)]
    assert [engine.name for engine in made] == ["command", *there]


def test_an_unknown_engine_is_a_setting_to_correct() -> None:
    with pytest.raises(ConfigError, match="known are command, kokoro"):
        make_engines(["festival"])


def _speaks(engine: TtsEngine, text: str, language: str) -> None:
    samples = engine.synthesize(text, language)

    assert samples.dtype == np.int16
    assert 0.8 < len(samples) / sound.RATE < 6
    assert sound.active_level_dbov(to_float(samples)) == pytest.approx(-22, abs=1)
