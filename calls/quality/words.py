"""The fact of what a speech recogniser made of a call; of the stream `call/ID`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from calls.fact import Fact
from calls.values import value


@value
class WordsRecognised(Fact):
    """A recogniser listened to a call's recordings; a later one takes its place.

    No transcript and nothing that the caller said: of the house's side only words of a list that
    was given, and how like the script each said line was. So nothing of it has to go when the
    recording is erased.
    """

    kind: ClassVar[str] = "words_recognised"
    engine: str
    """The recogniser and its model."""

    recordings: Mapping[str, str]
    """What was listened to: recording -> SHA-256 of its file as it was kept."""

    looked_for: tuple[str, ...]
    """The polite words (A04, A05)."""

    polite: tuple[tuple[str, int, int], ...]
    """Those that were heard, in order: word, from and to as offsets of the call."""

    lines: tuple[Mapping[str, Any], ...]
    """Each line that was said: `line`, `said_ms` (offset that its fact gives), `finding` (`said`,
    `unsure`, `not_found`), `similarity`, `from_ms` and `to_ms` (where to listen)."""
