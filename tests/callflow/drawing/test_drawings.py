"""Flows as pictures: what the author wrote is on it, once, escaped, and fits a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import pytest

from callflow.drawing.mermaid import mermaid
from callflow.drawing.overview import overview_of
from callflow.drawing.picture import Arrow, Picture, Shape
from callflow.drawing.picturing import picture_of
from callflow.drawing.svg import PAGE, svg
from callflow.drawing.text import MORE, shorten, width, wrap
from callflow.house import House
from tests.callflow.small_house import house

SCRIPTS = Path(__file__).parents[3] / "scripts"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")

MAIN = """
flow: main
title: {zh: 主, en: Main}
always: {noise: {call: sub, clear: again}, faint: end faint}
steps:
  open: {ring: 1}
  call:
    say: greeting
    repeat: 2
    listen: 4s
    on: {speech: end, silence: next, key: end}
  end:
    choose: [{if: 'digits == "1" and ani < "2"', go: bye}, {else: end other}]
  bye:
    say: goodbye
    end: served
"""
SUB = """
flow: sub
performer: agent
returns: [clear]
anytime: {upset: return clear}
steps:
  form: {form: record, on: {cancelled: last}}
  last: {return: clear}
"""
FORM = "form: record\nfields: {name: {type: text}}\n"


def _small() -> House:
    texts = {"main.yaml": MAIN, "sub.yaml": SUB, "forms/record.yaml": FORM}
    lines = 'greeting: {tags: [greeting], en: "<b>Hello & \\"goodbye\\"</b>", zh-Hans: 您好}\n'
    lines += "goodbye: {tags: [closing], en: Bye, zh-Hans: 再见}\n"
    texts["main.yaml"] = MAIN.replace("title:", "languages: [zh-Hans, en]\ntitle:")
    texts["sub.yaml"] = SUB.replace("returns:", "languages: [zh-Hans, en]\nreturns:")
    return House.of_texts({"lines.yaml": lines, **texts})


@lru_cache(maxsize=1)
def _shipped() -> House:
    return House.load(SCRIPTS)


def _arrows(picture: Picture) -> dict[tuple[str, str], Arrow]:
    return {(arrow.start, arrow.end): arrow for arrow in picture.arrows}


def _texts(drawing: str) -> list[str]:
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_outcomes_to_one_target_share_an_arrow() -> None:
    arrows = _arrows(picture_of(_small(), "main"))

    assert arrows["call", "end"].labels == ("speech", "silence ×2", "key")


def test_a_step_said_twice_has_an_arrow_back_to_itself() -> None:
    arrows = _arrows(picture_of(_small(), "main"))

    assert arrows["call", "call"].labels == ("silence",)


def test_what_is_always_so_is_told_once_and_is_no_arrow() -> None:
    picture = picture_of(_small(), "main", "en")

    assert not any("noise" in arrow.labels for arrow in picture.arrows)
    assert picture.notes[0].title == "In every step"
    assert picture.notes[0].rows[0] == "noise → [[sub]] (clear → this step again)"


def test_what_goes_on_by_itself_needs_no_word_on_its_arrow() -> None:
    assert _arrows(picture_of(_small(), "main"))["open", "call"].labels == ()


def test_the_conditions_of_a_choice_are_on_its_arrows() -> None:
    arrows = _arrows(picture_of(_small(), "main"))

    assert arrows["end", "bye"].labels == ('digits == "1" and ani < "2"',)
    assert arrows["end", "@end other"].labels == ("否则",)


def test_kinds_of_steps_are_told_apart_by_their_outline() -> None:
    shapes = {box.id: box.shape for box in picture_of(_small(), "main").boxes}
    agent = {box.id: box.shape for box in picture_of(_small(), "sub").boxes}

    assert shapes["@entry"] is Shape.ENTRY
    assert (shapes["call"], shapes["end"], shapes["bye"]) == (
        Shape.EITHER,
        Shape.CHOICE,
        Shape.END,
    )
    assert (agent["form"], agent["last"]) == (Shape.AGENT, Shape.RETURN)


def test_a_step_only_an_agent_comes_to_is_told_apart_in_a_flow_of_both() -> None:
    flow = """
    flow: main
    steps:
      ring: {ring: 1}
      who: {choose: [{if: performer == "agent", go: asked}, {else: spoken}]}
      asked: {say: greeting}
      bye: {say: goodbye, end: asked}
      spoken: {say: greeting}
      over: {say: goodbye, end: over}
    """
    # An agent who said "asked" goes on to "bye"; the IVR never comes to either.
    boxes = {box.id: box for box in picture_of(house(main=flow), "main", "en").boxes}

    assert boxes["ring"].shape is Shape.EITHER
    assert boxes["spoken"].shape is Shape.IVR
    assert boxes["asked"].shape is Shape.AGENT
    assert boxes["bye"].shape is Shape.END
    assert "agent" in boxes["bye"].tags
    assert "agent" not in boxes["over"].tags


def test_a_step_is_marked_with_its_tags_and_the_rules_that_speak_of_its_lines() -> None:
    boxes = {box.id: box for box in picture_of(_shipped(), "silent_call").boxes}

    assert "A11" in boxes["call_out"].tags
    assert {"closing", "A05", "A11"} <= set(boxes["give_up"].tags)


def test_wording_with_marks_of_xml_is_only_text() -> None:
    drawing = svg(picture_of(_small(), "main", "en"), "en")

    assert '“<b>Hello & "goodbye"</b>”' in _texts(drawing)
    assert "<b>" not in drawing


def test_the_figures_of_an_act_are_in_its_box() -> None:
    texts = _texts(svg(picture_of(_small(), "main", "en"), "en"))

    assert "listen 4 s" in texts
    assert "2 times in all" in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_flow_is_drawn_with_all_its_steps_and_inside_its_page(language: str) -> None:
    shipped = _shipped()
    for name, flow in shipped.flows.items():
        drawing = svg(picture_of(shipped, name, language), language)
        texts = _texts(drawing)
        root = ET.fromstring(drawing)  # noqa: S314 - our own drawing

        assert {step.name for step in flow.steps} <= set(texts)
        wide, high = float(root.attrib["width"]), float(root.attrib["height"])
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            assert float(rect.attrib.get("x", 0)) + float(rect.attrib["width"]) <= wide
            assert float(rect.attrib.get("y", 0)) + float(rect.attrib["height"]) <= high


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hotline_is_readable_on_one_page_of_a4(language: str) -> None:
    root = ET.fromstring(svg(picture_of(_shipped(), "greetings", language), language))  # noqa: S314
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])

    smallest = min(
        float(text.attrib["font-size"]) for text in root.iter("{http://www.w3.org/2000/svg}text")
    )
    points = smallest * min(PAGE[0] / wide, PAGE[1] / high) * 72 / 96

    assert points >= 5.5, "newspaper stock tables are 5.5 points"


def test_the_same_flow_gives_the_same_drawing() -> None:
    assert svg(picture_of(_small(), "main")) == svg(picture_of(_small(), "main"))


def test_mermaid_gets_no_word_of_its_grammar_as_a_name_and_no_quote_inside_a_text() -> None:
    text = mermaid(picture_of(_small(), "main", "en"))

    assert not re.search(r"^\s*(end|call)\b", text, re.MULTILINE)
    assert "#lt;b#gt;Hello #amp; #quot;goodbye#quot;#lt;/b#gt;" in text
    for line in text.splitlines()[4:]:
        assert line.count('"') in (0, 2)


def test_the_overview_says_at_which_steps_a_flow_calls_another() -> None:
    picture = overview_of(_shipped(), "en")

    assert "opening" in _arrows(picture)["greetings", "silent_call"].labels
    assert any(row.startswith("noise ←") for row in picture.notes[0].rows)
    rows = {box.id: [row.text for row in box.rows] for box in picture.boxes}
    assert "▶ entry" in rows["greetings"]
    assert "▶ entry" not in rows["silent_call"]


def test_chinese_is_as_wide_as_it_is_high() -> None:
    assert width("您好", 12) == 24
    assert width("ab", 12) < 24
    assert shorten("您好您好", 40, 12) == f"您好{MORE}"
    assert wrap("one two three", 60, 12, 2) == ["one two", "three"]
    assert wrap("您好，请问", 36, 12, 2) == ["您好，", "请问"]
    assert wrap("您好，请问", 24, 12, 3) == ["您", "好，", "请问"], "no row begins with a comma"


def test_a_flow_in_fewer_languages_is_drawn_in_one_it_has() -> None:
    small = house(
        main="flow: main\nlanguages: [en]\nsteps:\n  r: {ring: 1}\n  a: {say: greeting, end: x}\n"
    )

    assert "“Hello”" in _texts(svg(picture_of(small, "main", "zh-Hans")))


@pytest.mark.parametrize(
    ("language", "label"),
    [("zh-Hans", "[1] 还有别的事"), ("zh-Hant", "[1] 还有别的事"), ("en", "[1] Something else")],
)
def test_what_a_key_means_to_the_agent_is_on_its_arrow(language: str, label: str) -> None:
    picture = picture_of(_shipped(), "closing", language)

    assert _arrows(picture)["as_heard", "@return more"].labels == (label,)
    box = next(box for box in picture.boxes if box.id == "as_heard")
    assert not any("labels" in row.text for row in box.rows)


@pytest.mark.parametrize(("language", "told"), [("zh-Hans", "22 个流程 · "), ("en", "22 flows · ")])
def test_the_overview_counts_its_flows(language: str, told: str) -> None:
    assert overview_of(_shipped(), language).subtitle.startswith(told)


@pytest.mark.parametrize(("language", "shown"), [("zh-Hans", "☞ 先问好"), ("en", "☞ Greet first")])
def test_a_hint_is_drawn_in_the_pictures_language(language: str, shown: str) -> None:
    flow = """
    flow: main
    steps:
      ring: {ring: 1}
      hello: {say: greeting, hint: {zh: 先问好, en: Greet first}}
      bye: {say: goodbye, hint: 说再见, end: served}
    """
    rows = [
        row.text for box in picture_of(house(main=flow), "main", language).boxes for row in box.rows
    ]

    assert shown in rows
    assert "☞ 说再见" in rows
