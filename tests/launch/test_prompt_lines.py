"""Which lines of the house need sound."""

from __future__ import annotations

from callflow.house import House
from launch.authoring.prompt_lines import agents_lines, house_lines, spoken_lines
from launch.settings.site import HouseSettings

LINES = """
both: {zh-Hans: 一, en: one}
agents: {zh-Hans: 二, en: two}
asked: {zh-Hans: 三, en: three}
nobodys: {zh-Hans: 四, en: four}
machines: {zh-Hans: 五, en: five}
"""
IVR = """
flow: hotline
performer: ivr
languages: [zh-Hans, en]
steps:
  ring: {ring: 1}
  talk: {say: [machines, both], end: served}
"""
AGENT = """
flow: desk
performer: agent
languages: [zh-Hans, en]
steps:
  talk: {say: [agents, both]}
  fill: {form: card}
  over: {end: served}
"""
FORM = "form: card\nfields: {name: {label: {zh: 名, en: Name}, ask: asked}}\n"


def _house() -> House:
    texts = {"lines.yaml": LINES, "hotline.yaml": IVR, "desk.yaml": AGENT, "forms/card.yaml": FORM}
    return House.of_texts(texts)


def test_a_line_that_only_agents_say_or_forms_ask_needs_no_sound() -> None:
    house = _house()

    assert agents_lines(house) == {"agents", "asked"}
    spoken = {found.line.name for found in spoken_lines(house, HouseSettings())}
    assert spoken == {"both", "nobodys", "machines"}


def test_every_line_tells_the_steps_and_fields_it_is_used_in() -> None:
    used = {found.line.name: found.used_in for found in house_lines(_house(), HouseSettings())}

    assert set(used["both"]) == {"hotline.talk", "desk.talk"}
    assert used["asked"] == ("card.name",)
    assert used["nobodys"] == ()
