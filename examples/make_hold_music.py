"""Compose the music of `asterisk-conf/moh/` and `waiting/`: python examples/make_hold_music.py

Our own work, so that no licence hangs on it: slow chords that breathe, a few bell-like notes above
them, 8 kHz mono 16 bit, the end flowing into the beginning. The same numbers make the same file.
`moh` is for a caller on hold; `waiting` is the same piece for the queue, so soft that words
(-22 dBov) stand out over it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agi.prompts import sound
from agi.prompts.sound import RATE, Signal

FOLDER = Path(__file__).resolve().parent.parent / "asterisk-conf"
LEVELS_DBOV = {"moh": -24.0, "waiting": -34.0}
BAR_S = 4.0
# Semitones above A3 (220 Hz); a telephone carries little below it.
CHORDS = ((3, 7, 10, 14), (0, 3, 7, 10), (8, 12, 15, 19), (5, 10, 14, 17),
          (3, 7, 12, 15), (0, 5, 8, 12), (-2, 5, 10, 14), (3, 7, 10, 15))  # fmt: skip
MELODY = ((0.5, 22), (2.5, 19), (4.5, 15), (8.5, 20), (10.0, 19), (12.5, 17), (16.5, 15),
          (18.0, 19), (20.5, 20), (22.5, 17), (24.5, 14), (26.0, 17), (28.5, 15))  # fmt: skip


def compose(level_dbov: float) -> Signal:
    """One loop of music, `len(CHORDS) * BAR_S` seconds."""
    length = int(len(CHORDS) * BAR_S * RATE)
    music = np.zeros(length)
    for bar, chord in enumerate(CHORDS):
        for place, note in enumerate(chord):
            # Each chord swells in over the end of the one before: no onset is ever sudden.
            _add(music, bar * BAR_S - 0.8, _pad(note, BAR_S + 1.6), 0.5 - 0.06 * place)
    for at_s, note in MELODY:
        _add(music, at_s, _bell(note), 0.22)
    gain = float(10 ** (level_dbov / 20) / np.sqrt(np.mean(music**2)))
    return music * gain


def _add(music: Signal, at_s: float, tone: Signal, gain: float) -> None:
    """Mix a tone in, wrapping round the ends so that the loop has no seam."""
    where = (int(at_s * RATE) + np.arange(len(tone))) % len(music)
    np.add.at(music, where, gain * tone)


def _pad(note: int, length_s: float) -> Signal:
    seconds = np.arange(int(length_s * RATE)) / RATE
    swell: Signal = np.sin(np.pi * seconds / length_s) ** 2
    both = np.zeros(len(seconds))
    for partial in (1, 2, 3):
        for detune in (-0.04, 0.04):
            both += _tone(note + detune, seconds, partial) / partial**2
    return swell * both


def _bell(note: int) -> Signal:
    seconds = np.arange(int(2.4 * RATE)) / RATE
    shape = np.minimum(seconds / 0.03, 1) * np.exp(-seconds / 0.7)
    shape *= np.clip((2.4 - seconds) / 0.2, 0, 1)
    return shape * (_tone(note, seconds, 1) + 0.3 * _tone(note, seconds, 2))


def _tone(note: float, seconds: Signal, partial: int) -> Signal:
    tone: Signal = np.sin(2 * np.pi * 220 * 2 ** (note / 12) * partial * seconds)
    return tone


if __name__ == "__main__":
    for name, level in LEVELS_DBOV.items():
        sound.write_wav(FOLDER / name / "soft.wav", sound.to_int16(compose(level)))
