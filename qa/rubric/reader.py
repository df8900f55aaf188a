"""A form's nodes read into values; problems are collected, not raised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, Scalar
from callflow.reading import Reading, nearest
from callflow.rules.monitor import RuleSet
from qa.rubric.fact_reader import FactReader
from qa.rubric.form import NA, Answer, Comment, Fact, Form, Mode, Question, Section, Texts
from qa.rubric.language import (
    ANSWER_KEYS,
    BUILT_IN,
    FORM_KEYS,
    LANGUAGES,
    MOST_ANSWERS,
    MOST_QUESTIONS,
    MOST_SECTIONS,
    MOST_VERSION,
    MOST_WEIGHT,
    QUESTION_KEYS,
    SECTION_KEYS,
    SHARE,
    YES_NO,
)
from qa.rubric.sources import EVIDENCE

_SHARE: Final = re.compile(SHARE)
_PASS_MARK: Final = 80
Scale = Mapping[str, Answer]


class FormReader:
    """One pass over one file. With `rules`, only rules of that file may be named."""

    def __init__(self, reading: Reading, rules: RuleSet | None) -> None:
        self._reading = reading
        self._facts = FactReader(reading, rules)
        self._scales = {name: _built_in(name) for name in BUILT_IN}
        self._mode = Mode.PERCENT
        self._asked: dict[str, Question] = {}

    def form(self, top: MappingNode, text: str, source: str) -> Form | None:
        """The form; None, with a problem noted, where there is nothing to build on."""
        reading = self._reading
        reading.keys(top, FORM_KEYS, "a form")
        remedy = "split it into several forms"
        found = reading.named_parts(top, "form", "sections", MOST_SECTIONS, remedy)
        if found is None:
            return None
        named, listed = found
        modes = [mode.value for mode in Mode]
        self._mode = Mode(reading.one_of(top.get("mode"), "mode", modes, Mode.PERCENT.value))
        self._read_scales(top.get("scales"))
        return Form(
            name=reading.name(named, "the form's name"),
            title=self._texts(top, "title", top, "the form"),
            version=self._version(top),
            mode=self._mode,
            pass_mark=reading.number(top.get("pass_mark"), "pass_mark", _PASS_MARK, 0, 100),
            sections=tuple(self._section(key, node) for key, node in listed.items),
            text=text,
            source=source,
        )

    def _version(self, top: MappingNode) -> str:
        node = top.get("version")
        text = self._reading.text(node, "version")
        if not text or len(text) > MOST_VERSION:
            self._reading.wrong(
                (node or top).place,
                "the form has no version" if not text else "the version is too long",
                f'write version: "2026-11", at most {MOST_VERSION} characters',
            )
        return text

    def _read_scales(self, node: Node | None) -> None:
        listed = self._reading.mapping(node, "scales") if node is not None else None
        for key, value in listed.items if listed is not None else ():
            name = self._reading.name(key, "a scale")
            if name in BUILT_IN:
                what = f'every form has the scale "{name}" already'
                self._reading.wrong(key.place, what, "give it another name")
            self._scales[name] = self._answers(value, f'the scale "{name}"')

    def _section(self, key: Scalar, node: Node) -> Section:
        reading = self._reading
        name = reading.name(key, "a section")
        body = reading.mapping(node, f'the section "{name}"') or MappingNode(node.place, ())
        reading.keys(body, SECTION_KEYS, "a section")
        weight = body.get("weight")
        if weight is not None and self._mode is Mode.POINTS:
            hint = "give the questions their points, or write mode: percent"
            reading.wrong(weight.place, "a section has no weight in points mode", hint)
        listed = body.get("questions")
        items = reading.mapping(listed, "questions") if listed is not None else None
        if items is None or not items.items:
            hint = "write questions: and below it a first one"
            reading.wrong(key.place, f'the section "{name}" has no questions', hint)
        return Section(
            name=name,
            title=self._texts(body, "title", key, f'the section "{name}"'),
            weight=reading.number(weight, "weight", 1, 0, MOST_WEIGHT),
            questions=tuple(self._question(*each) for each in (items.items if items else ())),
        )

    def _question(self, key: Scalar, node: Node) -> Question:
        reading = self._reading
        name = reading.name(key, "a question")
        body = reading.mapping(node, f'the question "{name}"') or MappingNode(node.place, ())
        reading.keys(body, QUESTION_KEYS, "a question")
        self._refuse_second(key, name)
        answers = self._of_scale(body.get("answers"), f'the question "{name}"')
        na = reading.flag(body.get("na"), "na")
        comments = [each.value for each in Comment]
        comment = reading.one_of(body.get("comment"), "comment", comments, Comment.OPTIONAL.value)
        critical = body.get("critical")
        question = Question(
            name=name,
            title=self._texts(body, "title", key, f'the question "{name}"'),
            help=self._texts(body, "help", key, f'the question "{name}"', required=False),
            weight=self._weight(body),
            answers=answers,
            na=na,
            critical=reading.one_of(critical, "critical", ("section",), "") == "section",
            fatal=reading.flag(body.get("fatal"), "fatal"),
            ask_if=self._conditions(body.get("ask_if")),
            comment=Comment(comment),
            rules=self._facts.rules(body.get("rules")),
            fact=self._fact(body, answers, na=na),
            evidence=self._evidence(body.get("evidence")),
        )
        self._demand_failing(key, question)
        self._asked[name] = question
        return question

    def _fact(self, body: MappingNode, answers: Scale, *, na: bool) -> Fact | None:
        node = body.get("fact")
        return self._facts.fact(node, answers, na=na) if node is not None else None

    def _evidence(self, node: Node | None) -> tuple[str, ...]:
        def word(one: Node) -> str:
            return self._reading.one_of(one, "evidence", EVIDENCE, "")

        return self._reading.list_of(node, "evidence", word)

    def _refuse_second(self, key: Scalar, name: str) -> None:
        if name in self._asked:
            what = f'the question "{name}" stands in an earlier section already'
            self._reading.wrong(key.place, what, "rename one of them", rule="same-name", word=name)
        if len(self._asked) == MOST_QUESTIONS:
            what = f"over {MOST_QUESTIONS} questions"
            self._reading.wrong(key.place, what, "split it into several forms")

    def _demand_failing(self, key: Scalar, question: Question) -> None:
        """What fails a section or a form must be able to fail."""
        wanted = question.critical or question.fatal or question.comment is Comment.ON_FAIL
        shares = [each.share for each in question.answers.values()]
        if wanted and shares and min(shares) > 0:
            what = f'no answer of "{question.name}" fails it'
            self._reading.wrong(key.place, what, "give one of its answers share: 0")

    def _weight(self, body: MappingNode) -> int:
        right, wrong = "weight", "points"
        if self._mode is Mode.POINTS:
            right, wrong = wrong, right
        strange = body.get(wrong)
        if strange is not None:
            what = f"a question has no {wrong} in {self._mode} mode"
            self._reading.wrong(strange.place, what, f"write {right}:")
        return self._reading.number(body.get(right), right, 1, 0, MOST_WEIGHT)

    def _conditions(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        reading = self._reading
        body = reading.mapping(node, "ask_if") if node is not None else None
        found: dict[str, tuple[str, ...]] = {}
        for key, value in body.items if body is not None else ():
            earlier = self._asked.get(key.text)
            if earlier is None:
                what = f'ask_if: there is no earlier question "{key.text}"'
                reading.wrong(key.place, what, nearest(key.text, self._asked), word=key.text)
                continue
            if earlier.answers:  # else they could not be read, which is told where they stand
                known = (*earlier.answers, *((NA,) if earlier.na else ()))
                found[key.text] = self._words(value, known)
        return found

    def _words(self, node: Node, known: Iterable[str]) -> tuple[str, ...]:
        words = tuple(known)

        def word(one: Node) -> str:
            return self._reading.one_of(one, "the answer", words, "")

        return self._reading.list_of(node, "ask_if", word)

    def _of_scale(self, node: Node | None, what: str) -> Scale:
        if node is None:
            return self._scales[YES_NO]
        if not isinstance(node, Scalar):
            return self._answers(node, what)
        if node.text not in self._scales:
            self._reading.wrong(
                node.place,
                f'there is no scale "{node.text}"',
                nearest(node.text, self._scales),
                rule="unknown-word",
                word=node.text,
            )
        return self._scales.get(node.text, {})

    def _answers(self, node: Node, what: str) -> Scale:
        body = self._reading.mapping(node, f"the answers of {what}")
        items = body.items if body is not None else ()
        if body is not None and not 2 <= len(items) <= MOST_ANSWERS:
            hint = f"write from 2 to {MOST_ANSWERS}"
            self._reading.wrong(node.place, f"{what} has {len(items)} answers", hint)
        answers = {key.text: self._answer(key, value) for key, value in items}
        if answers and max(each.share for each in answers.values()) != 1:
            hint = "give the best of them share: 1"
            self._reading.wrong(node.place, f"no answer of {what} is worth all its points", hint)
        return answers

    def _answer(self, key: Scalar, node: Node) -> Answer:
        reading = self._reading
        name = reading.name(key, "an answer")
        if name == NA:
            reading.wrong(key.place, "na is no answer of a scale", "write na: true")
        body = reading.mapping(node, f'the answer "{name}"') or MappingNode(node.place, ())
        reading.keys(body, ANSWER_KEYS, "an answer")
        title = self._texts(body, "title", key, f'the answer "{name}"')
        return Answer(name=name, title=title, share=self._share(body, key))

    def _share(self, body: MappingNode, key: Scalar) -> Fraction:
        node = body.get("share")
        text = self._reading.text(node, "share")
        if not _SHARE.match(text):
            place = (node or key).place
            what = f'share is "{text}"' if node is not None else f'"{key.text}" has no share'
            self._reading.wrong(place, what, "write share: with 0 to 1, as 0.5", rule="wrong-value")
            return Fraction(1)
        return Fraction(text)

    def _texts(
        self,
        body: MappingNode,
        name: str,
        at: Scalar | MappingNode,
        of: str,
        *,
        required: bool = True,
    ) -> Texts:
        """A text in both languages."""
        reading, node = self._reading, body.get(name)
        if node is None and not required:
            return {}
        found = reading.mapping(node, name) if node is not None else None
        if found is not None:
            reading.keys(found, LANGUAGES, name)
        texts = {
            language: reading.text(found.get(language) if found else None, f"a {name}").strip()
            for language in LANGUAGES
        }
        missing = [language for language, text in texts.items() if not text]
        if missing:
            place = node.place if node is not None else at.place
            what = f"{of} has no {' and no '.join(missing)} {name}"
            reading.wrong(place, what, f"write {name}: {{zh: ..., en: ...}}")
        return texts


def _built_in(name: str) -> Scale:
    return {
        answer: Answer(name=answer, title={"zh": zh, "en": en}, share=Fraction(share))
        for answer, (zh, en, share) in BUILT_IN[name].items()
    }
