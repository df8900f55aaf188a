"""`python -m bench.words --model DIR`: how often said lines are found, and others are not.

Needs `pip install 'thirdring[asr]'` and a Whisper model folder (docs/words.md). Sound: the shipped
Mandarin renderings, 8 kHz, with white noise at several levels under the speech. Synthetic speech is
clean and well articulated: expect less of real callers and agents.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.prompts.sources import read_index
from launch.settings.site import PROJECT
from recorder.wav import blocks, look_at
from recorder.words.checking import SAID_FROM, UNSURE_FROM, _sounds
from recorder.words.matching import find
from recorder.words.ports import Pcm, Utterance
from recorder.words.syllables import syllables
from recorder.words.whisper import Whisper

PROMPTS = PROJECT / "scripts" / "prompts"
SNRS = (None, 20, 10)
LEAST_SOUNDS = 8


@dataclass(slots=True)
class Tally:
    """What came of one level of noise."""

    own: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    sound_s: float = 0.0
    took_s: float = 0.0


def lines() -> Iterator[tuple[str, tuple[str, ...], Pcm]]:
    """Name, sounds and samples of the shipped lines that are long enough to be told apart."""
    for one in read_index(PROMPTS):
        phrase = syllables(one.text)
        if one.language == "zh-Hans" and len(phrase) >= LEAST_SOUNDS:
            file = look_at(PROMPTS / one.file)
            yield one.line, phrase, np.concatenate([block[:, 0] for block in blocks(file)])


def noisy(samples: Pcm, snr_db: int | None, rng: np.random.Generator) -> Pcm:
    """Half a second of the same line noise before and behind."""
    padded: NDArray[np.float64] = np.zeros(len(samples) + 8000, np.float64)
    padded[4000:-4000] = samples
    if snr_db is not None:
        loud = samples[np.abs(samples.astype(int)) > 300].astype(float)
        level = np.sqrt(np.mean(loud**2)) / 10 ** (snr_db / 20)
        padded = padded + rng.normal(0, level, len(padded))
    return np.clip(np.round(padded), -32768, 32767).astype(np.int16)


def heard_sounds(utterances: Sequence[Utterance]) -> list[str]:
    """What was recognised surely enough."""
    return [one.sound for one in _sounds(utterances)]


def main() -> None:
    """Print one row for each level of noise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="only each n-th line")
    given = parser.parse_args()
    whisper = Whisper(given.model, threads=given.threads)
    every = list(lines())[:: given.every]
    rng = np.random.default_rng(7)
    print(f"{whisper.name}; {len(every)} lines of {LEAST_SOUNDS} sounds and more")
    print("noise      said  unsure  others' likeness  others said  times real time")
    for snr in SNRS:
        tally = Tally()
        for name, phrase, samples in every:
            sound = noisy(samples, snr, rng)
            began = time.perf_counter()
            heard = heard_sounds(whisper.transcribe(sound, 8000, "zh"))
            tally.took_s += time.perf_counter() - began
            tally.sound_s += len(sound) / 8000
            tally.own.append(find(phrase, heard).similarity)
            tally.other += [
                find(other, heard).similarity
                for line, other, _ in every
                if line != name and find(other, phrase).similarity < UNSURE_FROM
            ]
        tell("clean" if snr is None else f"{snr} dB", tally)


def tell(noise: str, tally: Tally) -> None:
    """One row."""
    said = sum(one >= SAID_FROM for one in tally.own)
    unsure = sum(UNSURE_FROM <= one < SAID_FROM for one in tally.own)
    wrong = sum(one >= SAID_FROM for one in tally.other)
    print(
        f"{noise:<8} {said:>3}/{len(tally.own):<3} {unsure:>5}  "
        f"p99 {np.percentile(tally.other, 99):.2f} max {max(tally.other):.2f}"
        f"  {wrong:>4}/{len(tally.other):<5}  {tally.sound_s / tally.took_s:>8.1f}"
    )


if __name__ == "__main__":
    main()
