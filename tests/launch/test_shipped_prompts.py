"""Every sound file that ships with the product, measured."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from agi.prompts import sound
from agi.prompts.sources import Bundled, read_index
from callflow.house import House
from launch.authoring.prompt_lines import spoken_lines
from launch.settings.site import PROJECT, Settings

PROMPTS = PROJECT / "scripts" / "prompts"
CALLERS = PROJECT / "callers" / "voices"
ASTERISK = PROJECT / "asterisk-conf"
_SPOKEN = sorted([*PROMPTS.glob("*/*.wav"), *CALLERS.glob("*.wav")])


def _ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(PROJECT).as_posix() for path in paths]


@pytest.mark.parametrize("path", _SPOKEN, ids=_ids(_SPOKEN))
def test_a_shipped_voice_is_at_level_whole_and_starts_at_once(path: Path) -> None:
    signal = _signal(path)

    # 33 dB below the voice: a soft consonant ("th") is sound, not silence.
    loud = np.flatnonzero(np.abs(signal) > 10 ** (-55 / 20))
    assert sound.active_level_dbov(signal) == pytest.approx(-22, abs=2)
    assert np.abs(signal).max() < 0.98
    assert loud[0] / 8 <= 80
    assert (len(signal) - loud[-1]) / 8 <= 200
    assert abs(float(signal.mean())) < 0.001
    assert path.name.isascii()


def test_every_line_of_the_house_without_call_variables_has_its_rendering() -> None:
    """When a wording has changed, run `thirdring prompts build --ship`."""
    bundled = Bundled(PROMPTS)

    missing = [
        (found.line.name, found.line.language)
        for found in spoken_lines(House.load(Settings().scripts), Settings().house)
        if found.fixed and bundled.find(found.line) is None
    ]

    assert missing == []


def test_the_index_lists_the_files_that_are_there() -> None:
    listed = {one.file for one in read_index(PROMPTS)}

    assert listed == {path.relative_to(PROMPTS).as_posix() for path in PROMPTS.glob("*/*.wav")}


def test_a_rendering_takes_as_long_as_its_words_need() -> None:
    for one in read_index(PROMPTS):
        units = len(one.text) if one.language != "en" else len(one.text.split())
        assert 90 * units <= one.duration_ms <= 700 * units + 600, one


def test_all_shipped_sound_is_below_eight_megabytes() -> None:
    files = [*_SPOKEN, *ASTERISK.glob("*/*.wav")]

    assert sum(path.stat().st_size for path in files) < 8_000_000


def test_the_hold_music_is_calm_level_and_loops_without_a_click() -> None:
    files = list((ASTERISK / "moh").glob("*.wav"))
    assert files
    for path in files:
        signal = _signal(path)
        level = 10 * np.log10(np.mean(signal**2))
        steps = np.abs(np.diff(np.append(signal, signal[0])))
        assert 20 <= len(signal) / sound.RATE <= 60
        assert level == pytest.approx(-24, abs=1.5)
        assert np.abs(signal).max() < 0.9
        assert steps[-1] <= np.percentile(steps, 99.9)


def test_asterisk_can_apologize_in_both_languages_when_everything_of_ours_is_down() -> None:
    signal = _signal(ASTERISK / "sounds" / "cc-sorry.wav")
    sorry = [one for one in read_index(PROMPTS) if one.line == "sorry"]
    spoken = sum(one.duration_ms for one in sorry if one.language in ("zh-Hans", "en"))

    assert len(signal) // 8 == spoken + 400


def _signal(path: Path) -> sound.Signal:
    with wave.open(str(path)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
    return sound.read_wav(path)[0]
