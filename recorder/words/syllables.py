"""Text as a row of sounds: toneless pinyin for Chinese, small letters for the rest.

Recognisers mix up characters that sound alike, and simplified with traditional ones; said aloud
they are the same, so phrases are compared by sound.
"""

from __future__ import annotations

import re
from typing import Final

from pypinyin import Style, lazy_pinyin

_PIECE: Final = re.compile(r"[㐀-鿿]|[A-Za-z']+|[0-9]")
_DIGITS: Final = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_ALIKE: Final = {"yao": "yi"}
"""One is said 幺 in numbers."""

_EITHER: Final = (("先生/女士", "先生"), ("sir or madam", "sir"))
"""Wordings of which one half is said."""


def syllables(text: str) -> tuple[str, ...]:
    """The sounds of a text in order; signs that are not said are left out."""
    for written, spoken in _EITHER:
        text = text.replace(written, spoken)
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if piece in _DIGITS:
            piece = _DIGITS[piece]
        if piece[0].isascii():
            found.append(piece.lower().strip("'"))
            continue
        sound = lazy_pinyin(piece, style=Style.NORMAL)[0]
        found.append(_ALIKE.get(sound, sound))
    return tuple(one for one in found if one)
