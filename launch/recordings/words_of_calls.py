"""Which calls are to be recognised, and recognising one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from calls.errors import CallCenterError
from calls.quality.words import WordsRecognised
from launch.recordings.words_of_call import Recognised, as_told, keep
from ledger.filters import CallFilter
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.reader import LedgerReader
from qa.answering import kept_recordings
from recorder.words.checking import Finding

_PAGE: Final = 200
_SOUND: Final = ("recording_kept", "recording_erased")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: calls by their ids, or those that fit."""

    ids: tuple[str, ...] = ()
    """Whole, or as they begin."""

    fits: CallFilter = field(default_factory=CallFilter)
    missing: bool = False
    """Only those whose recording of now was not recognised yet."""

    most: int = 0
    """The latest so many; 0: all."""


def calls_wanted(state: Path, wanted: Wanted) -> list[str]:
    """Whole ids: of those named in their order, else of calls that can be heard, newest first.

    Raises LedgerError for an id that is none, or not of one call alone.
    """
    with LedgerReader(state / LEDGER_FILE) as reader:
        if wanted.ids:
            return list(dict.fromkeys(reader.call(one).id for one in wanted.ids))
        found = _heard(reader, wanted.fits)
        if not wanted.missing:
            return list(islice((one for one, _ in found), wanted.most or None))
        with QualityBook.open(state / QUALITY_FILE) as book:
            left = (one for one, kept in found if _recognised(book, one) != kept)
            return list(islice(left, wanted.most or None))


def _heard(reader: LedgerReader, fits: CallFilter) -> Iterator[tuple[str, dict[str, str]]]:
    """Calls that fit and can be heard, each with its recordings as they are kept."""
    before = None
    while True:
        page = reader.search(fits, before=before, limit=_PAGE)
        ids = [row.id for row in page.rows]
        sound: dict[str, list[Any]] = {one: [] for one in ids}
        for event in reader.events_of(ids, _SOUND):
            sound[event.call_id].append(event)
        for one in ids:
            if kept := kept_recordings(sound[one]):
                yield one, kept
        if page.next is None:
            return
        before = page.next


def _recognised(book: QualityBook, call_id: str) -> dict[str, str] | None:
    """The recordings that were listened to last; None when none ever was."""
    found = None
    for event in book.events(f"call/{call_id}"):
        if event.kind == WordsRecognised.kind:
            found = event.data.get("recordings")
    return found


class Done(NamedTuple):
    """One call that was listened to, or why it was not."""

    call: str
    found: Recognised | None
    problem: str = ""

    def told(self) -> dict[str, Any]:
        """As `--json` prints it."""
        if self.found is None:
            return {"call": self.call, "problem": self.problem}
        return as_told(self.call, self.found.words)

    def line(self) -> str:
        """In one line for a person."""
        if self.found is None:
            return f"{self.call}: 未识别 not recognised: {self.problem}"
        words = self.found.words
        said = sum(one.finding is Finding.SAID for one in words.lines)
        polite = len(self.found.fact.polite)
        return f"{self.call}: 话术 lines {said}/{len(words.lines)}, 礼貌用语 polite words {polite}"


def recognise_all(
    state: Path, calls: Iterable[str], one: Callable[[str], Recognised]
) -> Iterator[Done]:
    """Listen to one call after the other and keep each at once; what fails stops no other."""
    for call_id in calls:
        try:
            found = one(call_id)
            keep(state, found)
        except CallCenterError as error:
            yield Done(call_id, None, str(error))
        else:
            yield Done(call_id, found)


def problems(done: Sequence[Done]) -> int:
    """How many could not be recognised."""
    return sum(one.found is None for one in done)
