"""Whisper by faster-whisper: the extra `asr`, and a model folder that the site brings.

A folder in CTranslate2's format: `model.bin`, `config.json`, `tokenizer.json`, `vocabulary.json`.
Nothing is ever fetched.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recorder.words.ports import Pcm, Utterance, Word, WordsError

RATE: Final = 16_000
"""Samples a second that the model wants."""

MOST_COMPRESSION: Final = 2.4
"""Text that repeats itself more than this is an invention on noise (the model's own limit)."""

MOST_NO_SPEECH: Final = 0.8
_NEEDED: Final = ("model.bin", "config.json", "tokenizer.json")


class Whisper:
    """Implements `Recogniser`. Loading takes a second and half a gigabyte."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises WordsError when the package or the model is not there."""
        self._model = _load(folder, threads)
        self._name = f"faster-whisper, {folder.name}"

    @property
    def name(self) -> str:
        return self._name

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        if not len(sound):
            return ()
        try:
            segments, _ = self._model.transcribe(
                resampled(sound, rate),
                language=language,
                beam_size=5,
                vad_filter=True,
                word_timestamps=True,
                condition_on_previous_text=False,
            )
            return tuple(_utterances(segments))
        except (RuntimeError, ValueError, OSError) as error:
            raise WordsError(f"the recogniser broke: {error}") from error


def _load(folder: Path, threads: int) -> Any:
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise WordsError(
            f"{folder} is no model of faster-whisper ({', '.join(missing)} missing); give a folder "
            "in CTranslate2's format, see docs/words.md"
        )
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise WordsError(
            "speech recognition is not installed; pip install 'thirdring[asr]'"
        ) from error
    try:
        return WhisperModel(
            str(folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise WordsError(f"{folder} cannot be loaded: {error}") from error


def resampled(sound: Pcm, rate: int) -> NDArray[np.float32]:
    """To 16 kHz and -1 to 1, by zeros in the spectrum of overlapping blocks' worth of sound.

    Telephone speech has nothing above 4 kHz, so whole factors are enough. Raises WordsError for
    another rate.
    """
    factor, rest = divmod(RATE, rate)
    if rest or factor < 1:
        raise WordsError(f"sound of {rate} samples a second cannot be recognised; 8000 or 16000")
    samples = (sound / 32768).astype(np.float32)
    if factor == 1:
        return samples
    return _interpolated(samples, factor)


def _interpolated(samples: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Windowed sinc of 32 zero crossings, cut off at the old half rate."""
    reach = 16 * factor
    at = np.arange(-reach, reach + 1)
    kernel = np.sinc(at / factor) * np.hanning(len(at))
    spread = np.zeros(len(samples) * factor, np.float32)
    spread[::factor] = samples
    size = 1 << int(np.ceil(np.log2(len(spread) + len(kernel))))
    spectrum = np.fft.rfft(spread, size) * np.fft.rfft(kernel, size)
    whole = np.fft.irfft(spectrum, size)
    return whole[reach : reach + len(spread)].astype(np.float32)


def _utterances(segments: Iterable[Any]) -> Iterator[Utterance]:
    for one in segments:
        if one.no_speech_prob > MOST_NO_SPEECH or one.compression_ratio > MOST_COMPRESSION:
            continue
        words = tuple(
            Word(from_ms=_ms(word.start), to_ms=_ms(word.end), text=word.word.strip())
            for word in one.words or ()
        )
        yield Utterance(
            from_ms=_ms(one.start),
            to_ms=_ms(one.end),
            text=one.text.strip(),
            confidence=round(min(1.0, math.exp(one.avg_logprob)), 3),
            words=words,
        )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
