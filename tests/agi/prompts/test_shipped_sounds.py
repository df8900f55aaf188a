"""Every sound that is shipped: level, clipping, offset, silence at its edges (docs/prompts.md)."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from agi.prompts.sound import active_level_dbov

ROOT: Final = Path(__file__).parents[3]
SPEECH: Final = sorted(
    [
        *(ROOT / "scripts" / "prompts").rglob("*.wav"),
        *(ROOT / "callers" / "voices").rglob("*.wav"),
        ROOT / "asterisk-conf" / "sounds" / "cc-sorry.wav",
    ]
)
OTHERS: Final = {"moh/soft.wav": -24.0, "waiting/soft.wav": -34.0, "sounds/cc-ring.wav": -25.0}
"""Music and ringing, with their levels."""

SILENT: Final = "sounds/cc-still.wav"
SPEECH_DBOV, WITHIN_DB, MOST_PEAK_DBFS = -22.0, 0.5, -1.0
LEAD_MS, TAIL_MS = (20, 160), (20, 260)
EDGE_DB: Final = 35.0
RATE, FRAME = 8000, 40


def read(path: Path) -> NDArray[np.float64]:
    """Its samples, full scale 1; a telephone's format or a failed test."""
    with wave.open(str(path), "rb") as file:
        told = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        assert told == (RATE, 1, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def edges_ms(sound: NDArray[np.float64]) -> tuple[int, int]:
    """Silence before and after: frames of 5 ms more than EDGE_DB under the loudest."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(frames), axis=1)
    loud = np.flatnonzero(power > power.max() / 10 ** (EDGE_DB / 10))
    rest = len(sound) - (int(loud[-1]) + 1) * FRAME
    return int(loud[0]) * FRAME * 1000 // RATE, rest * 1000 // RATE


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SPEECH, ids=named)
def test_speech_is_as_loud_as_all_other_speech_and_not_clipped(path: Path) -> None:
    sound = read(path)

    assert active_level_dbov(sound) == pytest.approx(SPEECH_DBOV, abs=WITHIN_DB)
    assert 20 * np.log10(np.abs(sound).max()) <= MOST_PEAK_DBFS
    assert abs(sound.mean()) < 0.001


@pytest.mark.parametrize("path", SPEECH, ids=named)
def test_speech_begins_and_ends_with_a_short_silence(path: Path) -> None:
    lead_ms, tail_ms = edges_ms(read(path))

    assert LEAD_MS[0] <= lead_ms <= LEAD_MS[1]
    assert TAIL_MS[0] <= tail_ms <= TAIL_MS[1]


@pytest.mark.parametrize(("name", "level_dbov"), OTHERS.items())
def test_music_and_ringing_lie_under_the_speech(name: str, level_dbov: float) -> None:
    sound = read(ROOT / "asterisk-conf" / name)

    assert active_level_dbov(sound) == pytest.approx(level_dbov, abs=WITHIN_DB)
    assert 20 * np.log10(np.abs(sound).max()) <= MOST_PEAK_DBFS
    assert abs(sound.mean()) < 0.001


def test_the_sound_that_keeps_a_line_open_is_silent() -> None:
    assert np.abs(read(ROOT / "asterisk-conf" / SILENT)).max() == 0


def test_no_shipped_sound_is_left_out() -> None:
    shipped = {path for path in (ROOT / "asterisk-conf").rglob("*.wav")}
    known = {*SPEECH, *(ROOT / "asterisk-conf" / name for name in (*OTHERS, SILENT))}

    assert shipped <= known
    assert len(SPEECH) > 100
