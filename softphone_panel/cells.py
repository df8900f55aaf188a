"""Text measured in terminal cells: a Chinese character takes two, most others one."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

NEVER_FIRST = frozenset("，。！？；：、）》」』”’…,.!?;:)]}%")
"""Marks that must not begin a line (the usual Chinese line-breaking rule)."""

EIGHTHS = " ▏▎▍▌▋▊▉"
"""Block characters of 0 to 7 eighths of a cell."""


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; a cut one ends in `…`."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…" if width > 0 else ""


def fit(text: str, width: int) -> str:
    """`text` cut or padded on the right to exactly `width` cells."""
    return set_cell_size(cut(text, width), max(width, 0))


def _breakable(text: str) -> list[str]:
    """Pieces between which a line may break: words with their space, and single wide characters.

    A mark that may not begin a line stays with the piece before it.
    """
    pieces: list[str] = []
    for character in text:
        glued = bool(pieces) and (
            character in NEVER_FIRST
            or character == " "
            or (
                cell_len(character) < 2
                and cell_len(pieces[-1][-1]) < 2
                and not pieces[-1].endswith(" ")
            )
        )
        if glued:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between Chinese characters or English words.

    The usual wrapping takes a run of Chinese for one word. A word wider than a line is cut hard.
    """
    if width < 2:
        return []
    lines = [""]
    for piece in _breakable(text):
        if cell_len(lines[-1]) + cell_len(piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece
        while cell_len(lines[-1].rstrip()) > width:
            head = set_cell_size(lines[-1], width)
            lines[-1:] = [head, lines[-1][len(head.rstrip()) :]]
    return [line.rstrip() for line in lines if line.strip()]


def bar(share: float, width: int) -> str:
    """A bar of `width` cells filled to `share` (0 to 1), exact to an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    whole, part = divmod(eighths, 8)
    tail = EIGHTHS[part] if part else ""
    return ("█" * whole + tail).ljust(width)


def clock(ms: int) -> str:
    """`0:07`, `12:30` or `1:02:03`: a length for people."""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
