"""Help over the floor; any key closes it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from softphone_panel.cells import wrap
from softphone_panel.texts import Texts
from softphone_panel.window import Window

WIDTH = 66


class HelpScreen(Window[None]):
    """The help text of one language."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 72; height: auto; max-height: 90%; border: heavy $accent; padding: 1 2;
        background: $surface;
    }
    """

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts

    def compose(self) -> ComposeResult:
        paragraphs = self._texts("help.text").split("\n")
        rows = [row for text in paragraphs for row in (wrap(text, WIDTH) or [""])]
        with VerticalScroll() as box:
            box.border_title = Content(self._texts("help.title"))
            box.border_subtitle = Content(f"Esc {self._texts('key.close')}")
            yield Static(Content("\n".join(rows)), markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key not in ("up", "down", "pageup", "pagedown"):
            event.stop()
            self.dismiss()
