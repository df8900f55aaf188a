"""Rendering ahead: what is kept, shared, made anew and taken away."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from agi.prompts import ship as shipping
from agi.prompts import sound
from agi.prompts.ship import fallback_sound, ship
from agi.prompts.sources import Bundled, read_index
from calls.actions import Line
from calls.errors import PromptError
from tests.agi.prompts.fake_engine import FakeEngine, a_line

_LINES = [
    a_line("hello", "您好", "zh-Hans"),
    a_line("hello", "您好", "zh-Hant"),
    a_line("hello", "Hello?", "en"),
]


def _what(lines: list[Line], folder: Path, engine: FakeEngine) -> list[str]:
    told: list[str] = []
    assert ship(lines, folder, [engine], lambda _done, _total, _line, what: told.append(what)) == []
    return told


def test_both_writings_of_the_same_words_share_one_file(tmp_path: Path) -> None:
    engine = FakeEngine("kokoro")

    assert _what(_LINES, tmp_path, engine) == ["kokoro", "shared", "kokoro"]

    files = {(one.language): one.file for one in read_index(tmp_path)}
    assert files["zh-Hans"] == files["zh-Hant"] != files["en"]
    assert all((tmp_path / file).is_file() for file in files.values())


def test_traditional_wording_shares_when_opencc_says_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = str.maketrans("請問還麼幫嗎", "请问还么帮吗")
    monkeypatch.setattr(shipping, "_simplifier", lambda: lambda text: text.translate(table))
    lines = [
        a_line("anything_else", "请问还有什么可以帮您的吗？", "zh-Hans"),
        a_line("anything_else", "請問還有什麼可以幫您的嗎？", "zh-Hant"),
    ]

    assert _what(lines, tmp_path, FakeEngine("kokoro")) == ["kokoro", "shared"]


def test_a_second_run_renders_nothing(tmp_path: Path) -> None:
    _what(_LINES, tmp_path, FakeEngine())
    before = (tmp_path / "index.json").read_bytes()
    engine = FakeEngine()

    assert _what(_LINES, tmp_path, engine) == ["kept"] * 3
    assert engine.spoken == []
    assert (tmp_path / "index.json").read_bytes() == before


def test_a_changed_wording_is_rendered_and_the_old_file_taken_away(tmp_path: Path) -> None:
    _what(_LINES, tmp_path, FakeEngine())
    (old,) = (tmp_path / "en").glob("*.wav")
    changed = [*_LINES[:2], a_line("hello", "Hello there?", "en")]

    assert _what(changed, tmp_path, FakeEngine()) == ["kept", "kept", "fake"]
    assert not old.exists()
    assert Bundled(tmp_path).find(_LINES[2]) is None
    assert Bundled(tmp_path).find(changed[2])


def test_rendering_one_language_leaves_the_others(tmp_path: Path) -> None:
    _what(_LINES, tmp_path, FakeEngine())

    ship(_LINES[2:], tmp_path, [FakeEngine()], complete=False)

    assert len(read_index(tmp_path)) == 3
    assert len(list(tmp_path.glob("zh/*.wav"))) == 1


def test_a_damaged_file_is_rendered_again(tmp_path: Path) -> None:
    _what(_LINES, tmp_path, FakeEngine())
    (file,) = (tmp_path / "en").glob("*.wav")
    file.write_bytes(b"")

    assert _what(_LINES, tmp_path, FakeEngine()) == ["kept", "kept", "fake"]


def test_what_nothing_can_speak_is_reported_and_the_rest_is_done(tmp_path: Path) -> None:
    english = FakeEngine("flite", languages=frozenset({"en"}))

    problems = ship(_LINES, tmp_path, [english])

    assert [line.language for line, _ in problems] == ["zh-Hans", "zh-Hant"]
    assert "no engine" in problems[0][1]
    assert Bundled(tmp_path).find(_LINES[2])


def test_a_broken_off_run_keeps_what_it_has(tmp_path: Path) -> None:
    class Dying(FakeEngine):
        def synthesize(self, text: str, language: str) -> sound.Samples:
            if language == "en":
                raise KeyboardInterrupt
            return super().synthesize(text, language)

    with pytest.raises(KeyboardInterrupt):
        ship(_LINES, tmp_path, [Dying()])

    assert {one.language for one in read_index(tmp_path)} == {"zh-Hans", "zh-Hant"}


@pytest.mark.parametrize("content", ["{", "[]", '{"renderings": [{"line": "x"}]}'])
def test_a_damaged_index_says_how_to_remake_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "index.json").write_text(content)

    with pytest.raises(PromptError, match="build --ship"):
        Bundled(tmp_path)


def test_the_index_is_plain_data_in_a_fixed_order(tmp_path: Path) -> None:
    _what(list(reversed(_LINES)), tmp_path, FakeEngine())

    entries = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))["renderings"]
    assert [entry["language"] for entry in entries] == ["en", "zh-Hans", "zh-Hant"]


def test_the_fallback_joins_lines_with_a_pause(tmp_path: Path) -> None:
    _what(_LINES, tmp_path, FakeEngine())
    out = tmp_path / "cc-sorry.wav"

    fallback_sound(tmp_path, [_LINES[0], _LINES[2]], out)

    signal, rate = sound.read_wav(out)
    lengths = [one.duration_ms for one in read_index(tmp_path) if one.language != "zh-Hant"]
    assert rate == 8000
    assert len(signal) // 8 == sum(lengths) + 400


def test_the_fallback_cannot_be_made_of_a_line_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="sorry"):
        fallback_sound(tmp_path, [a_line("sorry")], tmp_path / "cc-sorry.wav")


@pytest.mark.skipif(importlib.util.find_spec("opencc") is not None, reason="OpenCC is installed")
def test_without_opencc_only_equal_words_are_shared() -> None:
    assert shipping._simplifier()("請") == "請"
