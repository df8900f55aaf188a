"""A call's sound in a terminal: two rows a leg, markers above, the time below."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recorder.timeline import Gap
from recorder.waves import Pairs, Peaks

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_STEPS: Final = 8
_ROWS: Final = 2
_FLOOR_DB: Final = -48.0
"""Of full scale: what is quieter draws nothing. Loudness is drawn in decibels, as it is heard."""

_GAP: Final = "░"
_TICK_CELLS: Final = 12
_TICKS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Marker:
    """Something at a place of the sound; `sign` is one or more characters, the first one there."""

    at_ms: int
    sign: str


def draw(
    peaks: Peaks,
    width: int,
    *,
    markers: Iterable[Marker] = (),
    gaps: Sequence[Gap] = (),
    from_ms: int = 0,
    to_ms: int | None = None,
    legs: tuple[str, str] = ("caller", "house"),
) -> list[str]:
    """Lines of at most `width` cells: markers, the caller's two rows, the house's, the time.

    `from_ms` to `to_ms` (the whole sound) fill the width; at least 20 cells are taken. Where there
    is no sound stands ░. A marker whose place is taken moves to the next free cell on its row;
    what does not fit is left out.
    """
    names = [_clipped(name, 8) for name in legs]
    label = max(_cells(name) for name in names) + 1
    columns = max(width, 20) - label
    behind_ms = peaks.duration_ms if to_ms is None else to_ms
    scale = _Scale(from_ms, max(behind_ms, from_ms + 1), columns)
    lines = [" " * label + row for row in _marker_rows(markers, scale)]
    for name, leg in zip(names, (peaks.caller, peaks.house), strict=True):
        upper, lower = _rows(leg, peaks.per_s, scale, gaps)
        lines.append(name + " " * (label - _cells(name)) + upper)
        lines.append(" " * label + lower)
    return [*lines, (" " * label + _ruler(scale)).rstrip()]


@dataclass(frozen=True, slots=True)
class _Scale:
    from_ms: int
    to_ms: int
    columns: int

    def column(self, at_ms: float) -> int:
        return int((at_ms - self.from_ms) * self.columns / (self.to_ms - self.from_ms))

    def edges(self) -> NDArray[np.float64]:
        return np.linspace(self.from_ms, self.to_ms, self.columns + 1)


def _rows(leg: Pairs, per_s: int, scale: _Scale, gaps: Sequence[Gap]) -> tuple[str, str]:
    heights = _heights(leg, per_s, scale)
    edges = scale.edges()
    middles = (edges[:-1] + edges[1:]) / 2
    empty = np.zeros(scale.columns, np.bool_)
    for gap in gaps:
        empty |= (middles >= gap.from_ms) & (middles < gap.to_ms)
    upper, lower = [], []
    for height, gone in zip(heights, empty, strict=True):
        upper.append(" " if gone else _BLOCKS[max(int(height) - _STEPS, 0)])
        lower.append(_GAP if gone else _BLOCKS[min(int(height), _STEPS)])
    return "".join(upper).rstrip(), "".join(lower).rstrip()


def _heights(leg: Pairs, per_s: int, scale: _Scale) -> NDArray[np.intp]:
    """0 to 16 for each column: the loudest peak in it."""
    loud = np.abs(leg.astype(np.int16)).max(axis=1) if len(leg) else np.zeros(0, np.int16)
    places = np.clip((scale.edges() * per_s / 1000).astype(np.intp), 0, len(loud))
    levels = np.zeros(scale.columns)
    for column in range(scale.columns):
        first, behind = places[column], max(places[column + 1], places[column] + 1)
        levels[column] = loud[first:behind].max(initial=0)
    decibels = 20 * np.log10(np.maximum(levels, 0.5) / 128)
    heights = np.ceil((decibels - _FLOOR_DB) / -_FLOOR_DB * _ROWS * _STEPS)
    result: NDArray[np.intp] = np.clip(heights, 0, _ROWS * _STEPS).astype(np.intp)
    result[levels <= 1] = 0
    return result


def _marker_rows(markers: Iterable[Marker], scale: _Scale) -> list[str]:
    row = [" "] * scale.columns
    for marker in sorted(markers, key=lambda one: one.at_ms):
        at, cells = scale.column(marker.at_ms), _cells(marker.sign)
        if not (scale.from_ms <= marker.at_ms < scale.to_ms) or not cells:
            continue
        while at + cells <= scale.columns and any(cell != " " for cell in row[at : at + cells]):
            at += 1
        if at + cells <= scale.columns:
            row[at : at + cells] = [marker.sign] + [""] * (cells - 1)
    text = "".join(row).rstrip()
    return [text] if text else []


def _ruler(scale: _Scale) -> str:
    span_s = (scale.to_ms - scale.from_ms) / 1000
    most = max(scale.columns // _TICK_CELLS, 1)
    step = next((each for each in _TICKS_S if span_s / each <= most), _TICKS_S[-1])
    row = [" "] * scale.columns
    at_s = -(-scale.from_ms // (1000 * step)) * step
    while at_s * 1000 < scale.to_ms:
        text = f"|{at_s // 60}:{at_s % 60:02}"
        at = scale.column(at_s * 1000)
        if at + len(text) <= scale.columns:
            row[at : at + len(text)] = text
        at_s += step
    return "".join(row)


def _cells(text: str) -> int:
    """Cells of a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _clipped(text: str, cells: int) -> str:
    while _cells(text) > cells:
        text = text[:-1]
    return text
