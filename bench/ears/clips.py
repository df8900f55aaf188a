"""Make the labelled clips the ears are scored on.

`python -m bench.ears.clips --work DIR`: 4 to 10 s each, telephone band, A-law, in DIR/clips with
DIR/clips.json; `dev` and `held-out` share no speaker, no music and no seed.
Labels (levels after the band-pass): silence: floor at or under -44 dBov; noise: -36 dBov or
louder, or speech at 2 dB SNR or less; speech: -32..-11 dBov at 10 dB SNR or more; faint:
-46..-39 dBov likewise. Between them `grey` clips accept two answers.
"""

from __future__ import annotations

import argparse
import json
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.ears import noises
from bench.ears.noises import Rng, Samples
from bench.ears.voices import SPEAKERS, fetch, music, utterances

RATE = 8000
COUNTS = {"silence": 120, "speech": 160, "noise": 170, "faint": 80, "grey": 60}


@dataclass(frozen=True, slots=True)
class Clip:
    """What is in a clip."""

    file: str
    split: str
    truth: str
    accepted: tuple[str, ...]
    content: str
    onset_ms: int | None
    """First 60 ms in a row of the clean speech above its active level - 15.9 dB."""


class Studio:
    """The voices, noises and music of one split."""

    def __init__(self, split: str, work: Path, rng: Rng) -> None:
        root = fetch(work)
        self.rng = rng
        self.voices = {
            speaker.name: utterances(speaker, root, work, rng)
            for speaker in SPEAKERS
            if speaker.split == split
        }
        pieces = music(root)
        self.music = pieces[::2] if split == "dev" else pieces[1::2]

    def speech(self, count: int) -> tuple[Samples, str]:
        """Somebody talking till the end, and who."""
        name = str(self.rng.choice(list(self.voices)))
        out, place = np.zeros(count), int(self.rng.uniform(0.3, 1.8) * RATE)
        while place < count - RATE // 2:
            said = self.voices[name][self.rng.integers(len(self.voices[name]))]
            said = said[: count - place] / 10 ** (noises.active_level(said) / 20)
            out[place : place + len(said)] += said
            place += len(said) + int(self.rng.uniform(0.25, 1.2) * RATE)
        return noises.band(out), name

    def noise(self, count: int) -> tuple[Samples, str]:
        """Something that is no one's speech to us, and its name."""
        kind = str(self.rng.choice([*noises.STEADY, "babble", "babble", "music", "chords"]))
        if kind == "babble":
            out = np.sum([self._murmur(count) for _ in range(self.rng.integers(6, 11))], axis=0)
        elif kind == "music":
            piece = self.music[self.rng.integers(len(self.music))]
            begin = int(self.rng.integers(RATE, len(piece) - count))
            out = piece[begin : begin + count]
        elif kind == "chords":
            out = noises.chords(count, self.rng)
        else:
            out = noises.STEADY[kind](count, self.rng)
        return noises.band(out), kind

    def quiet(self, count: int) -> tuple[Samples, str]:
        """A line on which nothing is: hiss, hum, comfort noise, clicks, keys, digital silence."""
        kind = str(self.rng.choice(["white", "pink", "brown", "hum", "clicks", "dtmf", "digital"]))
        if kind == "digital":
            return np.zeros(count), kind
        if kind in ("clicks", "dtmf"):
            apart = noises.clicks if kind == "clicks" else noises.dtmf
            return apart(count, self.rng), kind
        made = noises.STEADY[kind]
        loud = self.rng.uniform(-72, -46)
        return noises.at_level(noises.band(made(count, self.rng)), loud), f"{kind} {loud:.0f}"

    def _murmur(self, count: int) -> Samples:
        voices = list(self.voices.values())
        out, place = np.zeros(count), -int(self.rng.uniform(0, 2) * RATE)
        while place < count:
            mine = voices[self.rng.integers(len(voices))]
            said = mine[self.rng.integers(len(mine))]
            said = said / 10 ** (noises.active_level(said) / 20) * self.rng.uniform(0.5, 1)
            begin, end = max(place, 0), min(place + len(said), count)
            if end > begin:
                out[begin:end] += said[begin - place : end - place]
            place += len(said) + int(self.rng.uniform(0, 0.5) * RATE)
        return out


