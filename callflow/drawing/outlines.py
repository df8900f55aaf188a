"""The outline and colours of each kind of box; the outline alone tells them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from callflow.drawing.picture import Shape


@dataclass(frozen=True, slots=True)
class Style:
    """Colours of a kind of box."""

    fill: str
    stroke: str
    ink: str
    """Colour of its title."""


STYLES: Final = {
    Shape.ENTRY: Style("#1b1b1b", "#1b1b1b", "#ffffff"),
    Shape.IVR: Style("#e8f1fb", "#2b6cb0", "#12395f"),
    Shape.AGENT: Style("#fdf0dc", "#b7791f", "#6b3f00"),
    Shape.EITHER: Style("#eef6ee", "#2f855a", "#14432a"),
    Shape.SUBFLOW: Style("#f1ecfa", "#6b46c1", "#3b1f7a"),
    Shape.CHOICE: Style("#fffbe0", "#8a7500", "#4a3f00"),
    Shape.END: Style("#f3f3f3", "#333333", "#1b1b1b"),
    Shape.RETURN: Style("#f3f3f3", "#6b46c1", "#3b1f7a"),
}
_CORNER: Final = 10.0


def outline(shape: Shape, x: float, y: float, wide: float, high: float) -> Iterable[str]:
    """The SVG elements of an empty box with its upper left corner at x, y."""
    style = STYLES[shape]
    paint = f'fill="{style.fill}" stroke="{style.stroke}" stroke-width="1.3"'
    match shape:
        case Shape.ENTRY | Shape.END:
            yield _rect(x, y, wide, high, min(high / 2, 20.0), paint)
        case Shape.SUBFLOW:
            yield _rect(x, y, wide, high, 2.0, paint)
            yield _rect(
                x + 4, y + 4, wide - 8, high - 8, 1.0, f'fill="none" stroke="{style.stroke}"'
            )
        case Shape.AGENT:
            cut = min(_CORNER, high / 2)
            right, low = x + wide, y + high
            yield _polygon(
                [(x, y), (right - cut, y), (right, y + cut), (right, low), (x, low)], paint
            )
            yield _polygon(
                [(right - cut, y), (right - cut, y + cut), (right, y + cut)],
                f'fill="{style.stroke}" stroke="{style.stroke}"',
            )
        case Shape.CHOICE:
            yield _hexagon(x, y, wide, high, paint)
        case Shape.RETURN:
            yield _flag(x, y, wide, high, paint)
        case Shape.EITHER:
            yield _rect(x, y, wide, high, 8.0, paint)
        case Shape.IVR:
            yield _rect(x, y, wide, high, 0.0, paint)


def _rect(x: float, y: float, wide: float, high: float, round_: float, paint: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{round_:g}" '
        f"{paint}/>"
    )


def _polygon(points: Iterable[tuple[float, float]], paint: str) -> str:
    listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{listed}" {paint}/>'


def _hexagon(x: float, y: float, wide: float, high: float, paint: str) -> str:
    cut, right, low, middle = min(14.0, high / 2), x + wide, y + high, y + high / 2
    points = [(x + cut, y), (right - cut, y), (right, middle)]
    return _polygon([*points, (right - cut, low), (x + cut, low), (x, middle)], paint)


def _flag(x: float, y: float, wide: float, high: float, paint: str) -> str:
    cut, right, low, middle = min(12.0, high / 2), x + wide, y + high, y + high / 2
    return _polygon([(x, middle), (x + cut, y), (right, y), (right, low), (x + cut, low)], paint)
