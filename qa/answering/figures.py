"""Figures and measures of one call, each with the events and the stretch that show it.

Talk, hold and wrap-up are told as the ledger tells them (`ledger.telling_queues`): a talk begins
when an agent picks up and ends when the caller leaves the queue, or with the call; hold is part of
it; wrap-up runs from its end until its agent closed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from calls.events import CallEvent
from qa.answering.goodbye import agents_goodbye
from qa.answering.measures import Found, measures_of

__all__ = ["RING_MS", "Found", "figures_of"]

RING_MS: Final = 5_000
"""A ring is 1 s of tone and 4 s of pause."""

_NOT_ASKED: Final = Found(applies=False)


def figures_of(events: Sequence[CallEvent]) -> dict[str, Found]:
    """All figures and measures of the call, by the names of `qa.rubric.sources`."""
    tally = _Tally()
    for event in events:
        take = _TAKE.get(event.kind)
        if take is not None:
            take(tally, event, event.data)
    measured = measures_of(events, talked=tally.agent_seq is not None)
    return {**tally.figures(), "agent_goodbye": agents_goodbye(events), **measured}


@dataclass(slots=True)
class _Stretch:
    """Something that lasted, on the call's clock."""

    from_ms: int
    to_ms: int
    seqs: tuple[int, ...]

    @property
    def ms(self) -> int:
        return max(0, self.to_ms - self.from_ms)


@dataclass(slots=True)
class _Tally:
    """One pass over the events."""

    rings: Found = _NOT_ASKED
    agent_seq: int | None = None
    offers: dict[str, CallEvent] = field(default_factory=dict)
    agent_rings: list[Found] = field(default_factory=list)
    waits: list[_Stretch] = field(default_factory=list)
    talks: list[_Stretch] = field(default_factory=list)
    talk_from: CallEvent | None = None
    told_ms: int | None = None
    stays: int = 0
    holds: list[_Stretch] = field(default_factory=list)
    held_from: CallEvent | None = None
    disposed: CallEvent | None = None
    agent: str = ""
    transfers: list[int] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    verdict: CallEvent | None = None

    def figures(self) -> dict[str, Found]:
        return {
            "rings": self.rings,
            "agent_rings": max(
                self.agent_rings, key=lambda one: one.value or 0, default=_NOT_ASKED
            ),
            "waited": _longest(self.waits),
            "talked": self._talked(),
            "held": self._held(),
            "longest_hold": _longest(self.holds) if self.holds else self._no_hold(),
            "wrapped": self._wrapped(),
            "handled": self._handled(),
            "transfers": Found(value=len(self.transfers), seqs=tuple(self.transfers)),
            "faults": Found(value=len(self.faults), seqs=tuple(self.faults)),
            "satisfaction": self._satisfaction(),
        }

    def end_talk(self, event: CallEvent) -> None:
        self.end_hold(event)
        if self.talk_from is not None:
            seqs = (self.talk_from.seq, event.seq)
            self.talks.append(_Stretch(self.talk_from.offset_ms, event.offset_ms, seqs))
            self.talk_from = None

    def end_hold(self, event: CallEvent) -> None:
        if self.held_from is not None:
            seqs = (self.held_from.seq, event.seq)
            self.holds.append(_Stretch(self.held_from.offset_ms, event.offset_ms, seqs))
            self.held_from = None

    def _talked(self) -> Found:
        if not self.talks:
            return _NOT_ASKED if self.agent_seq is None else Found()
        told = self.told_ms if self.stays == 1 and len(self.talks) == 1 else None
        return _sum(self.talks, told)

    def _held(self) -> Found:
        if not self.talks:
            return _NOT_ASKED if self.agent_seq is None else Found()
        return _sum(self.holds, None) if self.holds else self._no_hold()

    def _no_hold(self) -> Found:
        if self.agent_seq is None:
            return _NOT_ASKED
        return Found(value=0, seqs=(self.agent_seq,)) if self.talks else Found()

    def _wrapped(self) -> Found:
        if self.agent_seq is None:
            return _NOT_ASKED
        if self.disposed is None or not self.talks:
            return Found()
        ms = max(0, self.disposed.offset_ms - self.talks[-1].to_ms)
        return Found(value=ms, seqs=(self.talks[-1].seqs[-1], self.disposed.seq))

    def _handled(self) -> Found:
        talked, wrapped = self._talked(), self._wrapped()
        if not talked.applies or talked.value is None or wrapped.value is None:
            return Found(applies=talked.applies)
        return Found(
            value=talked.value + wrapped.value,
            seqs=(*talked.seqs, *wrapped.seqs[-1:]),
            from_ms=talked.from_ms,
            to_ms=talked.to_ms,
        )

    def _satisfaction(self) -> Found:
        if self.verdict is None:
            return _NOT_ASKED
        score = self.verdict.data.get("score")
        value = score if isinstance(score, int) else None
        return Found(value=value, applies=value is not None, seqs=(self.verdict.seq,))


