"""The schema of forms says what the reader says: neither refuses what the other means."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from callflow.nodes import Mapping, Node, Scalar, parse
from calls.errors import FormFileError
from qa.rubric import FORMS_FOLDER, load_form
from qa.rubric.schema import qa_form_schema
from tests.qa.small_form import SMALL

TEXT = dedent(SMALL)
POINTS = (
    TEXT.replace("pass_mark: 75", "pass_mark: 75\nmode: points")
    .replace("    weight: 60\n", "")
    .replace("    weight: 40\n", "")
    .replace("weight: ", "points: ")
)


@lru_cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(qa_form_schema())


def _plain(node: Node) -> Any:
    """The tree as an editor's YAML 1.2 core reader gives it."""
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.items}
    if not isinstance(node, Scalar):
        return [_plain(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.text in ("true", "false"):
        return node.text == "true"
    try:
        return int(node.text) if node.text.isdigit() else float(node.text)
    except ValueError:
        return node.text


def _wrong(text: str) -> list[str]:
    return [error.message for error in _validator().iter_errors(_plain(parse(text, "form")))]


@pytest.mark.parametrize("path", sorted(FORMS_FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_form_fits_and_names_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert _wrong(text) == []
    assert text.startswith("# yaml-language-server: $schema=../../schemas/qa_form.json\n")


@pytest.mark.parametrize("text", [TEXT, POINTS], ids=["percent", "points"])
def test_both_modes_fit_and_load(text: str) -> None:
    assert _wrong(text) == []
    assert load_form(text)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("form: small", "forms: small"),
        ("form: small", "form: Small"),
        ('version: "1"\n', ""),
        ("en: Small}", "de: Klein}"),
        ("pass_mark: 75", "pass_mark: 101"),
        ("pass_mark: 75", "pass_mark: 75\nmode: stars"),
        ("pass_mark: 75", "pass_mark: 75\nmode: points"),
        ("weight: 2,", "points: 2,"),
        ("weight: 60", "weight: -1"),
        ("share: 0.5", "share: 1.5"),
        ("en: Fair}, share: 0.5", "en: Fair}"),
        ("na: true}", "na: perhaps}"),
        ("critical: section", "critical: form"),
        ("comment: on_fail", "comment: always"),
        ("fact: {rule: A05}", "fact: {rule: a05}"),
        ("fact: {rule: A05}", "fact: {rule: A05, at_most: 1s}"),
        ("fact: {rule: A05}", "fact: {rule: A05, figure: rings}"),
        ("fact: {rule: A05}", "fact: {}"),
        ("measure: talk_over,", "measure: talkover,"),
        (", at_most: 1s", ""),
        ("at_most: 1s", "at_most: soon"),
        ("at_most: 1s", "at_most: 1s, otherwise: no"),
        ("at_most: 1s", "bands: {yes: {at_most: 1s}}"),
        ("rules: [A05]", "rules: [goodbye]"),
        ("answers: graded3", "answers: [a, b]"),
    ],
)
def test_a_mistake_is_seen_by_the_schema_and_by_the_reader(right: str, wrong: str) -> None:
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)

    assert _wrong(text)
    with pytest.raises(FormFileError):
        load_form(text)


def test_points_and_weights_do_not_mix() -> None:
    for text in (
        POINTS.replace("points: 2", "weight: 2"),
        POINTS.replace("    title: {zh: 态度", "    weight: 3\n    title: {zh: 态度"),
    ):
        assert _wrong(text)
        with pytest.raises(FormFileError):
            load_form(text)
