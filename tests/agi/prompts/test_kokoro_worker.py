"""The worker's own logic, without the model."""

from __future__ import annotations

import io
import json
import shutil
from typing import Any, cast

import numpy as np
import pytest

from agi.prompts import kokoro_worker
from agi.prompts.kokoro_worker import VOCABULARY, Voice, answer


class _Voice:
    def speak(self, text: str, language: str, voice: str) -> Any:
        if text == "bad":
            raise ValueError("cannot")
        return np.full(len(text), 0.5, np.float32)


def _answered(line: bytes) -> tuple[dict[str, object], bytes]:
    out = io.BytesIO()
    answer(cast(Voice, _Voice()), line, out)
    head, _, data = out.getvalue().partition(b"\n")
    return json.loads(head), data


def test_an_answer_is_a_head_and_as_many_samples_as_it_says() -> None:
    head, data = _answered(b'{"text": "hello", "language": "en", "voice": "v"}')

    assert head == {"rate": 24000, "samples": 5}
    assert np.frombuffer(data, "<f4").tolist() == [0.5] * 5


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"text": "bad", "language": "en", "voice": "v"}', "ValueError: cannot"),
        (b'{"text": "x"}', "KeyError: 'language'"),
        (b"junk", "JSONDecodeError"),
    ],
)
def test_a_problem_is_an_answer_too(line: bytes, problem: str) -> None:
    head, data = _answered(line)

    assert problem in str(head["problem"])
    assert data == b""


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_english_keeps_its_punctuation_and_uses_the_voices_symbols() -> None:
    sounds = kokoro_worker._english("Thank you for calling. May I go? $(id)")

    assert sounds.count(".") == 1
    assert sounds.count("?") == 1
    assert "mˈA" in sounds
    assert set(sounds) <= set(VOCABULARY)


class _Rules:
    """Stands in for misaki: a syllable's symbols are its letters and tone arrow."""

    @staticmethod
    def map_punctuation(text: str) -> str:
        return text.replace("，", ", ").replace("！", "! ")

    @staticmethod
    def py2ipa(syllable: str) -> str:
        if not syllable[-1].isdigit():
            raise ValueError(syllable)
        arrows = dict(zip("12345", "→↗↓↘ ", strict=True))
        nasal = "n" if syllable[-2] == "n" else ""
        return syllable[:-1].removesuffix("n") + arrows[syllable[-1]] + nasal


class _Words:
    @staticmethod
    def lcut(text: str) -> list[str]:
        return [text]


class _Readings:
    class Style:
        TONE3 = 3

    @staticmethod
    def lazy_pinyin(word: str, **_: object) -> list[str]:
        read = {"满": "man3", "意": "yi4".replace("y", ""), "您": "nin2", "好": "hao3"}
        return [read.get(character, character) for character in word]


def test_a_coda_is_kept_from_running_into_the_next_vowel() -> None:
    mandarin: Any = object.__new__(kokoro_worker.Mandarin)
    mandarin._rules, mandarin._jieba, mandarin._pypinyin = _Rules, _Words, _Readings

    assert mandarin.sounds("满意，您好！") == "ma↓n i↘, ni↗nhao↓! "
    assert mandarin.sounds("您𠮷好") == "ni↗n𠮷hao↓"
