"""Random rules and random calls read off a tape of bytes: quick to draw, and easy to shrink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from callflow.rules.events import (
    NOTHING,
    EventPattern,
    Happened,
    OneOf,
    Tagged,
    Test,
    Within,
)
from callflow.rules.monitor import Rule
from callflow.rules.patterns import (
    Between,
    Chain,
    Count,
    Every,
    Link,
    Pattern,
    Precedence,
    Response,
)
from callflow.rules.state import Times
from calls.events import CallEvent
from tests.callflow.traces import Trace

T = TypeVar("T")
KINDS = ("never", "exists", "count", "every", "precedence", "response", "chain", "between")
LINES, TAGS, SOUNDS = ("a", "b", "c"), ("t", "u"), ("silence", "noise", "speech")
REASONS = ("completed", "completed", "completed", "failed", "interrupted", "caller_hung_up")


class Tape:
    """Choices read off bytes; past its end every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._bytes: Iterator[int] = iter(data)

    def below(self, most: int) -> int:
        """A number from 0 up to, not with, `most`."""
        return next(self._bytes, 0) % most

    def one(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]

    def often(self, in_four: int) -> bool:
        """True so many times out of four; false past the end."""
        return 4 - self.below(4) <= in_four


# Rules.


def a_test(tape: Tape) -> Happened:
    """One kind of event with one test of it."""
    made: list[Happened] = [
        Happened("said", (OneOf("line", frozenset({tape.one(LINES)})),)),
        Happened("heard", (OneOf("what", frozenset({tape.one(SOUNDS)})),)),
        Happened("said", (Tagged(frozenset({tape.one(TAGS)})),)),
        Happened("said", (), (Tagged(frozenset({tape.one(TAGS)})),)),
        Happened("said", (Tagged(frozenset(TAGS), every=True),)),
        Happened("heard"),
        Happened("key"),
        Happened("heard", (OneOf("what", frozenset({tape.one(SOUNDS), tape.one(SOUNDS)})),)),
        Happened("answered", (Within("rings", tape.one((None, 2)), tape.one((None, 3))),)),
        Happened("hung_up", (), (OneOf("by", frozenset({"us"})),)),
        Happened("ended"),
    ]
    return tape.one(made)


def an_event(tape: Tape) -> EventPattern:
    """Any of one or two kinds."""
    return EventPattern(tuple(a_test(tape) for _ in range(1 + tape.below(2))))


def maybe(tape: Tape) -> EventPattern:
    """An event, or nothing as often."""
    return an_event(tape) if tape.often(2) else NOTHING


def some_times(tape: Tape) -> Times:
    """Bounds that random calls meet and miss, often by nothing."""
    low = 200 * tape.below(6)
    high = low + 200 * tape.below(6) if tape.often(3) else None
    return Times(low, high, tape.one((0, 0, 200)))


def a_count(kind: str, tape: Tape) -> Count:
    """Absence, existence, bounded existence."""
    low = {"never": 0, "exists": 1}.get(kind, tape.below(3))
    high = {"never": 0, "exists": None}.get(kind, tape.one((None, low, low + 1)))
    return Count(
        of=an_event(tape),
        at_least=low,
        at_most=high,
        after=maybe(tape),
        until=maybe(tape),
        unless=maybe(tape),
    )


def a_pattern(kind: str, tape: Tape) -> Pattern:
    """A pattern of this kind, as `house_rules.yaml` names it."""
    one, two = an_event(tape), an_event(tape)
    if tape.below(6) == 5:
        two = EventPattern(one.choices + two.choices)
    match kind:
        case "every":
            return Every(of=one, fulfils=two)
        case "precedence":
            return Precedence(before=one, expect=two, reset=maybe(tape))
        case "response":
            return Response(when=one, expect=two, unless=maybe(tape), times=some_times(tape))
        case "between":
            return Between(first=one, then=two, times=some_times(tape), unless=maybe(tape))
        case "chain":
            more = tuple(Link(an_event(tape), some_times(tape)) for _ in range(tape.below(3)))
            links = (Link(two, some_times(tape)), *more)
            return Chain(when=one, links=links, after=maybe(tape), unless=maybe(tape))
        case _:
            return a_count(kind, tape)


def a_rule(kind: str, tape: Tape) -> Rule:
    """A rule with a pattern of this kind, at times with a second one, at times for some calls."""
    patterns = [a_pattern(kind, tape)]
    if tape.often(1):
        patterns.append(a_pattern(tape.one(KINDS), tape))
    return Rule(
        id="A99",
        title={},
        patterns=tuple(patterns),
        performer=tape.one(("", "", "", "", "ivr", "agent")),
        direction=tape.one(("", "", "", "", "", "inbound")),
        flows=tape.one((frozenset[str](),) * 6 + (frozenset({"x"}),)),
    )


def spoken_of(rule: Rule) -> list[Happened]:
    """Every kind of event a rule speaks of."""
    found: list[Happened] = []
    for pattern in rule.patterns:
        for name in pattern.__slots__:
            value = getattr(pattern, name)
            events = [value] if isinstance(value, EventPattern) else []
            if isinstance(value, tuple):
                events += [link.event for link in value if isinstance(link, Link)]
            found += [choice for event in events for choice in event.choices]
    return found


