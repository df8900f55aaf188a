"""Small pieces that several panes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.style import Style

from calls.floor.view import CallerFile
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import cut, wrap
from softphone_panel.panes import MUTED, Drawn, Stacked
from softphone_panel.safe import one_line

KEY_STYLE = "bold $text-accent"


class Pane(Drawn[Scene]):
    """A pane of fixed height."""


class Rows(Stacked[Scene]):
    """A pane as high as what it has to say; parts of it can be clicked."""

    async def on_click(self, event: events.Click) -> None:
        """Do what the part under the mouse says."""
        does = event.style.meta.get("does")
        if isinstance(does, str):
            await self.app.run_action(does)


def styled_rows(text: str, width: int, style: str, *, most: int, margin: int = 0) -> list[Content]:
    """`text` wrapped into at most `most` rows; the last one says if there is more."""
    room = width - margin * 2
    rows = [row for part in text.split("\n") for row in wrap(part, room)]
    if len(rows) > most > 0:
        rows = [*rows[: most - 1], cut(rows[most - 1] + rows[most], room)]
    return [Content.assemble(" " * margin, (row, style)) for row in rows]


def row(*parts: tuple[str, str] | str, width: int) -> Content:
    """One row of styled texts, cut at `width` cells."""
    shown: list[tuple[str, str] | str] = []
    room = width
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        text = cut(one_line(text), room)
        room -= cell_len(text)
        shown.append((text, style))
        if room <= 0:
            break
    return Content.assemble(*shown)


def beside(left: Content, right: Content, width: int) -> Content:
    """Left and right of one row; the right one goes first when there is no room."""
    gap = width - left.cell_length - right.cell_length
    return Content.assemble(left, " " * gap, right) if gap > 0 else left


def clickable(content: Content, action: str) -> Content:
    """`content` that a mouse click does `action` on. Never make `action` of a text from outside."""
    return content.stylize(Style.from_meta({"does": action}))


def flowing(items: Iterable[Content], width: int, *, gap: int = 3) -> list[Content]:
    """Items side by side, as many in a row as fit."""
    rows: list[list[Content]] = []
    used = 0
    for item in items:
        if rows and used + gap + item.cell_length <= width:
            rows[-1].append(item)
            used += gap + item.cell_length
        else:
            rows.append([item])
            used = item.cell_length
    return [Content(" " * gap).join(found) for found in rows]


def labelled(label: str, parts: Sequence[tuple[str, str] | str], width: int) -> Content:
    """A dim label before the rest of a row."""
    return row((f"{label}  ", MUTED), *parts, width=width)


def who(caller: CallerFile, scene: Scene) -> str:
    """The caller's name and masked number."""
    number = caller.number or scene.texts("withheld")
    return f"{caller.name} {number}" if caller.name else number
