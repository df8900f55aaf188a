"""Templates that try to reach Python are refused or come to a harmless text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from callflow.templates import MOST_OUTPUT, Condition, Wording, WordingError
from tests.callflow.guarded import guarded
from tests.callflow.small_house import house

TEMPLATES: list[str] = yaml.safe_load(
    Path(__file__).with_name("hostile_templates.yaml").read_text("utf-8")
)
VARIABLES = {"name": "王", "n": 3, "vip": True, "language": "en"}
LEAKS = re.compile(r"<[A-Za-z]+ |object at 0x|__\w+__|\bmodule\b|root:|uid=")
"""What Python's own things look like once they are text."""


def test_there_are_many_of_them_and_none_twice() -> None:
    assert len(TEMPLATES) >= 150
    assert len(set(TEMPLATES)) == len(TEMPLATES)


def come_to(make: Callable[[], object]) -> object:
    """What it came to; None when it was refused."""
    with guarded(2.0) as reached:
        try:
            found = make()
        except WordingError:
            found = None
    assert reached == []
    return found


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_sentence_cannot_reach_python(text: str) -> None:
    said = come_to(lambda: Wording(text).render(VARIABLES))

    if said is not None:
        assert isinstance(said, str)
        assert len(said) <= MOST_OUTPUT
        assert not LEAKS.search(said) if "{" in text else said == text


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_condition_cannot_reach_python(text: str) -> None:
    value = come_to(lambda: Condition(text).value(VARIABLES))

    assert value is None or isinstance(value, bool | int | float | str)
    assert len(str(value)) <= MOST_OUTPUT
    assert not LEAKS.search(str(value))


@pytest.mark.parametrize("text", TEMPLATES)
def test_what_a_caller_says_is_never_a_template(text: str) -> None:
    assert Wording("{name}").render({"name": text}) == text
    assert Condition("name").value({"name": text}) == text
    assert Condition("name == other").value({"name": text, "other": text}) is True


@pytest.mark.parametrize("text", [each for each in TEMPLATES if "__" in each or "(" in each])
def test_attributes_and_calls_are_refused_when_the_file_is_read(text: str) -> None:
    """Before any caller is on the line, and not only when the sentence is spoken."""
    for kind in (Wording, Condition):
        try:
            names = kind(text).names
        except WordingError:
            continue
        assert names <= {*VARIABLES, "lipsum"}, f"{kind.__name__} takes {text}"


@pytest.mark.parametrize(
    "text",
    [
        "{" + "(" * 500 + "name" + ")" * 500 + "}",
        "{" + "not " * 900 + "name}",
        "{name" + "|upper" * 600 + "}",
        "{" * 1900,
        "}" * 1900,
        "{name}" * 330,
        "{" + "name + " * 280 + "name}",
        "{" + "[" * 900 + "]" * 900 + "}",
        "x" * 100_000,
        "{" + "n" * 1900 + "}",
        "{" + "9" * 1900 + "}",
        "{'" + "a" * 1900 + "'}",
        "{name" + " == name" * 240 + "}",
        "{" + "-" * 1900 + "n}",
    ],
    ids=range(14),
)
def test_deep_and_long_templates_are_refused_or_rendered_in_no_time(text: str) -> None:
    for make in (
        lambda: Wording(text).render(VARIABLES),
        lambda: Condition(text.strip("{}")).value(VARIABLES),
    ):
        assert len(str(come_to(make))) <= MOST_OUTPUT


def test_a_value_that_grows_is_cut_before_it_fills_the_machine() -> None:
    with pytest.raises(WordingError, match="over 4096"):
        Wording("{name}{name}").render({"name": "x" * 3000})
    with pytest.raises(WordingError, match="over 4096"):
        Condition("name + name").value({"name": "x" * 3000})


def test_a_flow_with_a_hostile_line_does_not_load() -> None:
    for text in ("{name.__class__}", "{lipsum()}", "{% for x in y %}{% endfor %}"):
        flow = f"""
            flow: main
            steps:
              ring: {{ring: 1}}
              set: {{set: {{name: "{text}"}}}}
              bye: {{say: goodbye, end: served}}
        """
        with pytest.raises(Exception, match=r"is not used here|unexpected|expected token"):
            house(main=flow)
