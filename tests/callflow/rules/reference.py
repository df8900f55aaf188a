"""What house rules mean, told slowly: quantifiers over the whole trace, nothing remembered.

Written from the definitions of Dwyer, Avrunin and Corbett (1999) and the docstrings of
`callflow.rules.patterns`, not from their code: it shares the data classes of patterns and nothing
else, not even how an event is matched. `judge` reads a trace, or any beginning of one, from the
start each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from callflow.rules.events import EventPattern, Happened, OneOf, Tagged, Test, Within
from callflow.rules.monitor import Rule
from callflow.rules.patterns import Between, Chain, Count, Every, Pattern, Precedence, Response
from callflow.rules.state import Status, Times
from calls.events import CallEvent

UNJUDGED = "unjudged"
"""A fault of ours cut the call off while something was open."""


def passes(test: Test, data: Any) -> bool:
    """One test of one event's data."""
    match test:
        case OneOf(field=name, values=values):
            return any(value == str(data.get(name, "")) for value in values)
        case Within(field=name, at_least=low, at_most=high):
            value = data.get(name)
            if not isinstance(value, int) or (low is not None and value < low):
                return False
            return high is None or value <= high
        case Tagged(tags=tags, every=every):
            carried = list(data.get("tags", ()))
            return (all if every else any)(tag in carried for tag in tags)


def happened(wanted: Happened, event: CallEvent) -> bool:
    """One kind of event, with all its tests, and not all of what it must not be."""
    but = len(wanted.unless) > 0 and all(passes(test, event.data) for test in wanted.unless)
    return (
        event.kind == wanted.kind
        and all(passes(test, event.data) for test in wanted.tests)
        and not but
    )


def is_like(pattern: EventPattern, event: CallEvent) -> bool:
    """Any of its choices."""
    return any(happened(choice, event) for choice in pattern.choices)


def begins_ms(event: CallEvent) -> int:
    """A line begins with its first sample."""
    return int(event.data["start_ms"]) if event.kind == "said" else event.offset_ms


def is_over_ms(event: CallEvent) -> int:
    """A line is over with its last sample."""
    return int(event.data["end_ms"]) if event.kind == "said" else event.offset_ms


def in_time(times: Times, lapse_ms: int) -> bool:
    """Not too early, not too late, the tolerance forgiven both ways."""
    early = times.at_least_ms > 0 and lapse_ms + times.slack_ms < times.at_least_ms
    return not early and not too_late(times, lapse_ms)


def too_late(times: Times, lapse_ms: int) -> bool:
    """Past the longest time."""
    return times.at_most_ms is not None and lapse_ms - times.slack_ms > times.at_most_ms


@dataclass(frozen=True)
class Facts:
    """The facts a rule may be judged by, to the end of the call or as far as it has come."""

    events: Sequence[CallEvent]
    talking: frozenset[int]
    """Which of them came while a line was being spoken."""

    over: bool

    def like(self, pattern: EventPattern) -> list[int]:
        """Where events of that pattern are."""
        return [i for i, event in enumerate(self.events) if is_like(pattern, event)]

    def lapse_ms(self, first: int, then: int) -> int:
        """From the end of one to the start of another."""
        return begins_ms(self.events[then]) - is_over_ms(self.events[first])


def facts_of(rule: Rule, trace: Sequence[CallEvent]) -> Facts:
    """What counts: no watcher's facts, no line that never sounded, nothing after the end.

    A rule about one performer's words does not see the other's.
    """
    ends = [i for i, event in enumerate(trace) if event.kind == "ended"]
    seen = [
        event
        for i, event in enumerate(trace)
        if (not ends or i <= ends[0])
        and not (
            rule.performer
            and event.kind in ("said", "saying")
            and event.data.get("performer") != rule.performer
        )
    ]
    events: list[CallEvent] = []
    talking: set[int] = set()
    for i, event in enumerate(seen):
        if event.kind in ("saying", "listening", "hearing"):
            continue
        if event.kind == "said" and event.data["ended"] == "failed":
            continue
        begun = [k for k in range(i) if seen[k].kind == "saying"]
        done = [k for k in range(i) if seen[k].kind == "said"]
        if event.kind != "said" and begun and not any(k > begun[-1] for k in done):
            talking.add(len(events))
        events.append(event)
    return Facts(events, frozenset(talking), bool(ends))


@dataclass(frozen=True)
class Found:
    """What a trace says about one pattern."""

    applies: bool
    wrong: bool
    """Something in it broke the pattern, whatever may come."""

    open: bool = False
    """Something is still wanted."""


def count(p: Count, facts: Facts) -> Found:
    """In every stretch: never too often, and often enough if it came to its end."""
    begins = facts.like(p.after) if p.after.choices else [-1]
    ends = sorted({*facts.like(p.until), *facts.like(p.unless)})
    stretches: list[tuple[int, int | None]] = []
    for begin in begins:
        inside = any(end is None or begin < end for _, end in stretches)
        if not inside:
            stretches.append((begin, next((end for end in ends if end > begin), None)))
    wrong = still_open = False
    for begin, end in stretches:
        last = len(facts.events) if end is None else end
        often = sum(begin < i < last for i in facts.like(p.of))
        wrong |= p.at_most is not None and often > p.at_most
        if often < p.at_least:
            still_open |= end is None
            wrong |= end in facts.like(p.until)
    return Found(bool(stretches), wrong, still_open)


