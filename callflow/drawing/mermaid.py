"""The picture as a Mermaid flowchart, for Markdown pages that draw it themselves.

Names of Mermaid nodes are made here (`n0`, `n1`): `end` and other words of its grammar are steps'
names of ours. Texts stand in quotes with Mermaid's own entities for what would end them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from callflow.drawing.outlines import STYLES
from callflow.drawing.picture import Arrow, Box, Picture, Shape, Tone
from callflow.drawing.text import shorten

_OUTLINES: Final = {
    Shape.ENTRY: ("((", "))"),
    Shape.IVR: ("[", "]"),
    Shape.AGENT: ("[/", "/]"),
    Shape.EITHER: ("(", ")"),
    Shape.SUBFLOW: ("[[", "]]"),
    Shape.CHOICE: ("{{", "}}"),
    Shape.END: ("([", "])"),
    Shape.RETURN: (">", "]"),
}
_ENTITIES: Final = {
    "#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;",
    "\\": "#92;", "\n": " ", "*": "#42;", "_": "#95;",
}  # fmt: skip
"""A star or an underscore could be taken for Markdown."""

_MOST: Final = 420.0


def mermaid(picture: Picture) -> str:
    """The whole text of the flowchart."""
    names = {box.id: f"n{at}" for at, box in enumerate(picture.boxes)}
    title = json.dumps(picture.title, ensure_ascii=False)
    return "\n".join(
        [
            "---",
            f"title: {title}",
            "---",
            "flowchart TD",
            *(f"  {_box(box, names[box.id])}" for box in picture.boxes),
            *(f"  {_arrow(arrow, names)}" for arrow in picture.arrows),
            *_notes(picture),
            *(f"  {line}" for line in _classes(picture, names)),
            "",
        ]
    )


def _quoted(texts: Iterable[str]) -> str:
    escaped = ("".join(_ENTITIES.get(char, char) for char in text) for text in texts)
    return '"' + "<br/>".join(escaped) + '"'


def _box(box: Box, name: str) -> str:
    opened, closed = _OUTLINES[box.shape]
    rows = [shorten(row.text, _MOST, 12.0) for row in box.rows if row.tone is not Tone.MARK]
    marks = [" · ".join(box.tags)] if box.tags else []
    return f"{name}{opened}{_quoted([box.title, *rows, *marks])}{closed}"


def _arrow(arrow: Arrow, names: dict[str, str]) -> str:
    line = "-.->" if arrow.faint else "-->"
    label = f"|{_quoted([arrow.label])}|" if arrow.labels else ""
    return f"{names[arrow.start]} {line}{label} {names[arrow.end]}"


def _notes(picture: Picture) -> Iterable[str]:
    for at, note in enumerate(picture.notes):
        yield f"  note{at}[{_quoted([note.title, *note.rows])}]:::note"


def _classes(picture: Picture, names: dict[str, str]) -> Iterable[str]:
    for shape in picture.shapes:
        style = STYLES[shape]
        yield f"classDef {shape}Box fill:{style.fill},stroke:{style.stroke},color:{style.ink}"
        listed = ",".join(names[box.id] for box in picture.boxes if box.shape is shape)
        yield f"class {listed} {shape}Box"
    if picture.notes:
        yield "classDef note fill:#fafafa,stroke:#999999,stroke-dasharray:2 2,color:#1b1b1b"
