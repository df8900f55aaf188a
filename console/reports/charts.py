"""Charts as SVG text, drawn here: no script, no style attribute, readable in print.

Every shape carries a `<title>`, so that its number is told when pointed at and read aloud.
Colours come from the page's style sheet by class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 760
HEIGHT: Final = 200
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24
_MOST_LABELS: Final = 16
_STEPS: Final = (1, 2, 2.5, 5, 10)
_DEEP: Final = 0.87
"""From this much of the map's colour on, white is read better on it than black: on both sides the
contrast is 4.5 and more (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, one for each label; None leaves a gap."""

    title: str
    values: Sequence[float | None]
    css: str
    """Class of its colour: `s1` to `s4`."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a height on the page."""

    top: float
    """The value at the upper edge."""

    def y(self, value: float) -> float:
        inner = HEIGHT - TOP - BOTTOM
        return TOP + inner * (1 - (value / self.top if self.top else 0))


def columns(
    labels: Sequence[str], series: Sequence[Series], *, title: str, tell: Callable[[float], str]
) -> Markup:
    """Stacked columns of counts, the first series at the bottom."""
    heights = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    # A count has no quarters: the axis is four high at least.
    scale = Scale(nice_top(max([*heights, 4])))
    step, width = _steps(len(labels))
    parts = [_grid(scale, tell), _labels(labels, step)]
    for place, label in enumerate(labels):
        below = 0.0
        for one in series:
            value = one.values[place] or 0
            if value:
                y = scale.y(below + value)
                x = LEFT + step * place + (step - width) / 2
                told = f"{label} · {one.title}: {tell(value)}"
                parts.append(_box(x, y, width, scale.y(below) - y, one.css, told))
            below += value
    return _chart(title, parts, _legend(series))


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    tell: Callable[[float], str],
    top: float | None = None,
    goal: float | None = None,
) -> Markup:
    """Lines with a dot a value; a gap where nothing is known. `goal` is a dashed line across."""
    known = [value for one in series for value in one.values if value is not None]
    scale = Scale(top or nice_top(max([*known, goal or 0], default=0)))
    step, _ = _steps(len(labels))
    parts = [_grid(scale, tell), _labels(labels, step)]
    if goal is not None:
        y = scale.y(goal)
        parts.append(
            Markup('<line class="goal" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
    for one in series:
        points = [
            None if value is None else (LEFT + step * (place + 0.5), scale.y(value))
            for place, value in enumerate(one.values)
        ]
        parts += [_path(run, one.css) for run in _runs(points)]
        parts += [
            _dot(point, one.css, f"{labels[place]} · {one.title}: {tell(one.values[place] or 0)}")
            for place, point in enumerate(points)
            if point
        ]
    return _chart(title, parts, _legend(series))


def heat(
    rows: Sequence[str],
    heads: Sequence[str],
    values: Mapping[tuple[int, int], float | None],
    *,
    title: str,
    tell: Callable[[float], str],
    full: float | None = None,
) -> Markup:
    """A map of rows by columns, the darker the more; `full` is the value of the darkest."""
    most = full or max((value for value in values.values() if value), default=0)
    wide, high, left = (WIDTH - LEFT - RIGHT) / max(len(heads), 1), 22, LEFT
    parts: list[Markup] = []
    for column, head in enumerate(heads):
        parts.append(_text(left + wide * (column + 0.5), 12, head, "middle"))
    for row, name in enumerate(rows):
        y = 18 + high * row
        parts.append(_text(left - 6, y + 15, name, "end"))
        for column, head in enumerate(heads):
            value = values.get((row, column))
            if value is None:
                continue
            depth = min(value / most, 1) if most else 0
            told = f"{name} {head}: {tell(value)}"
            parts.append(_tile(left + wide * column, y, wide, high, depth, told, tell(value)))
    height = 18 + high * len(rows) + 6
    return _chart(title, parts, Markup(""), height)


def nice_top(most: float) -> float:
    """The end of an axis: at or above `most`, a round number cut well in four."""
    if most <= 0:
        return 1.0
    power = math.pow(10, math.floor(math.log10(most / 4)))
    step = next(one for one in _STEPS if one * power * 4 >= most * (1 - 1e-9))
    return step * power * 4


def _steps(count: int) -> tuple[float, float]:
    """Room of one label, and the width of its column."""
    step = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return step, min(step * 0.72, 40)


def _grid(scale: Scale, tell: Callable[[float], str]) -> Markup:
    parts = []
    for quarter in range(5):
        value = scale.top * quarter / 4
        y = scale.y(value)
        parts.append(
            Markup('<line class="rule" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
        parts.append(_text(LEFT - 6, y + 4, tell(value), "end"))
    return Markup("").join(parts)


def _labels(labels: Sequence[str], step: float) -> Markup:
    every = max(math.ceil(len(labels) / _MOST_LABELS), 1)
    return Markup("").join(
        _text(LEFT + step * (place + 0.5), HEIGHT - 8, label, "middle")
        for place, label in enumerate(labels)
        if place % every == 0
    )


def _legend(series: Sequence[Series]) -> Markup:
    return Markup("").join(
        Markup('<span class="key"><i class="{}"></i>{}</span>').format(one.css, one.title)
        for one in series
    )


def _box(x: float, y: float, width: float, height: float, css: str, told: str) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
        "<title>{}</title></rect>"
    ).format(css, x, y, width, max(height, 0.5), told)


def _tile(
    x: float, y: float, width: float, height: float, depth: float, told: str, short: str
) -> Markup:
    fill = 0.04 + 0.96 * depth
    shown = _text(x + width / 2, y + 15, short, "middle", "on" if fill > _DEEP else "off")
    box = Markup(
        '<rect class="heat" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" '
        'fill-opacity="{:.3f}"><title>{}</title></rect>'
    ).format(x + 0.5, y + 0.5, width - 1, height - 1, fill, told)
    return box + shown


def _dot(point: tuple[float, float], css: str, told: str) -> Markup:
    return Markup(
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.6"><title>{}</title></circle>'
    ).format(css, *point, told)


def _path(points: Sequence[tuple[float, float]], css: str) -> Markup:
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup('<polyline class="{} stroke" points="{}"/>').format(css, text)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Stretches without a gap."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return [run for run in found if len(run) > 1]


def _text(x: float, y: float, words: str, anchor: str, css: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>').format(
        x, y, anchor, css, words
    )


def _chart(title: str, parts: Sequence[Markup], legend: Markup, height: int = HEIGHT) -> Markup:
    svg = Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, height, title, Markup("").join(parts))
    return Markup("<figure><figcaption>{} {}</figcaption>{}</figure>").format(
        escape(title), legend, svg
    )
