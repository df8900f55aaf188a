"""Widgets that draw one snapshot in exactly their own cells. Every screen's panes are of these."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

MUTED = "$foreground-muted"
SOUND_STYLES = {
    "speech": "$text-success",
    "clear": "$text-success",
    "noise": "$text-error",
    "faint": "$text-warning",
    "silence": MUTED,
}
V = TypeVar("V")


class Framed(Widget):
    """A widget whose frame carries texts; setting the same again costs no repaint."""

    _title = Content()
    _subtitle = Content()

    def entitle(self, title: Content, subtitle: Content | None = None) -> None:
        """Put texts into the frame, above and below."""
        subtitle = subtitle or Content()
        if not title.is_same(self._title):
            self._title = self.border_title = title
        if not subtitle.is_same(self._subtitle):
            self._subtitle = self.border_subtitle = subtitle


class Drawn(Framed, Generic[V]):
    """Draws a snapshot of type V in its own cells and repaints only what changed."""

    DEFAULT_CSS = "Drawn { text-wrap: nowrap; text-overflow: clip; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._view: V | None = None
        self._drawn = Content()

    def show(self, view: V) -> None:
        """Take a new snapshot in."""
        self._view = view
        drawn = self._now()
        if not drawn.is_same(self._drawn):
            self.refresh()

    def draw(self, view: V, width: int, height: int) -> Content:
        """The content of `width` by `height` cells."""
        raise NotImplementedError

    def render(self) -> Content:
        """Textual's hook."""
        self._drawn = self._now()
        return self._drawn

    def _now(self) -> Content:
        width, height = self.content_size
        if self._view is None or width < 2 or height < 1:
            return Content()
        return self.draw(self._view, width, height)


class Stacked(Drawn[V]):
    """As high as its rows, and gone while it has none."""

    DEFAULT_CSS = "Stacked { height: auto; }"
    _tall = 0
    _made: tuple[Hashable, int, Sequence[Content]] = (None, -1, ())
    _joined: tuple[Sequence[Content], int, Content] = ((), -1, Content())

    def shown_of(self, view: V) -> Hashable:
        """All of a snapshot that the rows are made of; while it stays equal, so do they."""
        return id(view), view

    def rows(self, view: V, width: int) -> Sequence[Content]:
        """What is to be seen, row by row; no rows hide the widget."""
        raise NotImplementedError

    def show(self, view: V) -> None:
        """Take a new snapshot in; the layout moves only when the height does."""
        self._view = view
        width = self.content_size.width or self.app.size.width
        tall = len(self._rows_of(view, width))
        if self.display != (tall > 0):
            self.display = tall > 0
        if tall != self._tall:
            self._tall = tall
            self.refresh(layout=True)
        if tall:
            super().show(view)

    def draw(self, view: V, width: int, height: int) -> Content:
        rows = self._rows_of(view, width)
        if self._joined[0] is not rows or self._joined[1] != height:
            self._joined = (rows, height, lines(rows, height))
        return self._joined[2]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Textual's hook."""
        del container, viewport
        return 0 if self._view is None else len(self._rows_of(self._view, width))

    def _rows_of(self, view: V, width: int) -> Sequence[Content]:
        """The rows, made once for what they show and a width."""
        shown = self.shown_of(view)
        if self._made[1] != width or self._made[0] != shown:
            self._made = (shown, width, self.rows(view, width))
        return self._made[2]


def lines(rows: Sequence[Content], height: int) -> Content:
    """Rows one below the other, at most `height` of them."""
    return Content("\n").join(rows[:height])
