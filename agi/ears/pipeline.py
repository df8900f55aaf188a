"""From samples to frames the classifier can use: levels, tones and speech probability.

Many streams go through at once: the spectrum of all their frames is one matrix operation, and
the detector runs over all streams that have a window ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agi.ears.features import FRAME_SAMPLES, measure
from agi.ears.vad import CONTEXT_SAMPLES, WINDOW_SAMPLES, Floats, VadBackend


@dataclass(frozen=True, slots=True)
class FrameFeatures:
    """What was measured in consecutive frames of one stream; one entry a frame."""

    levels_dbov: NDArray[np.float64]
    tones: NDArray[np.bool_]
    """True for a DTMF tone."""

    speech_p: list[float]
    """Probability of speech, from the last window finished by the end of the frame."""

    def rows(self) -> list[tuple[float, bool, float]]:
        """(level, tone, probability) frame by frame, as plain Python values."""
        levels, tones = self.levels_dbov.tolist(), self.tones.tolist()
        return list(zip(levels, tones, self.speech_p, strict=True))


class Stream:
    """What the signal side remembers of one caller between batches."""

    def __init__(self, backend: VadBackend) -> None:
        self.state = backend.new_state()
        self.rest = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
        """Context of the next window, then the samples not yet in a window."""

        self.last_p = 0.0


def hear(
    backend: VadBackend, heard: Sequence[tuple[Stream, NDArray[np.float32]]]
) -> list[FrameFeatures]:
    """Measure new frames ([n, 160], n may differ) of distinct streams; one result each, in order.

    A detector window is 256 samples, a frame 160: each frame takes the value of the last window
    finished by its end, so a frame at the start of a stream has probability 0.
    """
    if not heard:
        return []
    levels, tones = measure(np.concatenate([frames for _, frames in heard]))
    probabilities = _detect(backend, heard)
    results: list[FrameFeatures] = []
    begin = 0
    for (_, frames), speech_p in zip(heard, probabilities, strict=True):
        end = begin + len(frames)
        results.append(FrameFeatures(levels[begin:end], tones[begin:end], speech_p))
        begin = end
    return results


def _detect(
    backend: VadBackend, heard: Sequence[tuple[Stream, NDArray[np.float32]]]
) -> list[list[float]]:
    buffers = [np.concatenate((stream.rest, frames.ravel())) for stream, frames in heard]
    counts = [(len(buffer) - CONTEXT_SAMPLES) // WINDOW_SAMPLES for buffer in buffers]
    found: list[list[float]] = [[stream.last_p] for stream, _ in heard]
    for turn in range(max(counts)):
        ready = [index for index, count in enumerate(counts) if count > turn]
        _one_window(backend, heard, buffers, found, turn, ready)
    results: list[list[float]] = []
    for (stream, frames), buffer, count, values in zip(heard, buffers, counts, found, strict=True):
        end = len(stream.rest) - CONTEXT_SAMPLES + FRAME_SAMPLES
        last = end + FRAME_SAMPLES * len(frames)
        results.append([values[at // WINDOW_SAMPLES] for at in range(end, last, FRAME_SAMPLES)])
        stream.rest = buffer[count * WINDOW_SAMPLES :]
        stream.last_p = values[-1]
    return results


def _one_window(
    backend: VadBackend,
    heard: Sequence[tuple[Stream, NDArray[np.float32]]],
    buffers: list[Floats],
    found: list[list[float]],
    turn: int,
    ready: list[int],
) -> None:
    """Run the detector once over the streams in `ready` and keep states and probabilities."""
    begin = turn * WINDOW_SAMPLES
    end = begin + CONTEXT_SAMPLES + WINDOW_SAMPLES
    windows = np.stack([buffers[index][begin:end] for index in ready])
    states = np.stack([heard[index][0].state for index in ready], axis=1)
    values, after = backend.probabilities(states, windows)
    for place, (index, value) in enumerate(zip(ready, values.tolist(), strict=True)):
        heard[index][0].state = after[:, place]
        found[index].append(value)