def _longest(found: Sequence[_Stretch]) -> Found:
    if not found:
        return _NOT_ASKED
    one = max(found, key=lambda stretch: stretch.ms)
    return Found(value=one.ms, seqs=one.seqs, from_ms=one.from_ms, to_ms=one.to_ms)


def _sum(found: Sequence[_Stretch], told_ms: int | None) -> Found:
    return Found(
        value=sum(one.ms for one in found) if told_ms is None else told_ms,
        seqs=tuple(seq for one in found for seq in one.seqs),
        from_ms=found[0].from_ms,
        to_ms=found[-1].to_ms,
    )


# ---- one event at a time -----------------------------------------------------------------------


def _answered(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    rings = data.get("rings")
    if isinstance(rings, int):
        tally.rings = Found(value=rings, seqs=(event.seq,), from_ms=0, to_ms=event.offset_ms)


def _queued(tally: _Tally, _event: CallEvent, _data: Mapping[str, Any]) -> None:
    tally.stays += 1


def _offered_agent(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    tally.offers[str(data.get("agent"))] = event


def _agent_answered(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    tally.agent = str(data.get("agent"))
    if tally.agent_seq is None:
        tally.agent_seq = event.seq
    if tally.talk_from is None:
        tally.talk_from = event
    waited = data.get("waited_ms")
    if isinstance(waited, int):
        from_ms = max(0, event.offset_ms - waited)
        tally.waits.append(_Stretch(from_ms, from_ms + waited, (event.seq,)))
    offer = tally.offers.pop(tally.agent, None)
    if offer is not None:
        rings = (event.offset_ms - offer.offset_ms) // RING_MS + 1
        seqs = (offer.seq, event.seq)
        found = Found(value=rings, seqs=seqs, from_ms=offer.offset_ms, to_ms=event.offset_ms)
        tally.agent_rings.append(found)


def _held(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    if data.get("on") is True:
        tally.held_from = tally.held_from or event
    else:
        tally.end_hold(event)


def _left_queue(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    if data.get("result") == "answered":
        told = data.get("talked_ms")
        tally.told_ms = told if isinstance(told, int) else None
        tally.end_talk(event)


def _ended(tally: _Tally, event: CallEvent, _data: Mapping[str, Any]) -> None:
    tally.end_talk(event)


def _disposed(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    if data.get("agent") == tally.agent:
        tally.disposed = event


def _transferred(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    if data.get("result") == "answered":
        tally.transfers.append(event.seq)


def _fault(tally: _Tally, event: CallEvent, _data: Mapping[str, Any]) -> None:
    tally.faults.append(event.seq)


def _surveyed(tally: _Tally, event: CallEvent, data: Mapping[str, Any]) -> None:
    answered = tally.verdict is not None and isinstance(tally.verdict.data.get("score"), int)
    if data.get("question") == "satisfaction" and not (answered and data.get("score") is None):
        tally.verdict = event


_TAKE: Final[Mapping[str, Callable[[_Tally, CallEvent, Mapping[str, Any]], None]]] = {
    "answered": _answered,
    "queued": _queued,
    "agent_offered": _offered_agent,
    "agent_answered": _agent_answered,
    "held": _held,
    "left_queue": _left_queue,
    "ended": _ended,
    "disposed": _disposed,
    "transferred": _transferred,
    "fault": _fault,
    "surveyed": _surveyed,
}
