"""The address of a second factor as a QR code (ISO/IEC 18004), for a page and for a terminal.

Drawn here, on this machine: an address with a secret in it is shown to nobody else.
"""

from __future__ import annotations

from typing import Final

import segno

_QUIET: Final = 4
"""Modules of white around it that the standard asks for (6.3.8)."""

_HALVES: Final = {(0, 0): " ", (0, 1): "▄", (1, 0): "▀", (1, 1): "█"}
"""Upper and lower module -> a character, dark on light."""


def svg(text: str) -> str:
    """An `<svg>` element without size, script or style; dark on white whatever the page's colours.

    Nothing of `text` stands in it but as modules, so it is safe in a page.
    """
    return _code(text).svg_inline(
        border=_QUIET, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )


def lines(text: str) -> list[str]:
    """Lines of half blocks, two modules each, all equally wide; to be shown dark on light."""
    rows = [list(row) for row in _code(text).matrix_iter(border=_QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [
        "".join(
            _HALVES[int(bool(up)), int(bool(down))] for up, down in zip(above, below, strict=True)
        )
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
