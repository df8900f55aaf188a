"""`house_rules.yaml`: text in, rules or every problem with its place out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, NodeError, Scalar, parse
from callflow.reading import Reading, nearest
from callflow.rules.events_reader import EventReader
from callflow.rules.language import (
    ID_PATTERN,
    LANGUAGES,
    MOST_TOLERANCE_MS,
    PATTERN_KEYS,
    RULE_KEYS,
    Key,
)
from callflow.rules.monitor import Rule, RuleSet
from callflow.rules.patterns import Pattern
from callflow.rules.patterns_reader import PatternReader
from calls.errors import FlowFileError

__all__ = ["PATTERN_KEYS", "RULE_KEYS", "load_rules", "read_rules"]

_ID: Final = re.compile(ID_PATTERN)
_KEYS: Final = {key.name: key for key in RULE_KEYS}


def load_rules(
    text: str,
    source: str,
    *,
    lines: Collection[str] | None = None,
    tags: Collection[str] | None = None,
    flows: Collection[str] | None = None,
    branches: Collection[str] | None = None,
    forms: Collection[str] | None = None,
) -> RuleSet:
    """Read the rules of one file; of what is given only the house's own names may be written.

    Raises FlowFileError with everything that is wrong.
    """
    reading = Reading()
    rules = read_rules(
        text, source, reading, lines=lines, tags=tags, flows=flows, branches=branches, forms=forms
    )
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
    flows: Collection[str] | None = None,
    branches: Collection[str] | None = None,
    forms: Collection[str] | None = None,
) -> RuleSet:
    """The same, but problems go to `reading`."""
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        return RuleSet(())
    slack = reading.duration(top.get("tolerance"), "tolerance", 0, 0, MOST_TOLERANCE_MS)
    more = {
        "branched.branch": branches,
        "form_filled.form": forms,
        "offered.flow": flows,
        "stepped.flow": flows,
    }
    patterns = PatternReader(reading, EventReader(reading, lines, tags, more), slack)
    reader = _Reader(reading, patterns, flows)
    found = [reader.rule(key, node) for key, node in top.items if key.text != "tolerance"]
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return RuleSet((rule for rule in found if rule is not None), digest)


class _Reader:
    """Reads rules one by one; what cannot be read becomes a problem, never an exception."""

    def __init__(
        self, reading: Reading, patterns: PatternReader, flows: Collection[str] | None
    ) -> None:
        self._reading = reading
        self._patterns = patterns
        self._flows = flows

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
        reading.keys(body, (*_KEYS, *PATTERN_KEYS), "a rule")
        rule = Rule(
            id=key.text,
            title=self._texts(key, body, _KEYS["title"]),
            text=self._texts(key, body, _KEYS["text"]),
            must=reading.flag(body.get("must"), "must", default=True),
            direction=self._word(body, "direction"),
            flows=self._flow_names(body.get("flows")),
            performer=self._word(body, "performer"),
            judged_by=self._word(body, "judged_by"),
            reason=self._texts(key, body, _KEYS["reason"]),
            patterns=self._all_patterns(body),
        )
        self._demands(key, rule)
        return rule

    def _demands(self, key: Scalar, rule: Rule) -> None:
        if not rule.patterns and not rule.judged_by:
            self._reading.wrong(
                key.place,
                f"the rule {rule.id} demands nothing",
                f"write one of: {', '.join(sorted(PATTERN_KEYS))}; or judged_by: and its reason",
            )
        if bool(rule.judged_by) != bool(rule.reason):
            given, missing = ("judged_by", "reason") if rule.judged_by else ("reason", "judged_by")
            self._reading.wrong(
                key.place, f"the rule {rule.id} has {given} without {missing}", "write both"
            )

    def _all_patterns(self, body: MappingNode) -> tuple[Pattern, ...]:
        reading = self._reading
        patterns = self._patterns.of_keys(body)
        for item in reading.list_of(body.get("all"), "all", lambda one: one):
            listed = reading.mapping(item, "a pattern")
            if listed is not None:
                reading.keys(listed, PATTERN_KEYS, "a pattern")
                patterns += self._patterns.of_keys(listed)
        return tuple(patterns)

    def _word(self, body: MappingNode, name: str) -> str:
        return self._reading.one_of(body.get(name), name, _KEYS[name].words, "")

    def _flow_names(self, node: Node | None) -> frozenset[str]:
        def flow(item: Node) -> str:
            name = self._reading.name(item, "a flow")
            if self._flows is not None and name not in self._flows:
                what = f'there is no flow "{name}"'
                self._reading.wrong(item.place, what, nearest(name, self._flows))
            return name

        return frozenset(self._reading.list_of(node, "flows", flow))

    def _texts(self, rule: Scalar, body: MappingNode, key: Key) -> dict[str, str]:
        """By language; empty when the key is not written and need not be."""
        reading = self._reading
        node = body.get(key.name)
        if node is None and not key.required:
            return {}
        found = reading.mapping(node, key.name) if node is not None else None
        texts = {}
        for language in LANGUAGES:
            text = found.get(language) if found is not None else None
            texts[language] = reading.text(text, f"a {key.name}")
            if not texts[language]:
                reading.wrong(
                    rule.place,
                    f"the rule {rule.text} has no {language} {key.name}",
                    f"write {key.name}: {{zh: ..., en: ...}}",
                )
        if found is not None:
            reading.keys(found, LANGUAGES, key.name)
        return texts
