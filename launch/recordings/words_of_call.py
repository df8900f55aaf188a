"""The recogniser and the sound of one call put together; what comes of it told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NamedTuple

from calls.errors import RecordingError
from calls.events import CallEvent
from calls.quality.words import WordsRecognised
from launch import looks
from launch.settings.recognition import AsrSettings
from launch.telling.call_story import clock
from launch.telling.wording import Wording
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.reader import LedgerReader
from qa.answering import kept_recordings
from recorder.source import LedgerSource
from recorder.store import Store
from recorder.timeline import open_call_sound
from recorder.words.call_words import CallWords, talks_of, words_of
from recorder.words.checking import Finding, LineFound, phrases
from recorder.words.ports import LEAST_CONFIDENCE, Recogniser, WordsError

finding_text: Final = Wording(
    {
        Finding.SAID: ("说了", "said"),
        Finding.UNSURE: ("请人听", "a person listens"),
        Finding.NOT_FOUND: ("没听出来，请人听", "not recognised, a person listens"),
    }
)


class Recognised(NamedTuple):
    """What came of listening to a call."""

    call: str
    """Its whole id."""

    words: CallWords
    fact: WordsRecognised
    """What of it is kept."""


def recogniser_of(settings: AsrSettings, model: Path | None) -> Recogniser:
    """The site's recogniser. Raises WordsError that says what is missing."""
    from recorder.words.whisper import Whisper

    folder = model or settings.model
    if folder is None:
        raise WordsError(
            "no model for speech recognition: write [asr] model in the settings, or give --model; "
            "docs/words.md says which"
        )
    return Whisper(folder, threads=settings.threads)


def recognise(
    state: Path,
    call_id: str,
    recogniser: Recogniser,
    *,
    polite: Sequence[str],
    whole: bool,
    told: Callable[[int, int], object],
    before: Callable[[str], object],
) -> Recognised:
    """Listen to a call; `before` is told its id before anything is heard.

    Raises LedgerError for an unknown call, RecordingError when there is nothing to hear.
    """
    with LedgerReader(state / LEDGER_FILE) as reader:
        call = reader.call(call_id)
        events = reader.events(call.id)
        recordings = LedgerSource(reader).of_call(call.id)
        before(call.id)
        try:
            sound = open_call_sound(Store(state), recordings, call_ms=call.ended_ms)
        except FileNotFoundError as error:
            raise RecordingError(f"{call.id}: {error}") from error
        with sound:
            found = words_of(sound, events, recogniser, polite=polite, whole=whole, told=told)
    return Recognised(call.id, found, fact_of(found, events, polite))


def fact_of(
    found: CallWords, events: Sequence[CallEvent], polite: Sequence[str]
) -> WordsRecognised:
    """What is kept for whoever scores; of polite words only those of the talks with agents."""
    talks = talks_of(events)
    return WordsRecognised(
        engine=found.engine,
        recordings=kept_recordings(events),
        looked_for=phrases(found.language, polite),
        polite=tuple(
            (one.word, one.from_ms, one.to_ms)
            for one in found.polite
            if not talks or any(begin <= one.from_ms < end for begin, end in talks)
        ),
        lines=tuple(_line(one) for one in found.lines),
    )


def _line(one: LineFound) -> dict[str, Any]:
    here = one.finding is not Finding.NOT_FOUND and one.from_ms is not None
    return {
        "line": one.line,
        "said_ms": one.start_ms,
        "finding": one.finding.value,
        "similarity": one.similarity,
        "from_ms": one.from_ms if here else one.start_ms,
        "to_ms": one.to_ms if here else one.end_ms,
    }


def keep(state: Path, found: Recognised) -> None:
    """Write it into the quality book. Raises LedgerError."""
    with QualityBook.open(state / QUALITY_FILE) as book:
        book.append(f"call/{found.call}", found.fact, actor=looks.who())


def as_told(call_id: str, found: CallWords) -> dict[str, Any]:
    """As `thirdring words --json` prints it; offsets are milliseconds of the call."""
    return {"call": call_id, "least_confidence": LEAST_CONFIDENCE, **asdict(found)}


def transcript(found: CallWords) -> Iterator[tuple[str, str, str]]:
    """Both legs in order of time: when, who, what; what is too unsure stands in brackets."""
    legs = (("caller", found.caller), ("house", found.house))
    both = sorted((one.from_ms, who, one) for who, leg in legs for one in leg)
    for at_ms, who, one in both:
        sure = one.confidence >= LEAST_CONFIDENCE
        yield clock(at_ms), who, one.text if sure else f"[{one.text}]"
