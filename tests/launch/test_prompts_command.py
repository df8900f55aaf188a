"""`thirdring prompts`, as a person runs it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from agi.prompts import sound
from calls.errors import PromptError
from launch.settings.site import PROJECT
from tests.agi.prompts.fake_engine import tone
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH, spoken

_FLOW = """
flow: hello
title: {zh: 问好, en: Hello}
rules: [A02]
performer: ivr
steps:
  answer:
    ring: 1
  greet:
    say: greeting
    end: done
"""
_LINES = """
greeting:
  tags: [greeting]
  zh-Hans: 您好！{company}为您服务
  zh-Hant: 您好！{company}為您服務
  en: Hello! This is {company}.
closing_named:
  tags: [closing]
  zh-Hans: "{ani}，再见！"
  zh-Hant: "{ani}，再見！"
  en: Goodbye, {ani}!
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small house with its own settings; returns the settings file."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "hello.yaml").write_text(_FLOW, encoding="utf-8")
    (scripts / "lines.yaml").write_text(_LINES, encoding="utf-8")
    config = tmp_path / "site.toml"
    config.write_text(
        f"scripts = '{scripts}'\n[prompts]\nstudio = '{tmp_path / 'studio'}'\n"
        "engines = ['flite', 'espeak-ng']\n",
        encoding="utf-8",
    )
    return config


def _run(*arguments: str) -> tuple[int, str]:
    result = thirdring("prompts", *arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def _missing(site: Path) -> dict[tuple[str, str], dict[str, object]]:
    state = str(site.parent / "state")
    code, out = _run("missing", "--json", "--config", str(site), "--state", state)
    assert code == 0
    return {(row["line"], row["language"]): row for row in json.loads(out)}


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_missing_lists_each_line_with_its_words_use_and_place(site: Path) -> None:
    rows = _missing(site)

    assert len(rows) == 6
    row = rows["greeting", "en"]
    assert row["text"] == "Hello! This is Thirdring."
    assert row["used_in"] == ["hello.greet"]
    assert row["plays_now"] == "flite"
    assert row["record_as"] == str(site.parent / "studio" / "en" / "greeting.wav")
    named = rows["closing_named", "zh-Hans"]
    assert (named["variables"], named["record_as"]) == (True, "")


def test_the_studio_s_list_has_its_names_whole(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = _missing(site)

    code, out = _run("missing", "--config", str(site), "--state", str(site.parent / "state"))

    assert code == 0
    for row in rows.values():
        assert f"{row['line']}  {row['language']}  plays now: " in out
        assert str(row["text"]) in out
        assert str(row["record_as"]) in out


def test_a_chinese_terminal_has_the_studio_s_list_in_chinese(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken(monkeypatch, ENGLISH, 80)
    english = _missing(site)
    spoken(monkeypatch, CHINESE, 80)

    _, out = _run("missing", "--config", str(site), "--state", str(site.parent / "state"))

    assert _missing(site) == english
    assert out.count("现在播放：") == len(english)
    assert "用于 hello.greet" in out
    assert not re.search("plays now|used in|record as|to record|nothing", out)


def test_a_recorded_line_is_no_longer_missing_and_a_bad_file_says_why(site: Path) -> None:
    studio = site.parent / "studio"
    sound.write_wav(studio / "en" / "greeting.wav", tone(900))
    (studio / "zh-Hans").mkdir()
    (studio / "zh-Hans" / "greeting.wav").write_bytes(b"mp3")

    rows = _missing(site)

    assert ("greeting", "en") not in rows
    assert "save it as WAV" in str(rows["greeting", "zh-Hans"]["problem"])


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_build_makes_lines_ready_and_a_second_run_makes_nothing_new(site: Path) -> None:
    state = site.parent / "state"
    arguments = ["build", "--config", str(site), "--state", str(state), "--language", "en"]

    assert "1 of 1 lines are ready" in _run(*arguments)[1]
    (made,) = state.glob("prompts/spoken/*/*.wav")
    before = made.stat().st_ino
    assert "1 of 1 lines are ready" in _run(*arguments)[1]

    assert [path.stat().st_ino for path in state.glob("prompts/spoken/*/*.wav")] == [before]
    assert _missing(site)["greeting", "en"]["plays_now"] == "cache"


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_build_ship_renders_into_the_scripts_folder(site: Path) -> None:
    apology = (PROJECT / "asterisk-conf" / "sounds" / "cc-sorry.wav").read_bytes()
    arguments = ["--config", str(site), "--language", "en", "--engine", "flite", "--ship"]

    assert "1 flite" in _run("build", *arguments)[1]
    assert "1 kept" in _run("build", *arguments)[1]

    assert len(list((site.parent / "scripts" / "prompts" / "en").glob("greeting-*.wav"))) == 1
    assert (PROJECT / "asterisk-conf" / "sounds" / "cc-sorry.wav").read_bytes() == apology


def test_build_names_the_lines_that_nothing_can_speak(site: Path) -> None:
    site.write_text(site.read_text().replace("'flite', 'espeak-ng'", ""), encoding="utf-8")

    with pytest.raises(PromptError, match=r"greeting \(zh-Hans\).*\n.*greeting \(zh-Hant\)"):
        _run("build", "--config", str(site), "--state", str(site.parent / "state"))


def test_an_unknown_language_is_a_usage_error(site: Path) -> None:
    assert _run("missing", "--config", str(site), "--language", "fr")[0] == 2