def spoken(studio: Studio, count: int, dbov: float, snr: float) -> tuple[Samples, int, str]:
    """Speech at `dbov` over noise at `snr` below it; an SNR of 40 or more is a quiet line."""
    speech, who = studio.speech(count)
    speech = speech * 10 ** ((dbov - noises.active_level(speech)) / 20)
    onset = noises.first_spoken(speech)
    if snr >= 40:
        floor, kind = noises.at_level(noises.coloured(count, studio.rng, 1), -70), "quiet"
    else:
        floor, kind = studio.noise(count)
        floor = noises.at_level(floor, dbov - snr)
    return speech + floor, onset, f"{who} {dbov:.0f} dBov over {kind} at SNR {snr:.0f}"


def make(truth: str, studio: Studio) -> tuple[Samples, tuple[str, ...], str, int | None]:
    """One clip: samples, accepted answers, content, sample of the onset."""
    rng = studio.rng
    count = int(rng.uniform(4, 10) * RATE)
    if truth == "silence":
        samples, kind = studio.quiet(count)
        return samples, ("silence",), kind, None
    if truth == "noise" and rng.random() < 0.55:
        samples, kind = studio.noise(count)
        loud = rng.uniform(-36, -14)
        return noises.at_level(samples, loud), ("noise",), f"{kind} {loud:.0f} dBov", None
    accepted: tuple[str, ...] = (truth,)
    if truth == "noise":
        dbov, snr = rng.uniform(-30, -16), rng.uniform(-5, 2)
    elif truth == "speech":
        dbov, snr = rng.uniform(-32, -11), float(rng.choice([50, 50, 30, 20, 15, 10]))
    elif truth == "faint":
        dbov, snr = rng.uniform(-46, -39), float(rng.choice([50, 25, 15, 10]))
    elif rng.random() < 0.5:
        dbov, snr, accepted = rng.uniform(-28, -16), rng.uniform(4, 8), ("speech", "noise")
    else:
        dbov, snr, accepted = rng.uniform(-38, -33), 50.0, ("speech", "faint")
    samples, onset, content = spoken(studio, count, dbov, snr)
    return samples, accepted, content, onset


def write(path: Path, samples: Samples) -> None:
    """A 16-bit mono WAV at 8 kHz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.clip(samples * 32768, -32768, 32767).astype("<i2").tobytes())


def main() -> None:
    """Make all clips of both splits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--work", type=Path, default=Path("var/bench-ears"))
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    made: list[Clip] = []
    for number, (split, share) in enumerate((("dev", 1.0), ("held-out", 0.6))):
        studio = Studio(split, options.work, np.random.default_rng(options.seed + 1000 * number))
        for truth, count in COUNTS.items():
            for index in range(int(count * share)):
                samples, accepted, content, onset = make(truth, studio)
                if studio.rng.random() < 0.1 and truth != "silence":
                    samples = noises.lose_packets(
                        samples, studio.rng, studio.rng.uniform(0.01, 0.06)
                    )
                    content += ", packets lost"
                file = f"{split}/{truth}-{index:03d}.wav"
                write(options.work / "clips" / file, noises.alaw(samples))
                onset_ms = None if onset is None else onset * 1000 // RATE
                made.append(Clip(file, split, truth, accepted, content, onset_ms))
    listing = json.dumps([asdict(clip) for clip in made], indent=1)
    (options.work / "clips.json").write_text(listing)
    print(f"{len(made)} clips in {options.work / 'clips'}")


if __name__ == "__main__":
    main()
