"""What answers a factual question, and the rules a question is about."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, Scalar
from callflow.reading import Reading, nearest
from callflow.rules.language import ID_PATTERN
from callflow.rules.monitor import RuleSet
from qa.rubric.form import Band, Fact, SourceKind
from qa.rubric.language import BAND_KEYS, FACT_KEYS, NO, YES
from qa.rubric.sources import FIGURES, MEASURES, Source, Unit

MOST_TIME_MS: Final = 86_400_000
MOST_COUNT: Final = 1_000
_KNOWN: Final = {SourceKind.MEASURE: MEASURES, SourceKind.FIGURE: FIGURES}


class FactReader:
    """Reads `fact:` and `rules:`; with `rules`, only rules of that file may be named."""

    def __init__(self, reading: Reading, rules: RuleSet | None) -> None:
        self._reading = reading
        self._rules = rules

    def rules(self, node: Node | None) -> tuple[str, ...]:
        """The ids of `rules:`."""
        return self._reading.list_of(node, "rules", self._rule)

    def fact(self, node: Node, answers: Collection[str], *, na: bool) -> Fact | None:
        """The source of the answer; None, with a problem noted, when it makes none.

        `answers` are those of the question; empty when they could not be read.
        """
        reading = self._reading
        body = reading.mapping(node, "fact")
        if body is None:
            return None
        reading.keys(body, FACT_KEYS, "a fact")
        given = [kind for kind in SourceKind if body.get(kind.value) is not None]
        if len(given) != 1:
            hint = "write {rule: A11}, {measure: talk_over, at_most: 1s} or {figure: ...}"
            reading.wrong(node.place, "a fact names one rule, measure or figure", hint)
            return None
        if given[0] is SourceKind.RULE:
            return self._of_rule(body, answers, na=na)
        return self._of_figure(given[0], body, answers)

    def _of_rule(self, body: MappingNode, answers: Collection[str], *, na: bool) -> Fact:
        node = body.get(SourceKind.RULE.value)
        rule_id = self._rule(node) if node is not None else ""
        self._refuse_limits(body)
        self._demand_yes_no(body, answers)
        if not na:
            what = f"{rule_id} does not speak of every call, and the question cannot be na"
            self._reading.wrong(body.place, what, "add na: true to the question")
        self._demand_decidable(body, rule_id)
        return Fact(kind=SourceKind.RULE, name=rule_id)

    def _demand_decidable(self, body: MappingNode, rule_id: str) -> None:
        rules = self._rules
        if rules is not None and rule_id in rules and not rules[rule_id].decidable:
            by = rules[rule_id].judged_by
            self._reading.wrong(
                body.place,
                f"no events of a call show {rule_id}: it is judged by {by}",
                "drop fact: so that a human answers, or name a measure",
            )

    def _refuse_limits(self, body: MappingNode) -> None:
        for name in ("at_most", "at_least", "bands", "otherwise"):
            node = body.get(name)
            if node is not None:
                self._reading.wrong(node.place, f"a rule has no {name}", "drop it")

    def _demand_yes_no(self, body: MappingNode, answers: Collection[str]) -> None:
        missing = [word for word in (YES, NO) if word not in answers]
        if missing and answers:
            hint = "drop answers: of the question, or use bands: for others"
            self._reading.wrong(body.place, f"the question has no answer {missing[0]}", hint)

    def _of_figure(
        self, kind: SourceKind, body: MappingNode, answers: Collection[str]
    ) -> Fact | None:
        known = _KNOWN[kind]
        name = self._reading.one_of(body.get(kind.value), kind.value, known, "")
        if not name:
            return None
        source = known[name]
        if body.get("bands") is None:
            return self._of_limits(kind, source, body, answers)
        for limit in ("at_most", "at_least"):
            node = body.get(limit)
            if node is not None:
                self._reading.wrong(node.place, f"{limit} beside bands", "write it in a band")
        otherwise = body.get("otherwise")
        if otherwise is None:
            hint = "write otherwise: with the answer when none of them holds"
            self._reading.wrong(body.place, "the bands leave some values unanswered", hint)
        return Fact(
            kind=kind,
            name=name,
            bands=self._bands(body.get("bands"), source, answers),
            otherwise=self._answer(otherwise, "otherwise", answers),
        )

    def _of_limits(
        self, kind: SourceKind, source: Source, body: MappingNode, answers: Collection[str]
    ) -> Fact:
        otherwise = body.get("otherwise")
        if otherwise is not None:
            self._reading.wrong(otherwise.place, "otherwise goes with bands", "drop it")
        self._demand_yes_no(body, answers)
        band = self._band(YES, body, source)
        return Fact(kind=kind, name=source.name, bands=(band,), otherwise=NO)

    def _bands(
        self, node: Node | None, source: Source, answers: Collection[str]
    ) -> tuple[Band, ...]:
        listed = self._reading.mapping(node, "bands") if node is not None else None
        found = []
        for key, value in listed.items if listed is not None else ():
            answer = self._answer(key, "a band's answer", answers)
            body = self._reading.mapping(value, f'the band "{key.text}"')
            if body is not None:
                self._reading.keys(body, BAND_KEYS, "a band")
                found.append(self._band(answer, body, source))
        return tuple(found)

    def _answer(self, node: Node | None, what: str, answers: Collection[str]) -> str:
        if not answers:
            return self._reading.text(node, what)
        return self._reading.one_of(node, what, answers, "")

    def _band(self, answer: str, body: MappingNode, source: Source) -> Band:
        low, high = body.get("at_least"), body.get("at_most")
        if low is None and high is None:
            example = "1s" if source.unit is Unit.TIME else "3"
            what = f"{source.name} has no limit"
            self._reading.wrong(body.place, what, f"write at_most: {example} or at_least:")
        band = Band(
            answer=answer,
            at_least=self._limit(low, "at_least", source),
            at_most=self._limit(high, "at_most", source),
        )
        if band.at_least is not None and band.at_most is not None and band.at_least > band.at_most:
            hint = "write the smaller one as at_least"
            self._reading.wrong(body.place, "nothing lies between these limits", hint)
        return band

    def _limit(self, node: Node | None, name: str, source: Source) -> int | None:
        if node is None:
            return None
        if source.unit is Unit.TIME:
            return self._reading.duration(node, name, 0, 0, MOST_TIME_MS)
        return self._reading.number(node, name, 0, 0, MOST_COUNT)

    def _rule(self, node: Node) -> str:
        text = self._reading.text(node, "a rule")
        if self._rules is None:
            self._demand_id(node, text)
        elif text not in self._rules:
            ids = [rule.id for rule in self._rules]
            self._reading.wrong(
                node.place,
                f'there is no rule "{text}"',
                nearest(text, ids),
                rule="unknown-word",
                word=text,
            )
        return text

    def _demand_id(self, node: Node, text: str) -> None:
        if isinstance(node, Scalar) and not re.match(ID_PATTERN, text):
            hint = "name it as the house rules do, like A05"
            self._reading.wrong(node.place, f'"{text}" is no rule', hint, word=text)
