"""How wide a text is, and how to shorten or break it; no font is at hand, so widths are of a kind.

A wide or full-width character (Unicode Standard Annex 11) is one em; others are a share of it
that errs to the wide side for the sans-serif fonts named in `FONTS`.
"""

from __future__ import annotations

from typing import Final
from unicodedata import combining, east_asian_width

FONTS: Final = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_NARROW: Final = frozenset("ijlItfr.,:;'|!()[]{} -")
_BROAD: Final = frozenset("mwMW@%")
MORE: Final = "…"


def width(text: str, size: float) -> float:
    """Pixels that `text` takes at a font size of `size` pixels."""
    return sum(map(_ems, text)) * size


def _ems(char: str) -> float:
    if combining(char):
        return 0.0
    if east_asian_width(char) in "WF":
        return 1.0
    if char in _NARROW:
        return 0.37
    if char in _BROAD:
        return 0.92
    return 0.72 if char.isupper() else 0.6


def shorten(text: str, most: float, size: float) -> str:
    """`text` cut to `most` pixels, with an ellipsis when something is missing."""
    if width(text, size) <= most:
        return text
    kept = ""
    for char in text:
        if width(kept + char + MORE, size) > most:
            break
        kept += char
    return kept.rstrip() + MORE


def wrap(text: str, most: float, size: float, rows: int) -> list[str]:
    """`text` in at most `rows` rows of `most` pixels; Latin words stay whole where they fit."""
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < rows - 1 and width(rest, size) > most:
        cut = _break(rest, most, size)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, shorten(rest, most, size)] if rest else found


def _break(text: str, most: float, size: float) -> int:
    """Where the first row ends; at least one character."""
    taken, at = 0.0, 0
    for at, char in enumerate(text):  # noqa: B007 - the place is wanted
        taken += _ems(char) * size
        if taken > most:
            break
    space = text.rfind(" ", 0, at + 1)
    if space > at // 2 and text[at].isascii():
        return space + 1
    while at > 1 and text[at] in "，。！？、；：,.!?;:）)」”":
        at -= 1
    return max(at, 1)
