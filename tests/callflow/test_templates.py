"""Wording and conditions can fill in variables and compare, and nothing else."""

from __future__ import annotations

import pytest

from callflow.templates import MOST_OUTPUT, Condition, Wording, WordingError


def test_variables_are_filled_in() -> None:
    assert Wording("{name}先生，100% {name|upper}").render({"name": "ma"}) == "ma先生，100% MA"


@pytest.mark.parametrize(
    "text",
    [
        "{name.__class__}",
        "{name['x']}",
        "{name()}",
        "{% for x in name %}{% endfor %}",
        "{% set a = 1 %}",
        "{% include 'x' %}",
        "{name|attr('x')}",
        "{name|map('upper')}",
        "{'a' * 100000000}",
        "{1 ** 9}",
        "{name if name else 1}",
        "{",
        "{name",
        "{# c",
        "{range(9)}",
        "{lipsum()}",
        "{self}{cycler.__init__}",
        "x" * 2001,
        "{" + "(" * 300 + "name" + ")" * 300 + "|upper" * 100 + "}",
    ],
)
def test_what_is_more_than_a_variable_is_refused(text: str) -> None:
    with pytest.raises(WordingError):
        Wording(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tier == 1", True),
        ("tier > 1 or name == '王'", True),
        ("not name", False),
        ("missing", None),
        ("missing|default('x')", "x"),
        ("tier + 1", 2),
        ("name in ['王', '李']", True),
    ],
)
def test_a_condition_compares(text: str, value: object) -> None:
    assert Condition(text).value({"tier": 1, "name": "王"}) == value


def test_a_value_is_a_word_or_a_number_never_a_list() -> None:
    with pytest.raises(WordingError, match="which is no value"):
        Condition("[tier, tier]").value({"tier": 1})


@pytest.mark.parametrize(
    "text",
    ["name.x", "name[0]", "f()", "1 }} {{ 2", "a ** b", "a * b", "[x for x in y]", "", "1 +"],
)
def test_a_condition_does_nothing_else(text: str) -> None:
    with pytest.raises(WordingError):
        Condition(text)


def test_a_condition_over_unlike_things_is_an_error_that_says_so() -> None:
    with pytest.raises(WordingError, match="name < 1"):
        Condition("name < 1").value({"name": "王"})


def test_an_unknown_variable_is_an_error_not_an_empty_word() -> None:
    with pytest.raises(WordingError, match="name"):
        Wording("{name}先生").render({})


def test_a_line_that_grows_too_long_is_an_error_not_a_cut() -> None:
    with pytest.raises(WordingError, match=str(MOST_OUTPUT)):
        Wording("{name}").render({"name": "x" * (MOST_OUTPUT + 1)})
