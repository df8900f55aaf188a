"""The way of each arrow through a placed drawing, as the `d` of an SVG path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from callflow.drawing.layers import Layers, Link
from callflow.drawing.places import GAP, LANE, Placed, settled

_PORT_GAP: Final = 16.0
_PORT_MARGIN: Final = 14.0
_ROUND: Final = 6.0


@dataclass(frozen=True, slots=True)
class Point:
    """A spot of the drawing, pixels from its upper left corner."""

    x: float
    y: float


def paths(layers: Layers, placed: Placed) -> list[str]:
    """One path a link, from box to box."""
    ports = {side: _ports(layers, side) for side in ("top", "bottom")}
    lanes = _lanes(layers, placed)
    return [_path(layers, at, link, ports, lanes) for at, link in enumerate(layers.links)]


Ports = dict[tuple[int, int], float]
Lanes = dict[tuple[int, int], list[Point]]


def _path(layers: Layers, at: int, link: Link, ports: dict[str, Ports], lanes: Lanes) -> str:
    """Drawn from above to below, then turned when it leads back."""
    upper, lower = (link.end, link.start) if link.back else (link.start, link.end)
    chain = link.chain[::-1] if link.back else link.chain
    box = layers.vertices[upper]
    here = Point(ports["bottom"][at, upper], box.y + box.height)
    pieces: list[list[Point]] = []
    for before, vertex_at in pairwise([upper, *chain, lower]):
        vertex = layers.vertices[vertex_at]
        x = ports["top"][at, lower] if vertex_at == lower else vertex.x
        enter = Point(x, vertex.y)
        pieces.append([here, *lanes.get((before, vertex_at), []), enter])
        here = Point(x, vertex.y + vertex.height)
        if vertex_at != lower and vertex.height:
            pieces.append([enter, here])
    if link.back:
        pieces = [piece[::-1] for piece in reversed(pieces)]
    start = pieces[0][0]
    return f"M{start.x:.1f} {start.y:.1f}" + "".join(_drawn(piece) for piece in pieces)


def _drawn(piece: list[Point]) -> str:
    start, end = piece[0], piece[-1]
    if len(piece) > 2:
        return "".join(_cornered(piece))
    if abs(start.x - end.x) < 0.5:
        return f"L{end.x:.1f} {end.y:.1f}"
    middle = (start.y + end.y) / 2
    return f"C{start.x:.1f} {middle:.1f} {end.x:.1f} {middle:.1f} {end.x:.1f} {end.y:.1f}"


def _cornered(piece: list[Point]) -> Iterator[str]:
    """Straight lines with round corners; the first and last are upright."""
    points = [piece[0], Point(piece[0].x, piece[1].y), *piece[1:-1]]
    points += [Point(piece[-1].x, piece[-2].y), piece[-1]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        yield f"L{into.x:.1f} {into.y:.1f}Q{corner.x:.1f} {corner.y:.1f} {out.x:.1f} {out.y:.1f}"
    yield f"L{points[-1].x:.1f} {points[-1].y:.1f}"


def _towards(corner: Point, other: Point) -> Point:
    wide, high = other.x - corner.x, other.y - corner.y
    share = min(_ROUND / max(abs(wide) + abs(high), 0.01), 0.5)
    return Point(corner.x + wide * share, corner.y + high * share)


def _lanes(layers: Layers, placed: Placed) -> Lanes:
    """How arrows get from the foot of a column to the head of the next: under it, up, over."""
    found: Lanes = {}
    for before, column in pairwise(placed.columns):
        count = len(column.lanes)
        for at, (above, below) in enumerate(column.lanes):
            x = before.right + GAP + LANE * at
            under = before.bottom + LANE * (at + 1)
            over = column.top - LANE * (count - at)
            found[above, below] = [Point(x, under), Point(x, over)]
    return found


def _ports(layers: Layers, side: str) -> Ports:
    """Where each link touches the upper or lower edge of its boxes, side by side."""
    touching: dict[int, list[tuple[float, int]]] = {}
    for at, link in enumerate(layers.links):
        for box, near in _ends(link, side):
            touching.setdefault(box, []).append((layers.vertices[near].x, at))
    found: Ports = {}
    for box, ends in touching.items():
        vertex = layers.vertices[box]
        half = min(vertex.left, vertex.right) - _PORT_MARGIN
        ends.sort()
        apart = min(_PORT_GAP, 2 * half / max(len(ends) - 1, 1))
        low, high = vertex.x - half, vertex.x + half
        wished = [
            min(max(x, low + apart * place), high - apart * (len(ends) - 1 - place))
            for place, (x, _) in enumerate(ends)
        ]
        xs = settled(wished, [1.0] * len(ends), [apart] * (len(ends) - 1))
        found |= {(at, box): x for (_, at), x in zip(ends, xs, strict=True)}
    return found


def _ends(link: Link, side: str) -> list[tuple[int, int]]:
    """The boxes that a link touches on that side, each with its next bend."""
    out, into = ("top", "bottom") if link.back else ("bottom", "top")
    starts = [(link.start, link.chain[0])] if out == side else []
    return starts + ([(link.end, link.chain[-1])] if into == side else [])
