"""The ears over recordings: the live classifier, run as fast as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agi.ears.classifier import Declared, LineClassifier
from agi.ears.features import FRAME_MS, FRAME_SAMPLES
from agi.ears.onset import OnsetDetector
from agi.ears.pipeline import FrameFeatures, Stream, hear
from agi.ears.vad import VadBackend
from calls.outcomes import Sound


@dataclass(frozen=True, slots=True)
class RecordingHeard:
    """What was heard in one recording; times in milliseconds from its first sample.

    A start of speech is the moment it was known, as live: the end of the third frame of speech.
    """

    final: Sound
    decisions: tuple[Declared, ...]
    speech_starts_ms: tuple[int, ...]
    duration_ms: int
    level_dbov: float | None
    reason: str


def hear_recordings(
    backend: VadBackend, recordings: Sequence[NDArray[np.float32]]
) -> list[RecordingHeard]:
    """Classify recordings (mono 8 kHz, full scale 1.0), each as one caller's line from its start.

    A last piece shorter than a frame is left out, as a live line would.
    """
    heard = [
        (Stream(backend), samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES])
        for samples in recordings
    ]
    framed = [(stream, cut.reshape(-1, FRAME_SAMPLES)) for stream, cut in heard]
    return [_classify(features) for features in hear(backend, framed)]


def _classify(features: FrameFeatures) -> RecordingHeard:
    classifier, onsets = LineClassifier(), OnsetDetector()
    decisions: list[Declared] = []
    starts: list[int] = []
    rows = features.rows()
    for level, tone, speech_p in rows:
        declared = classifier.add(level, tone, speech_p)
        if declared is not None:
            decisions.append(declared)
        begun = onsets.add(speech_p, tone=tone)
        if begun is not None:
            starts.append((begun + 1) * FRAME_MS)
    last = classifier.verdict or classifier.judge_now()
    final = last.what if last is not None else Sound.SILENCE
    return RecordingHeard(
        final=final,
        decisions=tuple(decisions),
        speech_starts_ms=tuple(starts),
        duration_ms=len(rows) * FRAME_MS,
        level_dbov=None if last is None else round(last.level_dbov, 1),
        reason="nothing but key tones" if last is None else last.reason,
    )
