"""What a virtual call keeps of its facts, written out as a ledger keeps them when somebody reads.

Facts that are the same call after call are written once: a step, a line begins, a window opens.
They are found by identity: a run enters the very same step, says the very same line and opens the
very same window on every call. What is kept keeps its key alive, so nothing else can come to the
same identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from callflow.frames import Noted
from calls.actions import Line
from calls.events import CallEvent, HeardFact, Said, Saying, Stepped
from calls.fact import Fact
from calls.outcomes import Heard
from calls.outcomes import Sound as HeardSound

_MOST: Final = 4096
"""More of one kind are forgotten and made anew."""

_SECONDS: Final = [timedelta(seconds=number) for number in range(3600)]
_MILLISECONDS: Final = [timedelta(milliseconds=number) for number in range(1000)]
"""Multiplying a length takes five times as long as adding one, and every fact has a time."""

_SAID: Final = Said.kind
_WORDS: Final = {sound: sound.value for sound in HeardSound}
_tuple = tuple.__new__  # `CallEvent(...)` is a call in Python


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A fact that was written out: its kind and its `data`, which are not to be changed."""

    kind: str
    data: Mapping[str, Any]


def written(fact: Fact) -> Written:
    """A fact as it is written."""
    return Written(fact.kind, fact.data())


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A line as a performer says it."""

    line: Line
    takes_ms: int
    saying: Written
    """The fact that it begins."""

    said: dict[str, Any]
    """The data of the fact that it was said, but for when and how; to be copied."""


PassedFact = tuple[int, str, Mapping[str, Any], int | None]
"""When since the beginning in ms, kind, data; of a line that was said when it began, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Facts that follow each other in the same way on call after call."""

    facts: tuple[PassedFact, ...]


_OneOrMore = Fact | Written | Heard | Passage | tuple[Noted, ...]

Entry = tuple[int, _OneOrMore] | tuple[int, Sound, int, str]
"""What came at an offset in ms; several facts that a run noted stand together.

Of a line that ended: its sound, the offset in ms at which it began, a word of `SaidEnd`."""


class Sounds:
    """Lines as one performer says them."""

    def __init__(self, performer: str, line_ms: Callable[[Line], int]) -> None:
        self._performer = performer
        self._line_ms = line_ms
        self.known: dict[int, Sound] = {}

    def learn(self, line: Line) -> Sound:
        """Work out a line that is not known."""
        if len(self.known) >= _MOST:
            self.known.clear()
        saying = Saying(
            line=line.name,
            text=line.text,
            tags=line.tags,
            language=line.language,
            performer=self._performer,
        )
        said = Said(
            line=line.name,
            text=line.text,
            tags=line.tags,
            language=line.language,
            performer=self._performer,
            start_ms=0,
            end_ms=0,
            ended="",
        )
        sound = Sound(line, self._line_ms(line), written(saying), said.data())
        return self.known.setdefault(id(line), sound)


@lru_cache(maxsize=16)
def sounds_of(performer: str, line_ms: Callable[[Line], int]) -> Sounds:
    """Those of one performer at one pace."""
    return Sounds(performer, line_ms)


_STEPS: Final[dict[int, tuple[Stepped, Written]]] = {}
"""Facts that steps were entered, as they are written."""


def noted(fact: Noted) -> Written:
    """What a run noted; of that only steps are the same call after call."""
    if not isinstance(fact, Stepped):
        return written(fact)
    if len(_STEPS) >= _MOST:
        _STEPS.clear()
    return _STEPS.setdefault(id(fact), (fact, written(fact)))[1]


def written_out(
    entries: Iterable[Entry], call_id: str, offered_at: datetime
) -> tuple[CallEvent, ...]:
    """The facts of a call as a ledger would keep them."""
    events: list[CallEvent] = []
    add, known_step = events.append, _STEPS.get
    at, last_ms, seq = offered_at, 0, 0
    for entry in entries:
        offset_ms, what = entry[0], entry[1]
        if isinstance(what, Passage):
            _pass_on(events, what, call_id, offered_at, offset_ms)
            seq = len(events)
            continue
        if offset_ms != last_ms:
            at, last_ms = offered_at + _length(offset_ms), offset_ms
        if isinstance(what, tuple):
            for fact in what:
                seq += 1
                known = known_step(id(fact))
                one = noted(fact) if known is None else known[1]
                add(_tuple(CallEvent, (call_id, seq, at, offset_ms, one.kind, one.data)))
            continue
        seq += 1
        if isinstance(what, Written):
            add(_tuple(CallEvent, (call_id, seq, at, offset_ms, what.kind, what.data)))
        elif len(entry) == 4:
            said = entry[1].said.copy()
            said["start_ms"], said["end_ms"], said["ended"] = entry[2], offset_ms, entry[3]
            add(_tuple(CallEvent, (call_id, seq, at, offset_ms, _SAID, said)))
        else:
            kind, data = _kind_and_data(entry[1])
            add(_tuple(CallEvent, (call_id, seq, at, offset_ms, kind, data)))
    return tuple(events)


def _pass_on(
    events: list[CallEvent], passage: Passage, call_id: str, offered_at: datetime, began_ms: int
) -> None:
    """Add the facts of a passage that began then."""
    add, seq, last_ms, at = events.append, len(events), -1, offered_at
    for after_ms, kind, data, line_ms in passage.facts:
        seq += 1
        offset_ms = began_ms + after_ms
        if offset_ms != last_ms:
            at, last_ms = offered_at + _length(offset_ms), offset_ms
        if line_ms is not None:
            data = {**data, "start_ms": began_ms + line_ms, "end_ms": offset_ms}
        add(_tuple(CallEvent, (call_id, seq, at, offset_ms, kind, data)))


def _length(ms: int) -> timedelta:
    if ms >= 3_600_000:
        return timedelta(milliseconds=ms)
    return _SECONDS[ms // 1000] + _MILLISECONDS[ms % 1000]


def _kind_and_data(what: _OneOrMore) -> tuple[str, dict[str, Any]]:
    """Of a fact that is not the same call after call."""
    if isinstance(what, Heard):
        data = {
            "what": _WORDS[what.what],
            "from_ms": what.from_ms,
            "to_ms": what.to_ms,
            "level_dbov": what.level_dbov,
            "reason": what.reason,
        }
        return HeardFact.kind, data
    assert isinstance(what, Fact)  # noqa: S101 - the others were written out before
    return what.kind, what.data()
