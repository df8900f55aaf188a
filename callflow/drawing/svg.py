"""The picture as SVG: one page, no script, every text escaped, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from callflow.drawing.layers import Layers, Link, Vertex
from callflow.drawing.outlines import STYLES, outline
from callflow.drawing.picture import Arrow, Note, Picture, Tone
from callflow.drawing.places import Placed, place
from callflow.drawing.sizes import (
    LEADING,
    NOTE_WIDE,
    PADDING,
    SMALL,
    TEXT,
    TITLE,
    SetBox,
    font_size,
    label_rows,
    label_size,
    set_box,
    set_note,
)
from callflow.drawing.text import FONTS, width
from callflow.drawing.ways import paths
from callflow.drawing.wording import word

_MARGIN: Final = 20.0
_HEAD: Final = 52.0
_LOOP: Final = 26.0
PAGE: Final = (1123.0, 794.0)
"""A4 landscape in CSS pixels."""

_FILL: Final = {
    Tone.WORDING: "#1b1b1b",
    Tone.ACT: "#0b3d66",
    Tone.HINT: "#555",
    Tone.MARK: "#7a1f5c",
}


def svg(picture: Picture, language: str = "zh-Hans") -> str:
    """The whole document. The same picture gives the same text."""
    return _Drawing(picture, language).text()


class _Drawing:
    """Lays a picture out, then writes it."""

    def __init__(self, picture: Picture, language: str) -> None:
        self._picture = picture
        self._language = language
        self._boxes = [set_box(box) for box in picture.boxes]
        at = {box.id: place_ for place_, box in enumerate(picture.boxes)}
        self._loops = {at[a.start]: a for a in picture.arrows if a.start == a.end}
        self._arrows = [arrow for arrow in picture.arrows if arrow.start != arrow.end]
        links = []
        for arrow in self._arrows:
            links.append(Link(at[arrow.start], at[arrow.end], *label_size(label_rows(arrow.label))))
        self._layers = Layers([self._vertex(place_) for place_ in range(len(self._boxes))], links)

    def _vertex(self, at: int) -> Vertex:
        box = self._boxes[at]
        half = box.width / 2
        loop = self._loops.get(at)
        beside = _LOOP + width(loop.label, SMALL) if loop else 0.0
        return Vertex(half, half + beside, box.height)

    def text(self) -> str:
        notes = [(note, set_note(note)) for note in self._picture.notes]
        notes_high = sum(_note_height(rows) for _, rows in notes) + _legend_height(self._picture)
        placed, beside = self._best(notes_high)
        notes_at = (placed.width + 2 * _MARGIN, 0.0) if beside else (0.0, placed.height + _MARGIN)
        head = max(width(self._picture.title, 18), width(self._picture.subtitle, SMALL))
        all_wide = max(placed.width, notes_at[0] + NOTE_WIDE, head) + 2 * _MARGIN
        all_high = max(placed.height, notes_at[1] + notes_high) + _HEAD + 2 * _MARGIN
        body = [
            *self._head(),
            f'<g transform="translate({_MARGIN:g} {_HEAD + _MARGIN:g})">',
            *self._all_arrows(placed),
            *(self._box(at) for at in range(len(self._boxes))),
            *self._notes(notes, *notes_at),
            "</g>",
        ]
        return _document(all_wide, all_high, self._picture.title, body)

    def _best(self, notes_high: float) -> tuple[Placed, bool]:
        """The columns, and the notes beside or below, with which the page shows it largest."""
        found = []
        for count in range(1, self._picture.most_columns + 1):
            placed = place(self._layers, count)
            for beside in (True, False):
                wide = placed.width + (NOTE_WIDE + 2 * _MARGIN if beside else 0.0)
                high = max(placed.height, notes_high) if beside else placed.height + notes_high
                # A break costs the reader something, and so does an enlarged drawing.
                found.append((min(_fits(wide, high), 1.0) - 0.03 * count, beside, count))
        _, beside, count = max(found)
        return place(self._layers, count), beside

    def _head(self) -> Iterable[str]:
        yield _text(_MARGIN, 30, self._picture.title, 18, bold=True)
        yield _text(_MARGIN, 50, self._picture.subtitle, SMALL, fill="#555")

    def _all_arrows(self, placed: Placed) -> Iterable[str]:
        for arrow, path in zip(self._arrows, paths(self._layers, placed), strict=True):
            yield _path(path, faint=arrow.faint)
        for arrow, link in zip(self._arrows, self._layers.links, strict=True):
            label = self._layers.vertices[link.label]
            yield from _label(arrow, label.x, label.y, label.height)

    def _box(self, at: int) -> str:
        box, vertex = self._boxes[at], self._layers.vertices[at]
        left, top = vertex.x - box.width / 2, vertex.y
        parts = [f"<g><title>{escape(box.box.title)}</title>"]
        parts += outline(box.box.shape, left, top, box.width, box.height)
        parts += _lines(box, vertex.x, top)
        loop = self._loops.get(at)
        if loop is not None:
            parts += _loop(loop, left + box.width, top + box.height / 2)
        return "".join([*parts, "</g>"])

    def _notes(
        self, notes: Sequence[tuple[Note, list[str]]], left: float, top: float
    ) -> Iterable[str]:
        for note, rows in notes:
            high = _note_height(rows)
            yield _frame(left, top, NOTE_WIDE, high - PADDING)
            yield _text(left + PADDING, top + TITLE + 4, note.title, TEXT, bold=True)
            for at, row in enumerate(rows):
                y = top + TITLE + 4 + (at + 1) * SMALL * LEADING
                yield _text(left + PADDING, y, row, SMALL)
            top += high
        yield from self._legend(left, top)

    def _legend(self, left: float, top: float) -> Iterable[str]:
        for shape in self._picture.shapes:
            yield "".join(outline(shape, left + 2, top + 2, 34, 14))
            name = word(shape.value, self._language)
            yield _text(left + 46, top + 13, name, SMALL, fill="#333")
            top += 21


def _fits(wide: float, high: float) -> float:
    """The scale at which it fills the page."""
    return min(PAGE[0] / (wide + 2 * _MARGIN), PAGE[1] / (high + _HEAD + 2 * _MARGIN))


def _note_height(rows: Sequence[str]) -> float:
    return TITLE + 4 + len(rows) * SMALL * LEADING + 2 * PADDING + 4


def _legend_height(picture: Picture) -> float:
    return 21.0 * len(picture.shapes)


def _document(wide: float, high: float, title: str, body: Iterable[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
            f'viewBox="0 0 {wide:.0f} {high:.0f}" font-family={quoteattr(FONTS)}>',
            f"<title>{escape(title)}</title>",
            "<defs>"
            '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto-start-reverse">'
            '<path d="M0 0.8 L8 4 L0 7.2 z" fill="#444"/></marker>'
            "</defs>",
            f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>',
            *body,
            "</svg>",
            "",
        ]
    )


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    fill: str = "#1b1b1b",
    middle: bool = False,
    slanted: bool = False,
) -> str:
    style = ' font-weight="700"' if bold else ""
    style += ' text-anchor="middle"' if middle else ""
    style += ' font-style="italic"' if slanted else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{style}>'
        f"{escape(text)}</text>"
    )


def _lines(box: SetBox, middle: float, top: float) -> Iterable[str]:
    y = top + PADDING + TITLE - 2
    yield _text(middle, y, box.title, TITLE, bold=True, middle=True, fill=STYLES[box.box.shape].ink)
    for row in box.rows:
        size = font_size(row.tone)
        y += size * LEADING
        fill = _FILL[row.tone]
        slanted = row.tone is Tone.HINT
        yield _text(middle, y, row.text, size, middle=True, fill=fill, slanted=slanted)


def _path(curve: str, *, faint: bool) -> str:
    dashes = ' stroke-dasharray="4 3"' if faint else ""
    return (
        f'<path d="{curve}" fill="none" stroke="#444" stroke-width="1.2"{dashes} '
        'marker-end="url(#head)"/>'
    )


def _label(arrow: Arrow, x: float, top: float, high: float) -> Iterable[str]:
    rows = label_rows(arrow.label)
    if not rows:
        return
    wide = label_size(rows)[0] - 4
    yield (
        f'<rect x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        'fill="#fff" fill-opacity="0.92"/>'
    )
    for at, row in enumerate(rows):
        y = top + SMALL + at * SMALL * LEADING
        yield _text(x, y, row, SMALL, middle=True, fill="#222")


def _loop(arrow: Arrow, right: float, y: float) -> Iterable[str]:
    yield _path(
        f"M{right:.1f} {y - 8:.1f}C{right + 22:.1f} {y - 14:.1f} {right + 22:.1f} {y + 14:.1f} "
        f"{right:.1f} {y + 8:.1f}",
        faint=arrow.faint,
    )
    yield _text(right + 20, y + 4, arrow.label, SMALL, fill="#222")


def _frame(left: float, top: float, wide: float, high: float) -> str:
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="3" '
        'fill="#fafafa" stroke="#999" stroke-dasharray="2 2"/>'
    )
