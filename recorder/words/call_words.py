"""The words of one call: both legs recognised, the agent's against the script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from calls.events import CallEvent
from recorder.words.checking import (
    LineFound,
    PoliteWord,
    SpokenLine,
    check_lines,
    polite_words,
)
from recorder.words.ports import Pcm, Recogniser, Utterance

PIECE_MS: Final = 30_000
"""So much at a time: the recogniser's own window, and something to show progress by."""

CALLER, HOUSE = 0, 1
_CUT_IN_MS: Final = 6_000
_STILL_MS: Final = 200
_SAID: Final = frozenset({"completed", "barge_in", "key", "hangup", "wait_over"})


class Sound(Protocol):
    """As much of `recorder.timeline.CallSound` as this needs."""

    @property
    def rate(self) -> int: ...

    @property
    def duration_ms(self) -> int: ...

    def samples(self, from_ms: int, to_ms: int) -> Pcm: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWords:
    """What was recognised. Offsets are of the call."""

    engine: str
    language: str
    spans: tuple[tuple[int, int], ...]
    """What was listened to: the talks with agents, or the whole call where there was none."""

    caller: tuple[Utterance, ...]
    house: tuple[Utterance, ...]
    lines: tuple[LineFound, ...]
    polite: tuple[PoliteWord, ...]


def language_of(events: Sequence[CallEvent]) -> str:
    """`zh` or `en`, by the last line that was said."""
    said = [str(event.data["language"]) for event in events if event.kind == "said"]
    return "en" if said and said[-1] == "en" else "zh"


def talks_of(events: Sequence[CallEvent]) -> tuple[tuple[int, int], ...]:
    """From when to when agents talked with the caller, as offsets of the call."""
    found: list[tuple[int, int]] = []
    began: int | None = None
    for event in events:
        if event.kind == "agent_answered" and began is None:
            began = event.offset_ms
        elif event.kind in ("left_queue", "transferred", "hung_up", "ended") and began is not None:
            found.append((began, event.offset_ms))
            began = None
    return tuple(found)


def spoken_lines(events: Sequence[CallEvent], performer: str = "agent") -> tuple[SpokenLine, ...]:
    """Lines that the facts say were spoken by the agent (or `ivr`)."""
    return tuple(
        SpokenLine(
            line=str(event.data["line"]),
            text=str(event.data["text"]),
            start_ms=int(event.data["start_ms"]),
            end_ms=int(event.data["end_ms"]),
        )
        for event in events
        if event.kind == "said"
        and event.data.get("performer") == performer
        and event.data.get("ended") in _SAID
        and event.data.get("noted") != "changed"
    )


def words_of(
    sound: Sound,
    events: Sequence[CallEvent],
    recogniser: Recogniser,
    *,
    polite: Sequence[str] = (),
    whole: bool = False,
    told: Callable[[int, int], object] = lambda _done, _all: None,
) -> CallWords:
    """Recognise a call. Long work: `told` hears of pieces done, of how many.

    `whole`: the house's own prompts too. Raises WordsError, RecordingError.
    """
    language = language_of(events)
    spans = talks_of(events)
    performer = "agent" if spans else "ivr"
    if whole or not spans:
        spans = ((0, sound.duration_ms),)
    pieces = [piece for span in spans for piece in _pieces(sound, *span)]
    legs: tuple[list[Utterance], list[Utterance]] = ([], [])
    for count, (from_ms, to_ms) in enumerate(pieces, 1):
        both = sound.samples(from_ms, to_ms)
        for leg in (CALLER, HOUSE):
            found = recogniser.transcribe(both[:, leg].copy(), sound.rate, language)
            legs[leg].extend(one.moved(from_ms) for one in found)
        told(count, len(pieces))
    house = tuple(legs[HOUSE])
    return CallWords(
        engine=recogniser.name,
        language=language,
        spans=spans,
        caller=tuple(legs[CALLER]),
        house=house,
        lines=check_lines(spoken_lines(events, performer), house),
        polite=polite_words(house, language, polite),
    )


def _pieces(sound: Sound, from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """Pieces of at most PIECE_MS that end where it is stillest, not in a word."""
    while to_ms - from_ms > PIECE_MS:
        cut_ms = _stillest(sound, from_ms + PIECE_MS - _CUT_IN_MS, from_ms + PIECE_MS)
        yield from_ms, cut_ms
        from_ms = cut_ms
    if to_ms > from_ms:
        yield from_ms, to_ms


def _stillest(sound: Sound, from_ms: int, to_ms: int) -> int:
    """The middle of the stillest 200 ms of both legs together."""
    both = sound.samples(from_ms, to_ms).astype(np.float64)
    frames = sound.rate * _STILL_MS // 1000
    blocks = both[: len(both) // frames * frames].reshape(-1, frames * both.shape[1])
    if not len(blocks):
        return to_ms
    return from_ms + int(np.argmin((blocks**2).sum(axis=1))) * _STILL_MS + _STILL_MS // 2
