"""Caller data made safe to show: numbers masked, control characters gone."""

from __future__ import annotations

import re
import unicodedata

OUTBOUND = "outbound"
"""Direction of a call that the house placed."""

HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
"""Controls, line and paragraph separators, bidi marks and overrides, and what nobody sees."""

_NUMBER = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){6,}")
_NOBODY = frozenset({"anonymous", "unknown", "unavailable", "restricted"})
"""Sources: RFC 3323 4.1.1.3; `CALLERID(num-pres)` of Asterisk."""

_NO_DIGIT = re.compile(r"\D")


def mask(number: str) -> str:
    """`13800001234` -> `138****1234`; short numbers (under 7) lose all but their last digit.

    Source: GB/T 35273 6.2 as used by the design (default `138****0000`). What nobody sees counts
    for nothing, and a caller who is nobody by the network's own word stays that.
    """
    number = HIDDEN.sub("", number)
    if number.lower() in _NOBODY:
        return number
    if len(number) < 7:
        return "*" * max(len(number) - 1, 0) + number[-1:]
    return f"{number[:3]}****{number[-4:]}"


def called(dnis: str, direction: str) -> str:
    """The number that was called as anybody may see it: of a call that the house placed
    (`outbound`) it is a customer's, and masked."""
    return mask(dnis) if dnis and direction == OUTBOUND else dnis


def plain_name(text: str, *, most_cells: int = 32) -> str:
    """A caller's name as `plain`; numbers in it are masked, since networks send them as names."""
    return plain(
        _NUMBER.sub(lambda found: mask(_NO_DIGIT.sub("", found[0])), text), most_cells=most_cells
    )


def plain(text: str, *, most_cells: int = 32) -> str:
    """Text from outside, fit for a terminal: no controls, no bidi marks, cut by cell width."""
    if text.isascii() and text.isprintable() and len(text) <= most_cells:
        return text
    cells = 0
    kept: list[str] = []
    for character in HIDDEN.sub("", text.encode("utf-8", "replace").decode()):
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if cells > most_cells:
            kept.append("…")
            break
        kept.append(character)
    return "".join(kept)
