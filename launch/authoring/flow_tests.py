"""What came of flow tests, told to people and machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callers.flowtests.branches import WHO, FlowCoverage, as_rows, percent
from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import Played
from callers.flowtests.trace import Fault
from calls.events import CallEvent
from launch.telling.author_texts import author
from launch.telling.call_story import story
from launch.telling.problems import of_play
from launch.telling.wording import in_line, terminal_language

AROUND: Final = 4
"""Lines of the conversation told before and after the place where it went wrong."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A test that cannot be played this way."""

    test: FlowTest
    reason: str


Came = Played | Skipped


def report(came: Sequence[Came], flows: Sequence[FlowCoverage] | None) -> Iterator[str]:
    """What came of the tests, failures last, and what no test did."""
    for one in came:
        if isinstance(one, Skipped):
            yield author(
                "test_skipped", test=one.test, why=of_play(one.reason, terminal_language())
            )
    for one in came:
        if isinstance(one, Played) and not one.passed:
            yield from told(one)
    yield ", ".join(author(word, count=count) for word, count in _counts(came).items() if count)
    if flows is not None:
        yield from uncovered(flows)


def report_json(came: Sequence[Came], flows: Sequence[FlowCoverage] | None) -> dict[str, object]:
    """The same, JSON-ready."""
    found: dict[str, object] = {**_counts(came)}
    found["tests"] = [as_row(one) for one in came]
    if flows is not None:
        found["coverage"] = as_rows(flows)
    return found


def _counts(came: Sequence[Came]) -> dict[str, int]:
    played = [one for one in came if isinstance(one, Played)]
    passed = sum(one.passed for one in played)
    failed = len(played) - passed
    return {"passed": passed, "failed": failed, "skipped": len(came) - len(played)}


def uncovered(flows: Sequence[FlowCoverage]) -> Iterator[str]:
    """Coverage of outcomes by flow, and each branch not taken with what would take it."""
    for flow in flows:
        counts = " ".join(
            f"{author(f'by_{by}')} {taken}/{every}"
            for by in WHO
            for taken, every in [flow.count(by)]
            if every
        )
        yield f"{flow.percent:5.1f} %  {flow.flow:20} {counts}"
        for by in WHO:
            for branch in flow.missing:
                if branch.by == by:
                    place, taken = branch.place, branch.taken
                    where = f"{place.source}:{place.line}:{place.column}"
                    name = in_line(taken.step, taken.branch or author("gets_here"))
                    advice = of_play(branch.advice, terminal_language())
                    who = author(f"by_{by}")
                    told = author("never_taken", where=where, name=name, by=who, advice=advice)
                    yield f"  {told}"
    every = sum(len(flow.branches) for flow in flows)
    yield author("all_branches", percent=f"{percent(flows):5.1f}", count=every)


def told(played: Played) -> Iterator[str]:
    """A test that failed: each expectation not met, and the conversation around it."""
    yield author("test_failed", test=played.test)
    for fault in played.faults:
        place = fault.place
        where = f"{place.source}:{place.line}:{place.column}: " if place else ""
        yield f"  {where}{of_play(fault.what, terminal_language())}"
        yield from (f"    {line}" for line in conversation(played.events, fault.seq))


def conversation(events: Sequence[CallEvent], seq: int | None) -> Iterator[str]:
    """The call as told, around event `seq` (marked `>`), or its end."""
    told_of = [(event.seq == seq, one) for event in events for one in story([event])]
    told_of.sort(key=lambda here_and_told: here_and_told[1].at_ms)
    lines = [(here, one.line) for here, one in told_of]
    marked = next((n for n, (here, _) in enumerate(lines) if here), len(lines) - 1)
    low, high = max(0, marked - AROUND), marked + AROUND + 1
    if low:
        yield "  …"
    for here, text in lines[low:high]:
        yield f"{'> ' if here else '  '}{text}"
    if high < len(lines):
        yield "  …"


def as_row(came: Came) -> dict[str, Any]:
    """A test, JSON-ready."""
    test = came.test
    row: dict[str, Any] = {
        "test": test.name,
        "file": test.source,
        "line": test.place.line,
        "flow": test.given.flow,
        "caller": test.given.persona.name,
    }
    if isinstance(came, Skipped):
        return {**row, "skipped": came.reason}
    return {**row, **_outcome(came)}


def _outcome(played: Played) -> dict[str, Any]:
    ended = next((event for event in played.events if event.kind == "ended"), None)
    data = ended.data if ended else {}
    return {
        "passed": played.passed,
        "disposition": data.get("disposition", ""),
        "end_reason": data.get("end_reason", ""),
        "faults": [_fault(fault) for fault in played.faults],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    place = fault.place
    return {
        "what": fault.what,
        "file": place.source if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "event": fault.seq,
    }
