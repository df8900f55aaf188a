"""What an author slipped on where a file is no YAML: YAML's own word often comes a line too late.

Only files that are refused anyway are looked at, so a guess can never turn a good one away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

ABOVE: Final = 3
"""So many written lines above the one that YAML names are looked at, the nearest first."""

LONGEST: Final = 1000
"""Characters of a line that is looked at."""

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for YAML."""

_HALF: Final[Mapping[str, str]] = {
    "：": ":", "，": ",", "、": ",", "；": ";", "｛": "{", "｝": "}", "［": "[", "］": "]",
    "【": "[", "】": "]", "“": '"', "”": '"', "‘": "'", "’": "'", "＃": "#",
}  # fmt: skip
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_KEY: Final = r"^\s*(?:- )?([A-Za-z][A-Za-z0-9_-]*)"
_WIDE_COLON: Final = re.compile(_KEY + "\\s*(：)")
_NO_SPACE: Final = re.compile(_KEY + r":(?=[^\s/])")
_TWO_COLONS: Final = re.compile(_KEY + r""":\s+[^\s"'{\[|>#｛［【].*?(: )""")
_BARE_BRACE: Final = re.compile(_KEY + r":\s+(\{\s*\w[^:{}]*\}(?!\s*(?:$|#)).*)$")
_INSIDE: Final = re.compile(r"(?:^\s*|:\s+|- )([{\[｛［【].*)$")


class Slip(NamedTuple):
    """One slip: where, the word, what is wrong, what to write."""

    line: int
    column: int
    word: str
    what: str
    hint: str


def find_slip(text: str, line: int) -> Slip | None:
    """The slip that made YAML stop at `line` (from 1), if it is one of the ordinary ones."""
    rows = _BREAK.split(text.removeprefix("\ufeff"))
    for number in _near(rows, line):
        for look in _LOOKS:
            found = look(rows[number - 1])
            if found is not None:
                start, word, what, hint = found
                return Slip(number, start + 1, word, what, hint)
    return None


def _near(rows: list[str], line: int) -> Iterator[int]:
    left = ABOVE + 1
    for at in range(min(line, len(rows)), 0, -1):
        if rows[at - 1].strip():
            left -= 1
            if len(rows[at - 1]) <= LONGEST:
                yield at
        if not left:
            return


_Found = tuple[int, str, str, str] | None


def _tab(row: str) -> _Found:
    indent = row[: len(row) - len(row.lstrip())]
    at = indent.find("\t")
    if at < 0:
        return None
    return at, "", "a tab indents this line", "indent with spaces, two for each level"


def _wide_colon(row: str) -> _Found:
    found = _WIDE_COLON.search(row)
    if found is None:
        return None
    what = f'the colon after "{found[1]}" is a Chinese one'
    return found.start(2), "：", what, f"write {found[1]}: and a space"


def _no_space(row: str) -> _Found:
    found = _NO_SPACE.search(row)
    if found is None:
        return None
    what = f'no space follows "{found[1]}:"'
    return found.start(1), f"{found[1]}:", what, f"write {found[1]}: and a space"


def _bare_brace(row: str) -> _Found:
    found = _BARE_BRACE.search(row)
    if found is None:
        return None
    word = found[2].rstrip()
    return (
        found.start(2),
        word,
        "a text that begins with { stands without quotes",
        f'write {found[1]}: "{word}"',
    )


def _two_colons(row: str) -> _Found:
    found = _TWO_COLONS.search(row)
    if found is None:
        return None
    what = 'the text has a ": " of its own'
    return found.start(2), ":", what, f"put all that follows {found[1]}: into double quotes"


def _wide_mark(row: str) -> _Found:
    inside = _INSIDE.search(_without_quoted(row))
    for at, letter in enumerate(inside[1] if inside else ""):
        if inside is not None and letter in _HALF:
            what = f"{letter} between the brackets is a Chinese mark"
            return inside.start(1) + at, letter, what, f"write {_HALF[letter]} in its place"
    return None


def _unclosed(row: str) -> _Found:
    inside = _INSIDE.search(_without_quoted(row))
    stands: list[tuple[int, str]] = []
    for at, letter in enumerate(inside[1] if inside else ""):
        if letter in "{[":
            stands.append((at, letter))
        elif letter in "}]" and stands:
            stands.pop()
    if inside is None or not stands:
        return None
    at, letter = stands[-1]
    closing = "}" if letter == "{" else "]"
    return inside.start(1) + at, letter, f"this {letter} is not closed", f"close it with {closing}"


def _without_quoted(row: str) -> str:
    """The row with what stands in quotes as blanks, and without a comment."""
    bare = _QUOTED.sub(lambda found: " " * len(found[0]), row)
    return re.split(r"(?:^|\s)#", bare, maxsplit=1)[0]


_LOOKS: Final[tuple[Callable[[str], _Found], ...]] = (
    _tab, _wide_colon, _no_space, _bare_brace, _two_colons, _wide_mark, _unclosed,
)  # fmt: skip
