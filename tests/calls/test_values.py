"""Values made by functions that are written for their class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from callers.persona import HangUp, Persona, Point, Press
from calls.outcomes import QueueLeft
from calls.values import changer, maker

CALLER = Persona(
    name="somebody",
    title={"en": "Somebody"},
    language="en",
    voice="en",
    answers=(Press(keys="12", after_ms=300),),
    hang_up=HangUp(point=Point.LINE, after_ms=400, count=2),
    details={"name": "Wang"},
)


def test_a_changed_value_is_what_replace_makes_of_it() -> None:
    change = changer(Persona, "level_dbov", "answers")

    other = change(CALLER, level_dbov=-30.0, answers=())

    assert other == replace(CALLER, level_dbov=-30.0, answers=())
    assert (other.hang_up, other.details) == (CALLER.hang_up, CALLER.details)
    assert CALLER.level_dbov != -30.0


def test_a_field_that_the_class_does_not_have_is_refused_when_the_function_is_made() -> None:
    with pytest.raises(TypeError, match="Press has no field after, tone"):
        changer(Press, "after", "tone", "keys")


def test_what_is_to_be_changed_must_be_given() -> None:
    change = changer(Press, "keys", "after_ms")

    with pytest.raises(TypeError, match="after_ms"):
        change(CALLER.answers[0], keys="3")


def test_a_made_value_is_what_its_class_makes_with_defaults_of_its_own() -> None:
    make = maker(QueueLeft)

    one, two = (
        make(name="answered", waited_ms=10, talked_ms=20, agent="801") for _ in ("one", "two")
    )

    assert one == QueueLeft(name="answered", waited_ms=10, talked_ms=20, agent="801")
    assert one.values == {}
    assert one.values is not two.values


def test_a_made_value_of_a_plain_dataclass_has_lists_of_its_own() -> None:
    @dataclass(slots=True)
    class Bag:
        name: str
        things: list[str] = field(default_factory=list)

    make = maker(Bag)
    make(name="one").things.append("ball")

    assert make(name="two").things == []
