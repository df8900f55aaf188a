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
from launch.telling.author_texts import author
from launch.telling.call_story import clock, masked, story
from launch.telling.problems import of_play
from launch.telling.wording import terminal_language
from qa.answering.rule_words import event_in, verdict_why
from softphone_panel.cells import fit


def show(found: Comparison, console: Console) -> None:
    """One call: the verdict in words, both tellings, rules, versions."""
    for line in _verdict(found):
        console.print(line, markup=False, highlight=False)
    console.print(_telling(found))
    rules = [change for change in found.rules if _worth_telling(change)]
    if rules:
        console.print(_rules(rules))
    else:
        console.print(author("none_broken"), highlight=False)
    for name, (then, now) in found.digests.items():
        changed = f"{then or author('not_played')} -> {now or author('gone')}"
        told = author("same_version") if then == now else changed
        line = author("flow_version", flow=name, what=told)
        console.print(f"  {line}", markup=False, highlight=False)


def _verdict(found: Comparison) -> Iterator[str]:
    if found.first is None:
        yield author("same", call=found.call_id)
        if found.other_steps:
            yield author("other_steps")
        if found.cut:
            yield author("cut")
    else:
        yield author("different", call=found.call_id)
        yield from _difference(found.first, undecided=found.undecided is not None)
    if found.undecided is not None and not (found.cut and found.same):
        yield from _stop(found)


def _difference(first: Difference, *, undecided: bool) -> Iterator[str]:
    at = min(event.offset_ms for event in (first.then, first.now) if event is not None)
    where = f"{first.spot.flow}.{first.spot.step}" if first.spot.flow else author("first_step")
    place = f" ({first.place})" if first.place else ""
    after = author("after", what=masked(_event_said(first.after))) if first.after else ""
    yield author("first_difference", at=clock(at), where=f"{where}{place}{after}")
    yield f"  {author('then')}: {_described(first.then, author('nothing'))}"
    nothing = author("not_decided" if undecided else "nothing")
    yield f"  {fit(author('now') + ':', 5)} {_described(first.now, nothing)}"


def _described(event: CallEvent | None, nothing: str) -> str:
    if event is None:
        return nothing
    told = story([event]) if terminal_language() == "zh" else []
    return "：".join(filter(None, [told[0].who, told[0].what])) if told else masked(describe(event))


def _said(text: str) -> str:
    return of_play(text, terminal_language())


def _event_said(text: str) -> str:
    told = _said(text)
    return event_in(text, terminal_language()) if told == text else told


def _stop(found: Comparison) -> Iterator[str]:
    stop = found.undecided
    assert stop is not None  # noqa: S101 - asked only where there is one
    asks = author("asks", what=_said(stop.asks)) if stop.asks else ""
    where = f"{stop.spot.flow}.{stop.spot.step} ({stop.place}){asks}"
    yield author("not_decided_from", at=clock(stop.at_ms), why=_said(stop.why))
    yield author("each_outcome", where=where)
    for each in stop.alternatives:
        says = author("says", lines=", ".join(each.says)) if each.says else ""
        yield f"  {each.outcome:<14} {says}{_said(each.then)}"


def _telling(found: Comparison) -> Table:
    table = Table(title=author("then_and_now"), title_justify="left", expand=False)
    for heading in ("", author("then"), "", author("now")):
        table.add_column(heading, overflow="fold")
    for pair in found.pairs:
        style = "" if pair.same else "bold"
        table.add_row(*_cells(pair.then), *_cells(pair.now, marked=not pair.same), style=style)
    if found.undecided is not None:
        table.add_row("", "", clock(found.undecided.at_ms), f"? {author('not_decided')}")
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
    table = Table(title=author("rules_of_now"), title_justify="left")
    for heading in ("rule", "title", "then", "now", "why_now"):
        table.add_column(author(heading), overflow="fold")
    for change in changes:
        rule = change.now.rule
        table.add_row(
            rule.id,
            escape(rule.title[terminal_language()]),
            author(change.then.status.value),
            author(change.now.status.value),
            escape(verdict_why(change.now, terminal_language())),
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
        yield author("day", same=self.same, different=len(self.different))
        for place, count in self.places.most_common():
            yield f"  {author('differ_in', count=count, place=place)}"
        for rule, count in self.broken.most_common():
            yield f"  {author('newly_broken', rule=rule, count=count)}"
        for rule, count in self.mended.most_common():
            yield f"  {author('mended', rule=rule, count=count)}"
        for call_id, why in self.not_replayed.items():
            yield f"  {author('not_replayed', call=call_id, why=why)}"
        if self.different:
            yield author("look_at_one", call=self.different[0])
