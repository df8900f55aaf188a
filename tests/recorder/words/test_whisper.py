"""The real recogniser: what it says when something is missing, and, with a model, what it hears."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from recorder.wav import blocks, look_at
from recorder.words.checking import Finding, SpokenLine, check_lines
from recorder.words.ports import WordsError
from recorder.words.whisper import Whisper, resampled

PROMPTS = Path(__file__).parents[3] / "scripts" / "prompts"
MODEL = os.environ.get("THIRDRING_ASR_MODEL", "")
INSTALLED = importlib.util.find_spec("faster_whisper") is not None


def test_a_folder_without_a_model_is_told_with_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    with pytest.raises(WordsError, match=r"model\.bin, tokenizer\.json missing"):
        Whisper(tmp_path)


@pytest.mark.skipif(INSTALLED, reason="faster-whisper is installed here")
def test_without_the_package_the_extra_is_named(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).touch()
    with pytest.raises(WordsError, match=r"thirdring\[asr\]"):
        Whisper(tmp_path)


@pytest.mark.skipif(not INSTALLED, reason="needs pip install 'thirdring[asr]'")
def test_a_model_that_is_none_is_told(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(WordsError, match="cannot be loaded"):
        Whisper(tmp_path)


def test_sound_is_brought_to_the_models_rate_without_changing_a_tone() -> None:
    at = np.arange(8000) / 8000
    tone = np.round(16_000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)

    out = resampled(tone, 8000)

    assert len(out) == 16_000
    expected = 16_000 / 32768 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    assert np.abs(out - expected)[200:-200].max() < 0.01
    assert len(resampled(tone, 16_000)) == 8000
    with pytest.raises(WordsError, match="44100"):
        resampled(tone, 44_100)


@pytest.mark.slow
@pytest.mark.skipif(not (INSTALLED and MODEL), reason="needs THIRDRING_ASR_MODEL and the extra")
@pytest.mark.parametrize("line", ["greeting", "closing_pending", "no_voice", "anything_else"])
def test_lines_of_the_house_are_recognised_and_other_lines_are_not(line: str) -> None:
    whisper = Whisper(Path(MODEL))
    file = next((PROMPTS / "zh").glob(f"{line}-*.wav"))
    sound = np.concatenate([block[:, 0] for block in blocks(look_at(file))])
    pad = np.zeros(4000, np.int16)
    heard = whisper.transcribe(np.concatenate((pad, sound, pad)), 8000, "zh")
    texts = {
        "greeting": "您好！三声服务热线，1000号为您服务。",
        "closing_pending": "我们的工作人员会尽快给您回复的，感谢您的来电，再见！",
        "no_voice": "对不起，您的电话没有声音，请您换一个电话再打过来，再见！",
        "anything_else": "请问还有什么可以帮您的吗？",
    }
    found = {
        name: check_lines([SpokenLine(line=name, text=text, start_ms=0, end_ms=9_000)], heard)[
            0
        ].finding
        for name, text in texts.items()
    }

    assert found[line] is Finding.SAID
    assert Finding.SAID not in {finding for name, finding in found.items() if name != line}


@pytest.mark.slow
@pytest.mark.skipif(not (INSTALLED and MODEL), reason="needs THIRDRING_ASR_MODEL and the extra")
def test_silence_and_a_caller_who_says_nothing_are_no_words() -> None:
    whisper = Whisper(Path(MODEL))
    rng = np.random.default_rng(7)
    hiss = rng.normal(0, 60, 80_000).astype(np.int16)

    assert whisper.transcribe(np.zeros(80_000, np.int16), 8000, "zh") == ()
    assert whisper.transcribe(hiss, 8000, "zh") == ()
    assert whisper.transcribe(np.zeros(0, np.int16), 8000, "zh") == ()
