"""`house_rules.yaml`: text in, rules or every problem with its place out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, NodeError, Scalar, Sequence, parse
from callflow.reading import Reading
from callflow.rules.events import NOTHING, EventPattern
from callflow.rules.events_reader import EventReader
from callflow.rules.monitor import Rule, RuleSet
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
from calls.errors import FlowFileError

_ID: Final = re.compile(r"^[A-Z][0-9]{2}$")
_TIMES: Final = ("at_least", "at_most")
_SCOPE: Final = ("after", "until", "unless")
_SLACK_MOST_MS: Final = 2_000


def load_rules(
    text: str,
    source: str,
    *,
    lines: Collection[str] | None = None,
    tags: Collection[str] | None = None,
) -> RuleSet:
    """Read the rules of one file; with `lines` and `tags` only those of the house may be named.

    Raises FlowFileError with everything that is wrong.
    """
    reading = Reading()
    rules = read_rules(text, source, reading, lines=lines, tags=tags)
    if reading.problems:
        raise FlowFileError(reading.problems)
    return rules


def read_rules(
    text: str,
    source: str,
    reading: Reading,
    *,
    lines: Collection[str] | None = None,
    tags: Collection[str] | None = None,
) -> RuleSet:
    """The same, but problems go to `reading`."""
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        return RuleSet(())
    slack = reading.duration(top.get("tolerance"), "tolerance", 0, 0, _SLACK_MOST_MS)
    reader = _Reader(reading, EventReader(reading, lines, tags), slack)
    found = [reader.rule(key, node) for key, node in top.items if key.text != "tolerance"]
    return RuleSet(rule for rule in found if rule is not None)


class _Reader:
    """Reads rules one by one; what cannot be read becomes a problem, never an exception."""

    def __init__(self, reading: Reading, events: EventReader, slack_ms: int) -> None:
        self._reading = reading
        self._events = events
        self._slack_ms = slack_ms
        self._patterns: Mapping[str, Callable[[MappingNode], Pattern]] = {
            "never": self._never,
            "exists": self._exists,
            "count": self._count,
            "every": self._every,
            "precedence": self._precedence,
            "response": self._response,
            "chain": self._chain,
            "between": self._between,
        }

    def rule(self, key: Scalar, node: Node) -> Rule | None:
        """One rule: its title and its patterns, written as keys or, more of a kind, below `all`."""
        reading = self._reading
        if not _ID.match(key.text):
            reading.wrong(
                key.place, f'"{key.text}" is no rule', "name it as the house rules do, like A05"
            )
            return None
        body = reading.mapping(node, f"the rule {key.text}")
        if body is None:
            return None
        reading.keys(body, ("title", "all", *self._patterns), "a rule")
        patterns = self._of_keys(body)
        for item in reading.list_of(body.get("all"), "all", lambda one: one):
            listed = reading.mapping(item, "a pattern")
            if listed is not None:
                reading.keys(listed, self._patterns, "a pattern")
                patterns += self._of_keys(listed)
        if not patterns:
            reading.wrong(
                key.place,
                f"the rule {key.text} demands nothing",
                f"write one of: {', '.join(sorted(self._patterns))}",
            )
        return Rule(id=key.text, title=self._title(key, body), patterns=tuple(patterns))

    def _of_keys(self, body: MappingNode) -> list[Pattern]:
        found = []
        for key, value in body.items:
            if key.text in self._patterns:
                parts = self._reading.mapping(value, key.text)
                if parts is not None:
                    found.append(self._patterns[key.text](parts))
        return found

    def _title(self, key: Scalar, body: MappingNode) -> dict[str, str]:
        node = body.get("title")
        found = self._reading.mapping(node, "title") if node is not None else None
        titles = {}
        for language in ("zh", "en"):
            text = found.get(language) if found is not None else None
            titles[language] = self._reading.text(text, "a title")
            if not titles[language]:
                self._reading.wrong(
                    key.place,
                    f"the rule {key.text} has no {language} title",
                    "write title: {zh: ..., en: ...}",
                )
        if found is not None:
            self._reading.keys(found, ("zh", "en"), "title")
        return titles

    def _event(self, body: MappingNode, key: str, *, wanted: bool = True) -> EventPattern:
        node = body.get(key)
        if node is not None:
            return self._events.event(node)
        if wanted:
            self._reading.wrong(
                body.place,
                f'"{key}" is missing',
                f"write {key}: and an event, like {{said: hello}}",
            )
        return NOTHING

    def _times(self, body: MappingNode, *, least: str = "at_least", most: str = "at_most") -> Times:
        reading = self._reading
        low = reading.duration(body.get(least), least, 0, 0)
        high = body.get(most)
        at_most = reading.duration(high, most, 0) if high is not None else None
        if at_most is not None and at_most < low:
            reading.wrong(body.place, f"{least} is more than {most}", "swap the two times")
        return Times(low, at_most, self._slack_ms)

    def _never(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("of", *_SCOPE), "never")
        return self._counted(body, 0, 0)

    def _exists(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("of", *_SCOPE), "exists")
        return self._counted(body, 1, None)

    def _count(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("of", *_TIMES, *_SCOPE), "count")
        low = self._reading.number(body.get("at_least"), "at_least", 0, 0, 1000)
        most = body.get("at_most")
        high = self._reading.number(most, "at_most", low, low, 1000) if most is not None else None
        return self._counted(body, low, high)

    def _counted(self, body: MappingNode, low: int, high: int | None) -> Pattern:
        return Count(
            of=self._event(body, "of"),
            at_least=low,
            at_most=high,
            after=self._event(body, "after", wanted=False),
            until=self._event(body, "until", wanted=False),
            unless=self._event(body, "unless", wanted=False),
        )

    def _every(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("of", "fulfils"), "every")
        return Every(of=self._event(body, "of"), fulfils=self._event(body, "fulfils"))

    def _precedence(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("before", "expect", "reset"), "precedence")
        return Precedence(
            before=self._event(body, "before"),
            expect=self._event(body, "expect"),
            reset=self._event(body, "reset", wanted=False),
        )

    def _response(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("when", "expect", "unless", "within", "at_least"), "response")
        return Response(
            when=self._event(body, "when"),
            expect=self._event(body, "expect"),
            unless=self._event(body, "unless", wanted=False),
            times=self._times(body, most="within"),
        )

    def _chain(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("when", "after", "expect", "unless"), "chain")
        node = body.get("expect")
        items = node.items if isinstance(node, Sequence) else ()
        if not items:
            self._reading.wrong(
                body.place, "a chain has no links", "write expect: [{said: hello}, ...]"
            )
        return Chain(
            when=self._event(body, "when"),
            links=tuple(self._link(item) for item in items),
            after=self._event(body, "after", wanted=False),
            unless=self._event(body, "unless", wanted=False),
        )

    def _link(self, node: Node) -> Link:
        if not isinstance(node, MappingNode) or node.get("pause") is None:
            return Link(self._events.event(node), Times(slack_ms=self._slack_ms))
        event = tuple(item for item in node.items if item[0].text != "pause")
        pause = self._reading.mapping(node.get("pause") or node, "pause")
        times = Times(slack_ms=self._slack_ms)
        if pause is not None:
            self._reading.keys(pause, _TIMES, "pause")
            times = self._times(pause)
        return Link(self._events.event(MappingNode(node.place, event)), times)

    def _between(self, body: MappingNode) -> Pattern:
        self._reading.keys(body, ("first", "then", *_TIMES, "unless"), "between")
        return Between(
            first=self._event(body, "first"),
            then=self._event(body, "then"),
            times=self._times(body),
            unless=self._event(body, "unless", wanted=False),
        )
