"""Voices and music for the clips: people's recordings out of Debian packages, and synthesizers.

Packages are downloaded and unpacked into a work folder, not installed, so nothing conflicts.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.ears.wav import read_wav

Samples = NDArray[np.float64]

PACKAGES = (
    *(f"asterisk-core-sounds-{language}-wav" for language in ("en", "fr", "it", "ru")),
    "asterisk-prompt-es-co",
    "asterisk-prompt-fr-armelle",
    "asterisk-prompt-it-menardi-wav",
    "asterisk-moh-opsound-wav",
    "gcin-voice",
)
SOUNDS = "usr/share/asterisk/sounds"
SENTENCES = (
    "Hello, I would like to ask about my last order.",
    "Could you please tell me when you open tomorrow?",
    "Yes, that is right, the number is forty two.",
    "I have been waiting for an hour and nobody came.",
    "The water in our building has been off since this morning.",
    "No, thank you, that was all, goodbye.",
    "My name is Mary Johnson and I am calling about the invoice.",
    "Can I speak to a person, please?",
)
MANDARIN = (
    "ni3 hao3 , wo3 xiang3 cha2 yi1 xia4 ding4 dan1",
    "qing3 wen4 ming2 tian1 ji3 dian3 kai1 men2",
    "wo3 jia1 ting2 shui3 le5 , dao4 xian4 zai4 hai2 mei2 lai2",
    "dui4 , shi4 de5 , xie4 xie5 ni3",
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where one voice's utterances are."""

    name: str
    split: str
    folder: str = ""
    pattern: str = "*.wav"
    engine: str = ""


SPEAKERS = (
    Speaker("allison", "dev", f"{SOUNDS}/en_US_f_Allison"),
    Speaker("june", "dev", f"{SOUNDS}/fr_CA_f_June"),
    Speaker("carlo", "dev", f"{SOUNDS}/it_IT_m_Carlo"),
    Speaker("mandarin-hua-liu", "dev", "usr/share/gcin-voice/ogg", "*/3.ogg"),
    Speaker("flite-rms", "dev", engine="flite:rms"),
    Speaker("espeak-cmn", "dev", engine="espeak:cmn-latn-pinyin+f2"),
    Speaker("ivrvoice-ru", "held-out", f"{SOUNDS}/ru_RU_f_IvrvoiceRU"),
    Speaker("menardi", "held-out", f"{SOUNDS}/it_IT_f_Menardi"),
    Speaker("armelle", "held-out", f"{SOUNDS}/fr", "*.gsm"),
    Speaker("colombia", "held-out", f"{SOUNDS}/es", "*.gsm"),
    Speaker("mandarin-chu-lo", "held-out", "usr/share/gcin-voice/ogg", "*/5.ogg"),
    Speaker("flite-awb", "held-out", engine="flite:awb"),
)


def fetch(work: Path) -> Path:
    """Download and unpack PACKAGES below `work`; gives the folder that stands for `/`."""
    root, debs = work / "root", work / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not list(debs.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", "-qq", package], cwd=debs, check=True)
        if not (root / "usr/share/doc" / package).is_dir():
            deb = next(debs.glob(f"{package}_*.deb"))
            subprocess.run(["dpkg", "-x", str(deb), str(root)], check=True)
    return root


def utterances(speaker: Speaker, root: Path, work: Path, rng: np.random.Generator) -> list[Samples]:
    """Up to forty utterances of 0.5 to 8 s, trimmed, 8 kHz."""
    if speaker.engine:
        found = [read(path) for path in _synthesize(speaker, work)]
    elif speaker.pattern.endswith(".ogg"):
        found = _phrases(speaker, root, work, rng)
    else:
        paths = sorted((root / speaker.folder).glob(speaker.pattern))
        sized = [path for path in paths if _plausible(path)]
        chosen = rng.choice(len(sized), size=min(60, len(sized)), replace=False)
        found = [read(decoded(sized[index], work)) for index in chosen]
    trimmed = [trim(samples) for samples in found]
    return [samples for samples in trimmed if 4000 <= len(samples) <= 64_000][:40]


def music(root: Path) -> list[Samples]:
    """The pieces of the music-on-hold package, sorted by name."""
    return [read(path) for path in sorted((root / "usr/share/asterisk/moh").glob("*.wav"))]


def read(path: Path) -> Samples:
    """A WAV as 64-bit samples at 8 kHz."""
    return read_wav(path).astype(np.float64)


def trim(samples: Samples, below_db: float = 35.0) -> Samples:
    """Cut the silence off both ends: frames more than `below_db` under the loudest."""
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    if not len(frames):
        return samples[:0]
    power = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-below_db / 10))
    return frames[loud[0] : loud[-1] + 1].ravel() if power.max() > 0 else samples[:0]


def decoded(path: Path, work: Path) -> Path:
    """The file as WAV: itself, or what sox makes of it."""
    if path.suffix == ".wav":
        return path
    target = work / "decoded" / path.parent.parent.name / path.parent.name / f"{path.stem}.wav"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["sox", str(path), "-r", "8000", "-c", "1", "-b", "16", "-e", "signed", str(target)],
            check=True,
        )
    return target


def _plausible(path: Path) -> bool:
    rate = 1650 if path.suffix == ".gsm" else 16_000
    return 0.7 * rate < path.stat().st_size < 9 * rate and not any(
        word in path.stem
        for word in ("beep", "tone", "jingle", "monkeys", "silence", "ring", "tt-")
    )


def _phrases(speaker: Speaker, root: Path, work: Path, rng: np.random.Generator) -> list[Samples]:
    """Phrases of three to eight spoken Mandarin syllables, a breath between."""
    paths = sorted((root / speaker.folder).glob(speaker.pattern))
    chosen = [paths[index] for index in rng.choice(len(paths), size=60, replace=False)]
    syllables = [trim(read(decoded(path, work)), 30) for path in chosen]
    phrases: list[Samples] = []
    for _ in range(40):
        parts: list[Samples] = []
        for index in rng.integers(0, len(syllables), size=rng.integers(3, 9)):
            parts += [syllables[index], np.zeros(int(rng.uniform(0, 0.06) * 8000))]
        phrases.append(np.concatenate(parts))
    return phrases


def _synthesize(speaker: Speaker, work: Path) -> list[Path]:
    kind, voice = speaker.engine.split(":")
    paths: list[Path] = []
    if not shutil.which("flite" if kind == "flite" else "espeak-ng"):
        raise SystemExit(f"bench/ears needs {kind}: apt-get install flite espeak-ng sox")
    for number, text in enumerate(SENTENCES if kind == "flite" else MANDARIN):
        path = work / "synthesized" / f"{speaker.name}-{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        command = (
            ["flite", "-voice", voice, "-t", text, "-o", str(path)]
            if kind == "flite"
            else ["espeak-ng", "-b", "1", "-v", voice, "-w", str(path), text]
        )
        if not path.is_file():
            subprocess.run(command, check=True)
        paths.append(path)
    return paths
