"""CSV that a spreadsheet cannot take for formulas.

OWASP ASVS 1.2.10 and its CSV injection page: a cell that begins with = + - @, a tab, a carriage
return, a line feed or the full-width forms of the signs gets a single quote before it, and every
cell stands in double quotes. What we write ourselves as a number (`-3.5`) stays one; a caller's
number is text, so that no spreadsheet rounds it or drops its zeros.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from calls.masking import HIDDEN

RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = "\ufeff"
"""Without it Excel reads Chinese in the machine's old code page."""


def safe(cell: object) -> str:
    """One cell. Numbers as they are, None as empty, text made harmless."""
    if cell is None:
        return ""
    if isinstance(cell, bool | int | float):
        return str(cell)
    text = str(cell)
    # A spreadsheet trims spaces and invisible marks before it looks for a formula.
    bare = HIDDEN.sub("", text).lstrip(" \u00a0\u3000")
    return f"'{text}" if text.startswith(RISKY) or bare.startswith(RISKY) else text


def csv_lines(fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The file's text in pieces: BOM, heads, then a line a row (RFC 4180, CRLF)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield BOM
    writer.writerow(fields)
    for row in rows:
        writer.writerow([safe(row.get(name)) for name in fields])
        yield _taken(out)
    yield _taken(out)


def csv_text(fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The whole file."""
    return "".join(csv_lines(fields, rows))


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