# Calls.


class TapedCall:
    """A call read off a tape: a line has its watcher's facts, keys may fall into it.

    Where a rule is given, things it speaks of come more often than others, half of them in their
    order, and whole chains of it with pauses near their bounds.
    """

    def __init__(self, tape: Tape, rule: Rule | None = None) -> None:
        self._tape = tape
        self._alphabet = [] if rule is None else spoken_of(rule)
        self._chains = [one for one in rule.patterns if isinstance(one, Chain)] if rule else []
        self._trace = Trace()
        self._turn = -1

    def events(self, most: int) -> list[CallEvent]:
        """At most `most` happenings, most calls with their end."""
        tape = self._tape
        if tape.often(3):
            self._trace.add(
                "offered",
                direction=tape.one(("inbound", "inbound", "outbound")),
                flow=tape.one(("x", "y")),
            )
        for chain in self._chains:
            if tape.often(2):
                self._follow(chain)
        for _ in range(tape.below(most)):
            self._happen()
        if tape.often(3):
            self._trace.add(
                "ended", self._wait_ms(), end_reason=tape.one(REASONS), disposition="served"
            )
        if tape.often(1):
            self._happen()
        return self._trace.events

    def _wait_ms(self) -> int:
        return 100 * self._tape.below(14)

    def _happen(self) -> None:
        tape = self._tape
        if self._alphabet and tape.often(3):
            self._turn += 1
            in_turn = self._alphabet[self._turn % len(self._alphabet)]
            self._like(in_turn if tape.often(2) else tape.one(self._alphabet))
            return
        match tape.below(8):
            case 0 | 1 | 2:
                self._speak(tape.one(LINES), sorted({t for t in TAGS if tape.often(1)}))
            case 3 | 4:
                self._trace.hear(tape.one(SOUNDS), self._wait_ms())
            case 5:
                self._trace.add("key", self._wait_ms(), digits="1")
            case 6:
                self._trace.add("answered", self._wait_ms(), rings=1 + tape.below(4))
            case _:
                self._trace.add("hung_up", self._wait_ms(), by=tape.one(("us", "caller")))

    def _follow(self, chain: Chain) -> None:
        """The chain as it should go, most times to its end, now and then a moment off."""
        tape = self._tape
        for event in (chain.after, chain.when):
            if event:
                self._like(tape.one(event.choices), exactly=True)
        for link in chain.links:
            if tape.below(8) < 7:
                times = link.pause
                edge = times.at_least_ms if times.at_most_ms is None else times.at_most_ms
                edge = tape.one((times.at_least_ms, edge))
                wait_ms = max(edge + tape.one((0, 0, 100, -100, 200, -300)), 0)
                self._like(tape.one(link.event.choices), wait_ms, exactly=True)

    def _speak(
        self,
        line: str,
        tags: list[str],
        performer: str = "",
        wait_ms: int | None = None,
        ended: str = "",
    ) -> None:
        tape, trace = self._tape, self._trace
        performer = performer or tape.one(("ivr", "agent"))
        ended = ended or tape.one(("completed", "completed", "key", "hangup", "failed"))
        wait_ms = self._wait_ms() if wait_ms is None else wait_ms
        if ended != "failed" or tape.often(2):
            trace.add("saying", wait_ms, line=line, tags=tags, performer=performer)
        start_ms = trace.now_ms
        for _ in range(tape.one((0, 0, 0, 0, 1, 2))):
            kind = tape.one(("key", "hung_up", "heard", "hearing", "listening"))
            trace.add(kind, self._wait_ms(), digits="1", by="caller", what=tape.one(SOUNDS))
        trace.add("said", self._wait_ms())
        said = trace.events[-1]
        data = {
            "line": line, "tags": tags, "performer": performer, "ended": ended,
            "start_ms": start_ms, "end_ms": said.offset_ms,
        }  # fmt: skip
        trace.events[-1] = said._replace(data=data)

    def _like(self, wanted: Happened, wait_ms: int | None = None, *, exactly: bool = False) -> None:
        """Something of the kind a rule speaks of, more often than not as it wants it."""
        tape = self._tape
        tests = [test for test in wanted.tests if exactly or tape.often(3)]
        data = dict(self._field(test) for test in tests)
        if wanted.kind == "said":
            tags = [tag for tag in data.get("tags", ()) if exactly or tape.often(3)]
            ended = "completed" if exactly else ""
            self._speak(data.get("line", "a"), tags, data.get("performer", ""), wait_ms, ended)
        elif wanted.kind not in ("offered", "ended"):
            usual_ms = self._wait_ms() * tape.one((1, 1, 10))
            self._trace.add(wanted.kind, usual_ms if wait_ms is None else wait_ms, **data)

    def _field(self, test: Test) -> tuple[str, Any]:
        match test:
            case OneOf(field=name, values=values):
                return name, self._tape.one(sorted(values) or [""])
            case Within(field=name, at_least=low, at_most=high):
                edge = high if high is not None else low or 0
                return name, max(edge + self._tape.below(3) - 1, 0)
            case Tagged(tags=tags):
                return "tags", sorted(tags)
