"""The voices of simulated callers: utterances as 8 kHz mono wav, brought to a speech level.

`voices/index.yaml` lists them; the files were rendered once (see NOTICE) and are read, never made,
at run time.
"""

from __future__ import annotations

import wave
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from callers.noises import RATE, Samples, level_of
from callflow.nodes import Mapping as NodeMapping
from callflow.nodes import Node, NodeError, parse
from callflow.reading import Reading
from calls.errors import PersonaError

FOLDER: Final = Path(__file__).parent / "voices"
_ACTIVE_BELOW_PEAK_DB: Final = 20.0
"""A 20 ms frame is active speech within this of the loud frames (ITU-T P.56 uses 15.9 dB margin on
an envelope; on frames 20 dB keeps soft consonants in)."""

_FRAME: Final = RATE // 50


class VoiceBank:
    """Utterances by voice."""

    def __init__(
        self,
        files: Mapping[tuple[str, str], Path],
        texts: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._files = dict(files)
        self._texts = dict(texts or {})
        self.voices = frozenset(voice for voice, _ in self._files)
        self.utterances = frozenset(utterance for _, utterance in self._files)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> VoiceBank:
        """Read `folder`/index.yaml. Raises PersonaError when it is wrong."""
        index = folder / "index.yaml"
        try:
            top = parse(index.read_text(encoding="utf-8"), str(index))
        except OSError as error:
            raise PersonaError(
                f"{index}: cannot be read ({error.strerror}); restore callers/voices"
            ) from None
        except NodeError as error:
            raise PersonaError(str(error.problem)) from None
        reader = _IndexReader(folder)
        files = reader.files(top)
        if reader.problems:
            raise PersonaError("\n".join(str(problem) for problem in sorted(reader.problems)))
        return cls(files, reader.texts)

    def text(self, voice: str, utterance: str) -> str:
        """The utterance in words; its name where the index does not tell them."""
        return self._texts.get((voice, utterance), utterance)

    def length_ms(self, voice: str, utterance: str) -> int:
        """How long the utterance takes, whole ms rounded up. Raises PersonaError if unknown."""
        return -(-len(self._read(voice, utterance)) * 1000 // RATE)

    def samples(self, voice: str, utterance: str, level_dbov: float) -> Samples:
        """The utterance with its active speech at `level_dbov`. Raises PersonaError if unknown."""
        return at_speech_level(self._read(voice, utterance), level_dbov)

    def _read(self, voice: str, utterance: str) -> Samples:
        path = self._files.get((voice, utterance))
        if path is None:
            raise PersonaError(
                f'the voice "{voice}" has no utterance "{utterance}"; '
                f"it has: {', '.join(sorted(u for v, u in self._files if v == voice)) or 'none'}"
            )
        return read_wav(path)


def at_speech_level(samples: Samples, level_dbov: float) -> Samples:
    """`samples` with their active speech at `level_dbov`."""
    gain = 10 ** ((level_dbov - active_speech_level(samples)) / 20)
    return (samples * gain).astype(np.float32)


def active_speech_level(samples: Samples) -> float:
    """Active speech level in dBov: the mean over 20 ms frames in which somebody speaks."""
    count = len(samples) // _FRAME
    if count == 0:
        return level_of(samples)
    frames = samples[: count * _FRAME].reshape(count, _FRAME).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    loud = float(np.percentile(power, 95))
    active = power[power >= loud * 10 ** (-_ACTIVE_BELOW_PEAK_DB / 10)]
    return 10 * float(np.log10(max(float(np.mean(active)), 1e-10)))


@lru_cache(maxsize=512)
def read_wav(path: Path) -> Samples:
    """An 8 kHz mono 16-bit wav as samples in -1..1. Raises PersonaError for anything else."""
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise PersonaError(f"{path}: is no readable wav ({error}); render it again") from None
    if shape != (RATE, 1, 2):
        raise PersonaError(f"{path}: has rate, channels, width {shape}; it must be (8000, 1, 2)")
    return (np.frombuffer(pcm, "<i2") / 32768).astype(np.float32)


class _IndexReader(Reading):
    """One pass over voices/index.yaml."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.texts: dict[tuple[str, str], str] = {}
        """(voice, utterance) to its words, once `files` was called."""

    def files(self, top: NodeMapping) -> dict[tuple[str, str], Path]:
        """(voice, utterance) to the file `<voice>_<utterance>.wav`."""
        self.keys(top, ("voices", "utterances"), "the index of voices")
        languages = self._voices(top.get("voices"), top)
        files: dict[tuple[str, str], Path] = {}
        for utterance, wording in self._utterances(top.get("utterances"), top):
            for voice, language in languages.items():
                words = wording.get(language)
                if words is not None:
                    self.texts[voice, utterance] = self.text(words, "an utterance")
                    files[voice, utterance] = self._folder / f"{voice}_{utterance}.wav"
        return files

    def _voices(self, node: Node | None, top: NodeMapping) -> dict[str, str]:
        found = self.mapping(node or top, "voices")
        languages: dict[str, str] = {}
        for key, value in found.items if found else ():
            voice = self.mapping(value, "a voice")
            if voice is not None:
                self.keys(voice, ("language", "kokoro"), "a voice")
                languages[self.name(key, "a voice")] = self.one_of(
                    voice.get("language"), "language", ("zh", "en"), "zh"
                )
        return languages

    def _utterances(self, node: Node | None, top: NodeMapping) -> list[tuple[str, NodeMapping]]:
        found = self.mapping(node or top, "utterances")
        wordings: list[tuple[str, NodeMapping]] = []
        for key, value in found.items if found else ():
            wording = self.mapping(value, "an utterance")
            if wording is not None:
                self.keys(wording, ("zh", "en"), "an utterance")
                wordings.append((self.name(key, "an utterance"), wording))
        return wordings
