"""How figures are told and drawn."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.reports import charts, telling
from console.reports.catalogue_text import BEGIN, END, catalogue_text
from console.reports.charts import Series, columns, heat, lines, nice_top
from qa.figures.catalogue import CATALOGUE
from qa.figures.figure import Unit, Value

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        (0.8265, Unit.SHARE, "82.7 %"),
        (0.99999, Unit.SHARE, "99.9 %"),
        (1.0, Unit.SHARE, "100.0 %"),
        (0.00001, Unit.SHARE, "0.1 %"),
        (0.0, Unit.SHARE, "0.0 %"),
        (8_240, Unit.MS, "8.2 s"),
        (59_999, Unit.MS, "60.0 s"),
        (185_000, Unit.MS, "3:05"),
        (7_385_000, Unit.MS, "2:03:05"),
        (1024, Unit.COUNT, "1,024"),
        (4.25, Unit.MEAN, "4.2"),
        (None, Unit.SHARE, "–"),
    ],
)
def test_numbers_are_told_as_people_read_them(number: float | None, unit: Unit, told: str) -> None:
    assert telling.told(number, unit) == told


def test_a_change_of_a_share_is_in_percent_points_of_a_length_in_percent() -> None:
    level, talk = CATALOGUE["SL.2"], CATALOGUE["AHT.1"]

    assert telling.change(Value(level, 8, 10), Value(level, 7, 10)) == "+10.0 pp"
    assert telling.change(Value(talk, 90, 1), Value(talk, 100, 1)) == "-10.0%"
    assert telling.change(Value(level, 8, 10), Value(level, 0, 0)) == ""
    assert telling.change(Value(level, 8, 10), None) == ""


def test_what_a_share_is_of_is_told_only_where_it_is_calls() -> None:
    assert telling.basis(Value(CATALOGUE["SL.2"], 860, 980)) == "860 / 980"
    assert telling.basis(Value(CATALOGUE["OCC.1"], 860, 980)) == ""
    assert telling.basis(Value(CATALOGUE["AHT.1"], 860, 980)) == ""


@given(st.floats(1e-3, 1e9))
def test_an_axis_ends_at_a_round_number_not_far_above(most: float) -> None:
    top = nice_top(most)

    assert most <= top * (1 + 1e-9)
    assert top <= most * 2.6


def svg_of(markup: str) -> ET.Element:
    found = re.search(r"<svg.*</svg>", markup, re.DOTALL)
    assert found
    return ET.fromstring(found[0])  # noqa: S314  our own text


def test_columns_are_as_high_as_their_numbers() -> None:
    chart = columns(
        ["09", "10"],
        [Series("answered", [10.0, 40.0], "s1"), Series("gone", [None, 0.0], "s2")],
        title="calls",
        tell=str,
    )

    boxes = svg_of(chart).findall("rect")
    heights = [float(box.attrib["height"]) for box in boxes]
    assert len(boxes) == 2
    assert heights[1] / heights[0] == pytest.approx(4, abs=0.05)


def test_the_axis_of_a_single_call_counts_in_whole_calls() -> None:
    series = [Series("接听", [1.0], "s1")]

    drawn = columns(["22"], series, title="x", tell=lambda value: f"{value:g}")

    told = re.findall(r"<text[^>]*>([\d.]+)</text>", drawn)
    assert told == ["0", "1", "2", "3", "4", "22"]


def test_a_line_is_broken_where_nothing_is_known() -> None:
    chart = lines(
        ["1", "2", "3", "4", "5"],
        [Series("SL.2", [0.5, 0.6, None, 0.7, 0.8], "s1")],
        title="level",
        tell=str,
        top=1.0,
        goal=0.8,
    )

    svg = svg_of(chart)
    assert len(svg.findall("polyline")) == 2
    assert len(svg.findall("circle")) == 4


def test_a_map_is_darkest_where_most_is() -> None:
    chart = heat(
        ["Mon", "Tue"], ["09", "10"], {(0, 0): 1.0, (1, 1): 10.0, (0, 1): None}, title="x", tell=str
    )

    depth = {
        box.findtext("title"): float(box.attrib["fill-opacity"])
        for box in svg_of(chart).findall("rect")
    }
    assert depth["Tue 10: 10.0"] == 1
    assert depth["Mon 09: 1.0"] < 0.2
    assert len(depth) == 2


def test_every_number_of_a_map_can_be_read_on_its_colour() -> None:
    values: dict[tuple[int, int], float | None] = {(0, at): float(at) for at in range(101)}
    chart = heat(["Mon"], [str(at) for at in range(101)], values, title="x", tell=str)
    css = (Path(charts.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    heated, off, on = (
        re.search(pattern, css)
        for pattern in (
            r"--heat: (#\w{6})",
            r"text\.off { fill: (#\w{6})",
            r"text\.on { fill: (#\w{6})",
        )
    )
    assert heated
    assert off
    assert on

    pairs = [
        (float(box.attrib["fill-opacity"]), text.attrib["class"])
        for box, text in pairwise(svg_of(chart))
        if (box.tag, text.tag) == ("rect", "text")
    ]
    assert len(pairs) == 101
    assert {css for _, css in pairs} == {"on", "off"}
    for share, css in pairs:
        colour = [one * share + 255 * (1 - share) for one in _rgb(heated[1])]
        assert _contrast(_rgb(on[1] if css == "on" else off[1]), colour) >= 4.5, share


def _rgb(colour: str) -> list[float]:
    return [float(int(colour[at : at + 2], 16)) for at in (1, 3, 5)]


def _contrast(one: list[float], other: list[float]) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: list[float]) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (
        one / 255 / 12.92 if one / 255 <= 0.04045 else ((one / 255 + 0.055) / 1.055) ** 2.4
        for one in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_names_in_a_chart_are_text() -> None:
    chart = columns(["<b>"], [Series("<script>", [1.0], "s1")], title="<i>", tell=str)

    assert "<script" not in chart
    assert "<b>" not in chart
    assert svg_of(chart).attrib["aria-label"] == "<i>"


def test_charts_of_nothing_are_drawn_too() -> None:
    for chart in (
        columns([], [], title="x", tell=str),
        lines([], [Series("a", [], "s1")], title="x", tell=str),
        heat([], [], {}, title="x", tell=str),
    ):
        assert svg_of(chart).tag == "svg"


def test_half_hours_and_days_are_told() -> None:
    assert [telling.half_hour(half) for half in (0, 1, 47)] == ["00:00", "00:30", "23:30"]
    assert telling.length(timedelta(hours=1) / timedelta(milliseconds=1)) == "1:00:00"


def test_the_catalogue_in_the_docs_is_that_of_the_code() -> None:
    text = (DOCS / "figures.md").read_text(encoding="utf-8")

    assert text[text.index(BEGIN) : text.index(END) + len(END)] == catalogue_text()