def every(p: Every, facts: Facts) -> Found:
    """All of these are like that."""
    asked, fulfilled = facts.like(p.of), facts.like(p.fulfils)
    return Found(bool(asked), any(i not in fulfilled for i in asked))


def precedence(p: Precedence, facts: Facts) -> Found:
    """For each `before` there is an `expect` before it with no `reset` in between."""

    asked, expected, resets = facts.like(p.before), facts.like(p.expect), facts.like(p.reset)

    def allowed(i: int) -> bool:
        return any(j < i and not any(j < k < i for k in resets) for j in expected)

    return Found(bool(asked), not all(allowed(i) for i in asked))


def response(p: Response, facts: Facts) -> Found:
    """Each `when` that comes while none is open: the first answer after it comes in its times."""
    asked, expected, excusing = facts.like(p.when), facts.like(p.expect), facts.like(p.unless)
    wrong = still_open = False
    since = -1
    for i in asked:
        if i < since or still_open:
            continue
        excuses = {j for j in excusing if not too_late(p.times, facts.lapse_ms(i, j))}
        answers = sorted(j for j in {*expected, *excuses} if j > i)
        until = answers[0] if answers else len(facts.events)
        asked_ms = is_over_ms(facts.events[i])
        wrong |= any(
            i < k < until
            and k not in facts.talking
            and too_late(p.times, facts.events[k].offset_ms - asked_ms)
            for k in range(len(facts.events))
        )
        if answers and until in expected:
            wrong |= not in_time(p.times, facts.lapse_ms(i, until))
        still_open = not answers
        since = until
    return Found(bool(asked), wrong, still_open)


def chain(p: Chain, facts: Facts) -> Found:
    """Each `when` that begins a chain: each link is the next event of the links' kinds."""
    kinds = {choice.kind for link in p.links for choice in link.event.choices}
    after_kinds = {choice.kind for choice in p.after.choices}
    after = facts.like(p.after)

    def begins(i: int) -> bool:
        told = [j for j in range(i) if facts.events[j].kind in after_kinds]
        return not p.after.choices or (bool(told) and told[-1] in after)

    asked = [i for i in facts.like(p.when) if begins(i)]
    told = sorted(
        {*facts.like(p.unless), *(i for i, e in enumerate(facts.events) if e.kind in kinds)}
    )
    since = -1
    for i in asked:
        if i >= since:
            end = chain_end(p, facts, i, [j for j in told if j > i])
            if end is None or end == "open":
                return Found(applies=True, wrong=end is None, open=end == "open")
            since = int(end)
    return Found(applies=bool(asked), wrong=False)


def chain_end(p: Chain, facts: Facts, begun: int, told: list[int]) -> int | str | None:
    """Where a chain came to its end in peace, `open`, or None where it broke."""
    before = begun
    for n, link in enumerate(p.links):
        if n >= len(told):
            return "open"
        now = told[n]
        if now not in facts.like(link.event):
            return now if now in facts.like(p.unless) else None
        if not in_time(link.pause, facts.lapse_ms(before, now)):
            return None
        before = now
    return before


def between(p: Between, facts: Facts) -> Found:
    """Each `then` has a `first` before it, nothing of the pattern in between, and its times."""
    firsts = facts.like(p.first)
    told = {*firsts, *facts.like(p.then), *facts.like(p.unless)}

    def allowed(i: int) -> bool:
        return any(
            j < i and not any(j < k < i for k in told) and in_time(p.times, facts.lapse_ms(j, i))
            for j in firsts
        )

    return Found(bool(firsts), not all(allowed(i) for i in facts.like(p.then)))


_READ: dict[type[Any], Callable[[Any, Facts], Found]] = {
    Count: count,
    Every: every,
    Precedence: precedence,
    Response: response,
    Chain: chain,
    Between: between,
}


def judge_pattern(pattern: Pattern, facts: Facts) -> str:
    """A status, or UNJUDGED."""
    found = _READ[type(pattern)](pattern, facts)
    if found.wrong:
        return Status.BROKEN
    if not facts.over:
        return Status.PENDING
    if found.open:
        cut_off = facts.events[-1].data["end_reason"] in ("failed", "interrupted")
        return UNJUDGED if cut_off else Status.BROKEN
    return Status.KEPT if found.applies else Status.NOT_APPLICABLE


def judge(rule: Rule, trace: Sequence[CallEvent]) -> Status:
    """The verdict of a rule on a trace, or on the beginning of one."""
    offered = [event for event in trace if event.kind == "offered"]
    if not rule.patterns or not all(speaks_of(rule, event) for event in offered):
        return Status.NOT_APPLICABLE
    facts = facts_of(rule, trace)
    if rule.performer and not any(event.kind == "said" for event in facts.events):
        return Status.NOT_APPLICABLE if facts.over else Status.PENDING
    return worst(judge_pattern(pattern, facts) for pattern in rule.patterns)


def speaks_of(rule: Rule, offered: CallEvent) -> bool:
    """Whether the rule is about calls of this direction and flow."""
    wrong_way = rule.direction and rule.direction != offered.data["direction"]
    return not wrong_way and (not rule.flows or offered.data["flow"] in rule.flows)


def worst(found: Iterable[str]) -> Status:
    """One broken pattern breaks the rule; one open or unjudged leaves it so."""
    words = set(found)
    if Status.BROKEN in words:
        return Status.BROKEN
    if Status.PENDING in words:
        return Status.PENDING
    if UNJUDGED in words or Status.KEPT not in words:
        return Status.NOT_APPLICABLE
    return Status.KEPT
