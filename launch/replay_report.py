"""What a replay came to, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from callflow.replaying.comparing import Comparison, Difference, RuleChange, Undecided, describe
from callflow.rules.state import Status
from calls.events import CallEvent
from launch.call_story import clock, masked, story

_VERDICTS = {
    Status.KEPT: "kept",
    Status.BROKEN: "BROKEN",
    Status.NOT_APPLICABLE: "does not apply",
    Status.PENDING: "not decided yet",
}


def show(found: Comparison, console: Console) -> None:
    """One call: the verdict in words, both tellings, rules, versions."""
    for line in _verdict(found):
        console.print(line, markup=False, highlight=False)
    console.print(_telling(found))
    rules = [change for change in found.rules if _worth_telling(change)]
    if rules:
        console.print(_rules(rules))
    else:
        console.print("No house rule is broken, then or now.", highlight=False)
    for name, (then, now) in found.digests.items():
        told = "the same version" if then == now else f"{then or 'not played'} -> {now or 'gone'}"
        console.print(f"  flow {name}: {told}", markup=False, highlight=False)


def _verdict(found: Comparison) -> Iterator[str]:
    if found.first is None:
        yield f"Call {found.call_id}: it would go the same way now."
        if found.other_steps:
            yield "Nobody on the line would notice that it goes through other steps."
        if found.cut:
            yield "The record ends before the call was over; so far it is the same."
    else:
        yield f"Call {found.call_id}: it would go differently now."
        yield from _difference(found.first, undecided=found.undecided is not None)
    if found.undecided is not None and not (found.cut and found.same):
        yield from _stop(found)


def _difference(first: Difference, *, undecided: bool) -> Iterator[str]:
    at = min(event.offset_ms for event in (first.then, first.now) if event is not None)
    where = f"{first.spot.flow}.{first.spot.step}" if first.spot.flow else "the first step"
    place = f" ({first.place})" if first.place else ""
    after = f", after {first.after}" if first.after else ""
    yield f"First difference at {clock(at)}, in {where}{place}{masked(after)}:"
    yield f"  then: {_described(first.then, 'nothing')}"
    nothing = "the record does not decide" if undecided else "nothing"
    yield f"  now:  {_described(first.now, nothing)}"


def _described(event: CallEvent | None, nothing: str) -> str:
    return nothing if event is None else masked(describe(event))


def _stop(found: Comparison) -> Iterator[str]:
    stop = found.undecided
    assert stop is not None  # noqa: S101 - asked only where there is one
    asks = f", which {stop.asks}" if stop.asks else ""
    yield f"From {clock(stop.at_ms)} on the record does not decide: {stop.why}."
    yield f"At {stop.spot.flow}.{stop.spot.step} ({stop.place}){asks}, each outcome leads on:"
    for each in stop.alternatives:
        says = f"says {', '.join(each.says)}; then " if each.says else ""
        yield f"  {each.outcome:<14} {says}{each.then}"


def _telling(found: Comparison) -> Table:
    table = Table(title="Then and now", title_justify="left", expand=False)
    for heading in ("", "then", "", "now"):
        table.add_column(heading, overflow="fold")
    for pair in found.pairs:
        style = "" if pair.same else "bold"
        table.add_row(*_cells(pair.then), *_cells(pair.now, marked=not pair.same), style=style)
    if found.undecided is not None:
        table.add_row("", "", clock(found.undecided.at_ms), "? the record does not decide")
    return table


def _cells(event: CallEvent | None, *, marked: bool = False) -> tuple[str, str]:
    if event is None:
        return "", "≠" if marked else ""
    told = story([event])
    mark = "≠ " if marked else ""
    if not told:
        return clock(event.offset_ms), escape(f"{mark}{masked(describe(event))}")
    return clock(told[0].at_ms), escape(f"{mark}{told[0].who}: {told[0].what}")


def _worth_telling(change: RuleChange) -> bool:
    return change.changed or Status.BROKEN in (change.then.status, change.now.status)


def _rules(changes: Sequence[RuleChange]) -> Table:
    table = Table(title="House rules (those of now)", title_justify="left")
    for heading in ("rule", "title", "then", "now", "why now"):
        table.add_column(heading, overflow="fold")
    for change in changes:
        rule = change.now.rule
        table.add_row(
            rule.id,
            escape(f"{rule.title['zh']} {rule.title['en']}"),
            _VERDICTS[change.then.status],
            _VERDICTS[change.now.status],
            escape(change.now.why),
        )
    return table


def as_json(found: Comparison) -> dict[str, Any]:
    """One call as JSON-ready values."""
    return {
        "call": found.call_id,
        "flow": found.flow,
        "same": found.same,
        "record_cut": found.cut,
        "other_steps": found.other_steps,
        "first_difference": None if found.first is None else _difference_json(found.first),
        "undecided": None if found.undecided is None else _undecided_json(found.undecided),
        "rules": [_rule_json(change) for change in found.rules],
        "digests": {
            name: {"then": then, "now": now} for name, (then, now) in found.digests.items()
        },
        "telling": [
            {"same": pair.same, "then": _event(pair.then), "now": _event(pair.now)}
            for pair in found.pairs
        ],
    }


def _difference_json(first: Difference) -> dict[str, Any]:
    return {
        "flow": first.spot.flow,
        "step": first.spot.step,
        "place": first.place,
        "after": first.after,
        "then": _event(first.then),
        "now": _event(first.now),
    }


def _undecided_json(stop: Undecided) -> dict[str, Any]:
    return {
        "flow": stop.spot.flow,
        "step": stop.spot.step,
        "place": stop.place,
        "at_ms": stop.at_ms,
        "why": stop.why,
        "asks": stop.asks,
        "outcomes": [
            {"outcome": each.outcome, "says": list(each.says), "then": each.then}
            for each in stop.alternatives
        ],
    }


def _rule_json(change: RuleChange) -> dict[str, Any]:
    return {
        "rule": change.now.rule.id,
        "then": change.then.status.value,
        "now": change.now.status.value,
        "newly_broken": change.newly_broken,
        "why": change.now.why,
    }


def _event(event: CallEvent | None) -> dict[str, Any] | None:
    if event is None:
        return None
    return {"offset_ms": event.offset_ms, "kind": event.kind, "data": dict(event.data)}


@dataclass(slots=True)
class Day:
    """Many calls: how many would go differently, where, and which rules they would break."""

    same: int = 0
    different: list[str] = field(default_factory=list)
    """Their ids."""

    not_replayed: dict[str, str] = field(default_factory=dict)
    """Id -> why not."""

    places: Counter[str] = field(default_factory=Counter)
    """Where the first differences are: step, file and line."""

    broken: Counter[str] = field(default_factory=Counter)
    """Rules that calls kept then and would break now, with how many."""

    mended: Counter[str] = field(default_factory=Counter)
    """Rules that calls broke then and would keep now."""

    def add(self, found: Comparison) -> None:
        """Count one call."""
        if found.first is None:
            self.same += 1
        else:
            self.different.append(found.call_id)
            spot, place = found.first.spot, found.first.place
            self.places[f"{spot.flow}.{spot.step} ({place})" if place else "the start"] += 1
        for change in found.rules:
            if change.newly_broken:
                self.broken[change.now.rule.id] += 1
            elif change.then.status is Status.BROKEN and change.now.status is Status.KEPT:
                self.mended[change.now.rule.id] += 1

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON-ready values."""
        return {
            "same": self.same,
            "different": len(self.different),
            "different_calls": self.different,
            "not_replayed": self.not_replayed,
            "first_differences": dict(self.places.most_common()),
            "rules_newly_broken": dict(self.broken.most_common()),
            "rules_mended": dict(self.mended.most_common()),
        }

    def lines(self) -> Iterator[str]:
        """The counts as text."""
        yield f"{self.same} calls the same, {len(self.different)} different"
        for place, count in self.places.most_common():
            yield f"  {count} first differ in {place}"
        for rule, count in self.broken.most_common():
            yield f"  rule {rule} newly broken in {count}"
        for rule, count in self.mended.most_common():
            yield f"  rule {rule} broken then, kept now in {count}"
        for call_id, why in self.not_replayed.items():
            yield f"  {call_id} not replayed: {why}"
        if self.different:
            yield f"Look at one: thirdring replay {self.different[0]}"
