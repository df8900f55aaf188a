"""Kokoro in a process of its own: run as a file with the model folder as its argument.

Kept apart from the server so that a crash, a hang or half a gigabyte of model is no caller's
trouble. Imports nothing of the project, so any Python with onnxruntime, NumPy and misaki[zh] can
run it. Protocol, one request at a time: a JSON line `{"text", "language", "voice"}` on stdin;
a JSON line `{"rate", "samples"}` followed by that many little-endian float32 on stdout, or
`{"problem"}` alone.

Model: Kokoro-82M v1.0, ONNX int8 (Apache-2.0). Its inputs are phoneme numbers, a style vector
chosen by the number of phonemes, and a speed. The phoneme table below is the model's own.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

RATE = 24_000
MOST_PHONEMES = 400
"""The model takes 510; shorter pieces sound steadier."""

# The model's vocabulary (config.json of Kokoro-82M): runs of symbols and their first number.
_RUNS: tuple[tuple[int, str], ...] = (
    (1, ";:,.!?"), (9, "—…\"()“” \u0303ʣʥʦʨᵝ\uab67AI"), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"),
    (41, "Yᵊabcdef"), (50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"),
    (90, "ɟ"), (92, "ɡ"), (99, "ɥ"), (101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"),
    (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ"), (138, "ʌɣɤ"), (142, "χʎ"), (147, "ʒʔ"), (156, "ˈˌː"),
    (162, "ʰ"), (164, "ʲ"), (169, "↓"), (171, "→↗↘"), (177, "ᵻ"),
)  # fmt: skip
VOCABULARY = {symbol: first + n for first, run in _RUNS for n, symbol in enumerate(run)}

# espeak-ng's symbols (tied by "^") to those the voices were trained on: one letter a diphthong.
_FROM_ESPEAK = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("e^ɪ", "A"), ("o^ʊ", "O"), ("ɔ^ɪ", "Y"), ("d^ʒ", "ʤ"),
    ("t^ʃ", "ʧ"), ("ə^l", "ᵊl"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɪə", "iə"), ("ɐ", "ə"),
    ("r", "ɹ"), ("x", "k"), ("ɬ", "l"), ("ː", ""), ("ʲ", ""), ("\u0303", ""), ("\u0329", ""),
    ("ɾ", "T"), ("ʔ", "t"), ("o", "ɔ"), ("^", ""), ("-", ""),
)  # fmt: skip
_HAN = re.compile(r"([\u3400-\u9fff]+)")
_VOWELS = "aeiouyɤəɛɑɥ"
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9' -]*")
_ENGLISH_STOPS = re.compile(r"([,.!?;:…]+)")
_PIECE = re.compile(r"[^.!?;,]*[.!?;,]*\s*")


class Voice:
    """The loaded model with its letter-to-sound rules; loading takes about a second."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import numpy as np
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._np = np
        self._folder = folder
        self._styles: dict[str, Any] = {}
        self._mandarin: Mandarin | None = None
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def speak(self, text: str, language: str, voice: str) -> Any:
        """float32 samples at 24 kHz."""
        np = self._np
        sounds = self.phonemes(text, language)
        if sounds and sounds[-1] not in ".!?…":
            # Without an end mark a short text is cut off in the model's last syllable.
            sounds += "."
        pieces = [self._render(piece, voice) for piece in _pieces(sounds)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)

    def phonemes(self, text: str, language: str) -> str:
        """The sounds of `text` in the model's own symbols."""
        if not language.startswith("zh"):
            return _english(text)
        sounds, last = "", 0
        for latin in _LATIN.finditer(text):
            # Latin words inside Mandarin are read by English rules.
            sounds += self._chinese(text[last : latin.start()]) + f" {_english(latin[0])} "
            last = latin.end()
        return re.sub(r" +", " ", sounds + self._chinese(text[last:])).strip()

    def _chinese(self, text: str) -> str:
        if not text.strip():
            return ""
        if self._mandarin is None:
            self._mandarin = Mandarin(self._folder)
        return self._mandarin.sounds(text)

    def _render(self, sounds: str, voice: str) -> Any:
        np = self._np
        numbers = [VOCABULARY[symbol] for symbol in sounds if symbol in VOCABULARY]
        if not numbers:
            return np.zeros(0, np.float32)
        styles = self._style(voice)
        feed = {
            "tokens": np.array([[0, *numbers, 0]], np.int64),
            "style": styles[min(len(numbers), len(styles) - 1)][None, :],
            "speed": np.array([1.0], np.float32),
        }
        return self._session.run(None, feed)[0].ravel()

    def _style(self, voice: str) -> Any:
        if voice not in self._styles:
            path = self._folder / "voices" / f"{voice}.bin"
            self._styles[voice] = self._np.fromfile(path, self._np.float32).reshape(-1, 256)
        return self._styles[voice]


