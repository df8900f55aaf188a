"""One agent over the whole screen; keeps up while it is open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from softphone_panel.wall.agent_rows import detail_rows
from softphone_panel.wall.sight import Sight, name_of
from softphone_panel.window import Window


class OneScreen(Window[None]):
    """Opened by Enter, closed by Esc; the keys of the wallboard work in it too."""

    DEFAULT_CSS = """
    OneScreen { align: center middle; }
    OneScreen VerticalScroll {
        width: 80%; height: 80%; border: heavy $accent; padding: 0 1; background: $surface;
    }
    OneScreen Static { height: auto; text-wrap: nowrap; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "back", show=False)
    ]

    def __init__(self) -> None:
        super().__init__()
        self._box, self._body = VerticalScroll(), Static(markup=False)

    def compose(self) -> ComposeResult:
        with self._box:
            yield self._body

    def show(self, sight: Sight) -> None:
        """Take the floor as it is now."""
        width = self._box.content_size.width
        if width < 2:
            return
        self._box.border_title = Content(name_of(sight.agent) if sight.agent else "")
        self._box.border_subtitle = Content(f"Esc {sight.texts('key.close')}")
        self._body.update(Content("\n").join(detail_rows(sight, width - 1)))
