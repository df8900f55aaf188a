"""What the ears make of a caller whose deeds are known: the classifier's rules without its audio.

The figures are those of the real classifier (its README states where they come from): here only
the levels decide and a hold time is exact, there the detector adds a delay of some 100 ms. Change
them together.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from callers.acting import Acting, BackgroundSpan, Speech
from callers.noises import COMFORT_DBOV
from calls.actions import Listen, Until
from calls.outcomes import Sound

ONSET_MS: Final = 60
"""Speech in a row that begins an utterance: three frames."""

BARGE_IN_MS: Final = 200
"""The same over a line of ours, whose echo may come back."""

FAINT_MS: Final = 800
"""Speech that must be heard before it is called too low."""

NOISE_MS: Final = 3000
"""Noise without a word that must be heard before the line is called noisy."""

NOISE_WITH_SPEECH_MS: Final = 1500
"""The same when a voice is lost in it."""

CLEAR_VOICE_MS: Final = 240
"""So much of a voice that stands out of the noise, and the line counts as one with speech."""

NOISE_AT_END_MS: Final = 1500
"""A window that runs out on a line noisy for this long was noise, not silence."""

CLEAR_MS: Final = 1500
"""Time without noise after which a line is clear again."""

NOISE_FROM_DBOV: Final = -41.0
_NOISE, _FAINT, _SPEECH, _ONSET = Sound.NOISE, Sound.FAINT, Sound.SPEECH, Until.ONSET
_tuple = tuple.__new__  # `Sensed(...)` is a call in Python
FAINT_BELOW_DBOV: Final = -37.5
LEAST_SNR_DB: Final = 6.0


class Sensed(NamedTuple):
    """Something the ears came to: known at `at_ms`, about the stretch `from_ms` to `to_ms`."""

    at_ms: int
    what: Sound
    from_ms: int
    to_ms: int
    level_dbov: float


def noise_level(acting: Acting, at_ms: int) -> float:
    """Power sum of the noises on the line, in dBov, over the comfort noise."""
    if not acting.persona.backgrounds:
        return COMFORT_DBOV
    return _level_among(acting.background_spans(), at_ms)


def _level_among(spans: Sequence[BackgroundSpan], at_ms: int) -> float:
    levels = [
        noise.level_dbov
        for begin_ms, end_ms, noise in spans
        if begin_ms <= at_ms and (end_ms is None or at_ms < end_ms)
    ]
    return _sum_of(tuple(levels)) if levels else COMFORT_DBOV


@lru_cache(maxsize=1024)
def _sum_of(levels_dbov: tuple[float, ...]) -> float:
    power = sum(10 ** (level / 10) for level in (COMFORT_DBOV, *levels_dbov))
    return 10 * math.log10(power)


def voice_class(acting: Acting, speech: Speech) -> Sound:
    """Whether a speech is heard as speech, faint, or lost in noise."""
    if acting.persona.backgrounds:
        return _class_over(noise_level(acting, speech.begin_ms), speech.level_dbov)
    return _class_over(COMFORT_DBOV, speech.level_dbov)


@lru_cache(maxsize=1024)
def _class_over(floor_dbov: float, level_dbov: float) -> Sound:
    if level_dbov - floor_dbov < LEAST_SNR_DB:
        return _NOISE
    return _FAINT if level_dbov < FAINT_BELOW_DBOV else _SPEECH


def noise_spans(acting: Acting, until_ms: int) -> list[tuple[int, int]]:
    """Stretches up to `until_ms` in which the line is noisy, merged, by time."""
    if not acting.persona.backgrounds:
        return []
    edges, backgrounds = {until_ms}, acting.background_spans()
    for begin_ms, end_ms, _ in backgrounds:
        edges.update(edge for edge in (begin_ms, end_ms) if edge is not None and edge < until_ms)
    spans: list[tuple[int, int]] = []
    ordered = sorted(edges)
    for begin_ms, end_ms in itertools.pairwise(ordered):
        if _level_among(backgrounds, begin_ms) < NOISE_FROM_DBOV:
            continue
        if spans and spans[-1][1] == begin_ms:
            spans[-1] = (spans[-1][0], end_ms)
        else:
            spans.append((begin_ms, end_ms))
    return spans


def noise_sensed(acting: Acting, listen: Listen, from_ms: int, to_ms: int) -> Sensed | None:
    """The moment in the window at which the line is known to be noisy, or None.

    A voice that stands out of the noise makes it a line on which somebody speaks.
    """
    if not acting.persona.backgrounds or _NOISE not in listen.wanted:
        return None
    here = [s for s in acting.spoken if s.begin_ms < to_ms and s.end_ms > from_ms]
    lost = [speech for speech in here if voice_class(acting, speech) is _NOISE]
    clear = [max(s.begin_ms, from_ms) + CLEAR_VOICE_MS for s in here if s not in lost]
    for begin_ms, end_ms in noise_spans(acting, to_ms):
        begin_ms = max(begin_ms, from_ms)
        known_ms = begin_ms + NOISE_MS
        for speech in lost:
            known_ms = min(known_ms, max(speech.begin_ms, begin_ms) + NOISE_WITH_SPEECH_MS)
        if any(voice_ms <= known_ms for voice_ms in clear):
            return None
        if known_ms <= end_ms:
            return Sensed(known_ms, _NOISE, begin_ms, known_ms, noise_level(acting, begin_ms))
    return None


def noisy_at_end(acting: Acting, from_ms: int, to_ms: int) -> bool:
    """Whether a window that runs out at `to_ms` does so on a line that has long been noisy."""
    return bool(acting.persona.backgrounds) and any(
        end_ms == to_ms and end_ms - max(begin_ms, from_ms) >= NOISE_AT_END_MS
        for begin_ms, end_ms in noise_spans(acting, to_ms)
    )


def clear_sensed(acting: Acting, from_ms: int, to_ms: int) -> Sensed | None:
    """The moment in the window at which the line has been without noise for long enough."""
    quiet_ms = from_ms
    for begin_ms, end_ms in noise_spans(acting, to_ms):
        if end_ms <= from_ms:
            continue
        if begin_ms - quiet_ms >= CLEAR_MS:
            break
        quiet_ms = max(quiet_ms, end_ms)
    known_ms = quiet_ms + CLEAR_MS
    if known_ms > to_ms:
        return None
    return Sensed(known_ms, Sound.CLEAR, quiet_ms, known_ms, noise_level(acting, quiet_ms))


def voice_sensed(acting: Acting, speech: Speech, from_ms: int, needed_ms: int) -> Sensed | None:
    """A speech not lost in noise, known once `needed_ms` of it were heard since `from_ms`."""
    begin_ms, end_ms, _, level_dbov = speech
    if begin_ms < from_ms:
        begin_ms = from_ms
    if end_ms - begin_ms < needed_ms:
        return None
    if acting.persona.backgrounds:
        what = voice_class(acting, speech)
    else:
        what = _class_over(COMFORT_DBOV, level_dbov)
    if what is _NOISE:
        return None
    known_ms = begin_ms + (FAINT_MS if what is _FAINT else needed_ms)
    if known_ms > end_ms:
        return None
    return _tuple(Sensed, (known_ms, what, begin_ms, end_ms, level_dbov))


def cut_in_at(acting: Acting, from_ms: int) -> int | None:
    """When a voice cuts in on a line that began at `from_ms`; None when it is left alone."""
    for speech in acting.spoken:  # by time, so the first is the earliest
        voice = voice_sensed(acting, speech, from_ms, BARGE_IN_MS)
        if voice is not None and voice.what is _SPEECH:
            return voice.at_ms
    return None


def voice_ends(
    acting: Acting, listen: Listen, from_ms: int, open_ms: int, deadline_ms: int
) -> Sensed | None:
    """The caller's voice as the end of a window that was open from `open_ms` to `deadline_ms`.

    A voice heard over the prompt (`from_ms`) counts while it lasts into the window. Once known
    before the deadline it is waited for, until the caller has paused or spoken for too long.
    """
    for speech in acting.spoken:
        if speech[1] <= open_ms:
            continue
        voice = voice_sensed(acting, speech, from_ms, ONSET_MS)
        if voice is None:
            continue
        known_ms, what, voice_ms, over_ms, level_dbov = voice
        if known_ms > deadline_ms or what not in listen.wanted:
            continue
        if listen.until is _ONSET:
            return voice
        longest_ms = voice_ms + listen.longest_ms
        if over_ms > longest_ms:
            return Sensed(longest_ms, what, voice_ms, longest_ms, level_dbov)
        return _tuple(Sensed, (over_ms + listen.end_pause_ms, what, voice_ms, over_ms, level_dbov))
    return None
