"""Expectations over a call that is over; each says precisely what it missed.

A persona's `expect:` and a flow test's are made of the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from callers.flowtests.trace import Came, Fault, Trace
from callers.persona import Expectation
from callflow.nodes import Place
from callflow.rules.events import EventPattern
from callflow.rules.state import Status

_MOST_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word of an expectation and where it is written."""

    word: str
    place: Place | None = None


class Check(Protocol):
    """One expectation."""

    def faults(self, trace: Trace) -> Iterator[Fault]:
        """What of it the call did not meet; nothing when all is well."""


@dataclass(frozen=True, slots=True)
class InOrder:
    """All of `items` come in this order, others may lie between."""

    what: str
    """`said` or `heard`."""

    items: tuple[Wanted, ...]

    def faults(self, trace: Trace) -> Iterator[Fault]:
        came = _came(self.what, trace)
        at, before = 0, ""
        for item in self.items:
            found = next((n for n in range(at, len(came)) if came[n].word == item.word), None)
            if found is None:
                after = f" after {before}" if before else ""
                rest = _words(came[at:]) or "nothing"
                said = f"{self.what}: expected {item.word}{after}, found {rest}"
                yield Fault(said, item.place, came[at - 1].seq if at else _first(came))
                return
            at, before = found + 1, item.word


@dataclass(frozen=True, slots=True)
class Exactly:
    """Just `items` come, in this order, and nothing else of their kind."""

    what: str
    items: tuple[Wanted, ...]
    place: Place | None = None

    def faults(self, trace: Trace) -> Iterator[Fault]:
        came = _came(self.what, trace)
        yield from _exactly(self.what, self.items, came, self.place)


@dataclass(frozen=True, slots=True)
class Never:
    """None of `items` is said."""

    items: tuple[Wanted, ...]

    def faults(self, trace: Trace) -> Iterator[Fault]:
        said = trace.said()
        for item in self.items:
            seq = next((came.seq for came in said if came.word == item.word), None)
            if seq is not None:
                yield Fault(f"said {item.word}, though it must not be", item.place, seq)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What one step of one flow came to, each time it was performed, and nothing else."""

    flow: str
    step: str
    items: tuple[Wanted, ...]
    place: Place

    def faults(self, trace: Trace) -> Iterator[Fault]:
        if trace.taken is None:
            return
        entered = [
            event.seq
            for event in trace.events
            if event.kind == "stepped"
            and (event.data["flow"], event.data["step"]) == (self.flow, self.step)
        ]
        came = [
            taken.branch
            for taken in trace.taken
            if (taken.flow, taken.step) == (self.flow, self.step)
        ]
        numbered = [
            Came(word, entered[min(number, len(entered) - 1)] if entered else 0)
            for number, word in enumerate(came)
        ]
        yield from _exactly(f"{self.flow}.{self.step}", self.items, numbered, self.place)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the call ended: `field` is `disposition` or `end_reason`."""

    field: str
    item: Wanted

    def faults(self, trace: Trace) -> Iterator[Fault]:
        ended = trace.ended()
        found = str(ended.data.get(self.field, "")) if ended else ""
        if ended is not None and found != self.item.word:
            said = f"{self.field}: expected {self.item.word}, found {found or 'nothing'}"
            yield Fault(said, self.item.place, ended.seq)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of these patterns come in this order, others may lie between."""

    items: tuple[tuple[EventPattern, Place], ...]

    def faults(self, trace: Trace) -> Iterator[Fault]:
        at, before, seq = 0, "", None
        for pattern, place in self.items:
            fitting = (n for n in range(at, len(trace.events)) if pattern.fits(trace.events[n]))
            found = next(fitting, None)
            if found is None:
                yield Fault(f"facts: {pattern} never came{before}", place, seq)
                return
            at, before, seq = found + 1, f" after {pattern}", trace.events[found].seq


@dataclass(frozen=True, slots=True)
class Rules:
    """House rules by id: these are kept, these are broken, and with `strict` no other is broken."""

    kept: tuple[Wanted, ...] = ()
    broken: tuple[Wanted, ...] = ()
    strict: bool = False
    place: Place | None = None

    def faults(self, trace: Trace) -> Iterator[Fault]:
        wanted = [*((item, Status.KEPT) for item in self.kept)]
        wanted += ((item, Status.BROKEN) for item in self.broken)
        expected = {item.word: (item, status) for item, status in wanted}
        for verdict in trace.verdicts():
            item, status = expected.get(verdict.rule.id, (None, None))
            why = f": {verdict.why}" if verdict.why else ""
            found = verdict.status.value.replace("_", " ")
            seq = verdict.evidence[-1].seq if verdict.evidence else None
            if item is not None and status is not None and verdict.status is not status:
                said = f"rule {item.word}: expected {status.value}, found {found}{why}"
                yield Fault(said, item.place, seq)
            elif item is None and self.strict and verdict.status is Status.BROKEN:
                yield Fault(f"rule {verdict.rule.id} broken{why}", self.place, seq)


def faults_of(checks: Sequence[Check], trace: Trace) -> list[Fault]:
    """What a call lacks of what was expected; empty when all is well."""
    if trace.ended() is None:
        return [Fault("the call has no end among its facts")]
    return [fault for check in checks for fault in check.faults(trace)]


def persona_checks(expect: Expectation) -> list[Check]:
    """A persona's own `expect:` as checks."""

    def items(words: Sequence[str]) -> tuple[Wanted, ...]:
        return tuple(Wanted(word) for word in words)

    endings = (("end_reason", expect.end_reason), ("disposition", expect.disposition))
    return [
        *(Ending(field, Wanted(word)) for field, word in endings if word),
        InOrder("said", items(expect.lines)),
        Never(items(expect.never)),
        InOrder("heard", items(expect.heard)),
    ]


def _came(what: str, trace: Trace) -> list[Came]:
    return trace.said() if what == "said" else trace.heard()


def _exactly(
    what: str, items: Sequence[Wanted], came: Sequence[Came], place: Place | None
) -> Iterator[Fault]:
    """The first difference between what was wanted and what came."""
    for number in range(max(len(items), len(came))):
        item = items[number] if number < len(items) else None
        one = came[number] if number < len(came) else None
        if item and one and item.word == one.word:
            continue
        after = f" after {items[number - 1].word}" if number else ""
        expected = item.word if item else "nothing more"
        found = one.word if one else "nothing"
        seq = one.seq if one else came[-1].seq if came else None
        said = f"{what}: expected {expected}{after}, found {found}"
        yield Fault(said, item.place if item else place, seq)
        return


def _first(came: Sequence[Came]) -> int | None:
    return came[0].seq if came else None


def _words(came: Sequence[Came]) -> str:
    more = " …" if len(came) > _MOST_SHOWN else ""
    return " ".join(one.word for one in came[:_MOST_SHOWN]) + more