class Mandarin:
    """Characters to sounds: jieba's words, pypinyin's readings, misaki's symbols."""

    def __init__(self, cache: Path) -> None:
        from misaki.zh import ZHG2P

        self._rules = ZHG2P
        self._jieba = importlib.import_module("jieba")
        self._pypinyin = importlib.import_module("pypinyin")
        # Its word cache is loaded as code would be: not from a folder everybody can write to.
        self._jieba.dt.tmp_dir = str(cache)

    def sounds(self, text: str) -> str:
        """The sounds of Mandarin text; anything but characters and punctuation is dropped."""
        parts = _HAN.split(str(self._rules.map_punctuation(text)))
        return "".join(
            " ".join(self._word(word) for word in self._jieba.lcut(part)) if index % 2 else part
            for index, part in enumerate(parts)
        )

    def _word(self, word: str) -> str:
        style = self._pypinyin.Style.TONE3
        sounds = ""
        for syllable in self._pypinyin.lazy_pinyin(word, style=style, neutral_tone_with_five=True):
            try:
                sound = str(self._rules.py2ipa(syllable))
            except (ValueError, KeyError, IndexError, AssertionError):
                continue  # a character no dictionary reads
            # Unparted, the n of man-yi would be heard as ma-nyi.
            parted = sounds.endswith("n") and sound[:1] in _VOWELS
            sounds += f" {sound}" if parted else sound
        return sounds


def _english(text: str) -> str:
    """English by espeak-ng's rules; punctuation is kept, espeak-ng would drop it."""
    parts = _ENGLISH_STOPS.split(text)
    return "".join(
        part[0] + " " if index % 2 else _english_words(part) for index, part in enumerate(parts)
    ).strip()


def _english_words(text: str) -> str:
    if not text.strip():
        return ""
    done = subprocess.run(
        ["espeak-ng", "-v", "en-us", "-q", "-b", "1", "--ipa", "--tie=^", "--stdin"],  # noqa: S607
        input=text.encode(),
        capture_output=True,
        timeout=10,
        check=True,
    )
    sounds = " ".join(done.stdout.decode("utf-8", "replace").split())
    for found, wanted in _FROM_ESPEAK:
        sounds = sounds.replace(found, wanted)
    return sounds


def _pieces(sounds: str) -> Iterator[str]:
    """`sounds` in stretches the model takes, broken after punctuation where there is any."""
    held = ""
    for match in _PIECE.finditer(sounds):
        piece = match[0]
        if held and len(held) + len(piece) > MOST_PHONEMES:
            yield held
            held = ""
        while len(piece) > MOST_PHONEMES:
            yield piece[:MOST_PHONEMES]
            piece = piece[MOST_PHONEMES:]
        held += piece
    if held.strip():
        yield held


def answer(voice: Voice, line: bytes, out: BinaryIO) -> None:
    """Answer one request; a problem with it is an answer too."""
    try:
        asked = json.loads(line)
        samples = voice.speak(str(asked["text"]), str(asked["language"]), str(asked["voice"]))
        data = samples.astype("<f4").tobytes()
        head: dict[str, object] = {"rate": RATE, "samples": len(data) // 4}
    except Exception as error:  # noqa: BLE001 - the asker decides what to do next
        head, data = {"problem": f"{type(error).__name__}: {error}"}, b""
    out.write(json.dumps(head).encode() + b"\n" + data)
    out.flush()


def main() -> None:
    """Load the model named by the first argument, then answer until stdin ends."""
    # Libraries print; stdout belongs to the protocol alone.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(5)
    try:
        voice = Voice(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    except Exception as error:  # noqa: BLE001 - told to the asker, who falls back
        out.write(json.dumps({"problem": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        out.flush()
        return
    for line in sys.stdin.buffer:
        answer(voice, line, out)


if __name__ == "__main__":
    main()
