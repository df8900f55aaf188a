"""A layered drawing, the second half: where everything stands.

A drawing taller than its page is broken into columns that are read one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from callflow.drawing.layers import Layers

GAP: Final = 22.0
"""Pixels between neighbours in a row."""

LANE: Final = 9.0
"""Pixels between arrows that run side by side from column to column."""

_BEND_GAP: Final = 10.0
_ROW_GAP: Final = 13.0
_ROUNDS: Final = 12


@dataclass(slots=True)
class Column:
    """Rows of the drawing that stand below each other."""

    rows: Sequence[Sequence[int]]
    lanes: list[tuple[int, int]] = field(default_factory=list)
    """Arrows that come in from the column before: the bend there and the vertex here, from the
    right to the left."""

    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """The columns and the size of it all, in pixels."""

    columns: tuple[Column, ...]
    width: float
    height: float


def place(layers: Layers, count: int) -> Placed:
    """Give every vertex its place, in at most `count` columns."""
    columns = [Column(rows) for rows in _split(layers, count)]
    for column in columns:
        _stack(layers, column)
        _spread(layers, column)
    left = 0.0
    for before, column in zip([None, *columns], columns, strict=False):
        if before is not None:
            column.lanes = _lanes(layers, before, column)
            left = before.right + 2 * GAP + LANE * len(column.lanes)
        _move(layers, column, left, LANE * (len(column.lanes) + 1) if column.lanes else 0.0)
    below = [len(after.lanes) for after in columns[1:]] + [0]
    high = max(c.bottom + LANE * (n + 1) for c, n in zip(columns, below, strict=True))
    return Placed(tuple(columns), columns[-1].right, high)


def _split(layers: Layers, count: int) -> list[list[list[int]]]:
    """Rows in columns of about one height, cut where few arrows run and labels stay behind."""
    heights = [_row_height(layers, row) + _ROW_GAP for row in layers.rows]
    whole, cuts = sum(heights), [0]
    for part in range(1, count):
        found = [
            (abs(sum(heights[:at]) - whole * part / count) + 60.0 * _across(layers, at), at)
            for at in range(cuts[-1] + 2, len(heights) - 1)
            if at % 2 == 0
        ]
        if found:
            cuts.append(min(found)[1])
    return [layers.rows[start:end] for start, end in pairwise([*cuts, len(heights)])]


def _row_height(layers: Layers, row: Sequence[int]) -> float:
    return max((layers.vertices[at].height for at in row), default=0.0)


def _across(layers: Layers, row: int) -> int:
    return sum(len(layers.vertices[at].up) for at in layers.rows[row])


def _stack(layers: Layers, column: Column) -> None:
    top = 0.0
    for row in column.rows:
        height = _row_height(layers, row)
        for at in row:
            vertex = layers.vertices[at]
            if vertex.bend and not vertex.height:
                vertex.height = height  # an arrow passes boxes upright
            vertex.y = top + (height - vertex.height) / 2 if vertex.bend else top
        top += height + _ROW_GAP
    column.bottom = top - _ROW_GAP


def _lanes(layers: Layers, before: Column, column: Column) -> list[tuple[int, int]]:
    here = set(column.rows[0])
    found = [
        (above, below)
        for above in before.rows[-1]
        for below in layers.vertices[above].down
        if below in here
    ]
    return sorted(found, key=lambda pair: -layers.vertices[pair[0]].x)


def _move(layers: Layers, column: Column, left: float, top: float) -> None:
    vertices = [layers.vertices[at] for row in column.rows for at in row]
    shift = left - min(vertex.x - vertex.left for vertex in vertices)
    for vertex in vertices:
        vertex.x += shift
        vertex.y += top
    column.left, column.top, column.bottom = left, top, column.bottom + top
    column.right = max(vertex.x + vertex.right for vertex in vertices)


def _spread(layers: Layers, column: Column) -> None:
    """Each vertex as near to its neighbours above and below as the row allows, in turns."""
    inside = {at for row in column.rows for at in row}
    for row in column.rows:
        x = 0.0
        for before, at in zip([None, *row], row, strict=False):
            x += _apart(layers, before, at) if before is not None else 0.0
            layers.vertices[at].x = x
    for turn in range(_ROUNDS):
        last, downwards = turn >= _ROUNDS - 2, turn % 2 == 0
        for row in column.rows if downwards else reversed(column.rows):
            near = [
                [
                    each
                    for each in _near(layers, at, last or downwards, last or not downwards)
                    if each in inside
                ]
                for at in row
            ]
            _settle(layers, row, near)


def _near(layers: Layers, at: int, above: bool, below: bool) -> list[int]:
    vertex = layers.vertices[at]
    return (vertex.up if above else []) + (vertex.down if below else [])


def _apart(layers: Layers, one: int, other: int) -> float:
    left, right = layers.vertices[one], layers.vertices[other]
    gap = _BEND_GAP if left.bend or right.bend else GAP
    return left.right + gap + right.left


def _settle(layers: Layers, row: Sequence[int], near: Sequence[Sequence[int]]) -> None:
    wished, weights = [], []
    for at, others in zip(row, near, strict=True):
        pulls = [(layers.vertices[each].x, _pull(layers, at, each)) for each in others]
        weight = sum(pull for _, pull in pulls)
        middle = layers.vertices[at].x
        wished.append(sum(x * pull for x, pull in pulls) / weight if weight else middle)
        weights.append(weight or 0.1)
    apart = [_apart(layers, one, other) for one, other in pairwise(row)]
    for at, x in zip(row, settled(wished, weights, apart), strict=True):
        layers.vertices[at].x = x


def _pull(layers: Layers, one: int, other: int) -> float:
    """Long arrows are kept straight before anything else (Gansner et al. 1993, section 4)."""
    bends = layers.vertices[one].bend + layers.vertices[other].bend
    return (1.0, 2.0, 8.0)[bends]


def settled(
    wished: Sequence[float], weights: Sequence[float], apart: Sequence[float]
) -> list[float]:
    """The places nearest to `wished` (weighted squares) with neighbours at least `apart`.

    Shifted by the distances it is isotonic regression, solved by pooling adjacent violators
    (Ayer et al. 1955).
    """
    shifts = [0.0]
    for distance in apart:
        shifts.append(shifts[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for wish, weight, shift in zip(wished, weights, shifts, strict=True):
        mean, heavy, count = wish - shift, weight, 1
        while pools and pools[-1][0] > mean:
            other, other_heavy, other_count = pools.pop()
            mean = (mean * heavy + other * other_heavy) / (heavy + other_heavy)
            heavy, count = heavy + other_heavy, count + other_count
        pools.append((mean, heavy, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + shift for mean, shift in zip(flat, shifts, strict=True)]
