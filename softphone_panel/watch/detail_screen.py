"""One call's whole conversation, scrolling, growing while the call goes on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from softphone_panel.cells import clock
from softphone_panel.texts import Texts
from softphone_panel.watch.conversation import conversation
from softphone_panel.watch.live_call import LiveCall
from softphone_panel.watch.view import who_calls
from softphone_panel.window import Window


class DetailScreen(Window[None]):
    """Opened on a call by Enter, closed by Esc."""

    DEFAULT_CSS = """
    DetailScreen { align: center middle; }
    DetailScreen VerticalScroll {
        width: 90%; height: 90%; border: heavy $accent; padding: 0 1; background: $surface;
    }
    DetailScreen Static { height: auto; text-wrap: nowrap; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "back", show=False)
    ]

    def __init__(self, call: LiveCall, texts: Texts) -> None:
        super().__init__()
        self._call = call
        self._texts = texts
        self._box, self._body = VerticalScroll(), Static(markup=False)

    @property
    def call_id(self) -> str:
        """The call shown."""
        return self._call.id

    def compose(self) -> ComposeResult:
        with self._box:
            yield self._body

    def on_mount(self) -> None:
        self.call_after_refresh(self.show_call, self._call, self._texts)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_call, self._call, self._texts)

    def show_call(self, call: LiveCall, texts: Texts) -> None:
        """Take the call as it is now; stays at the bottom when it was there."""
        self._call, self._texts = call, texts
        box = self._box
        if box.content_size.width < 2:
            return
        at_end = box.scroll_offset.y >= box.max_scroll_y
        box.border_title = Content(f"{texts('talk.title')}  {who_calls(call, texts)} → {call.dnis}")
        back = f"Esc {texts('key.close')}"
        box.border_subtitle = Content(f"{call.id}  {clock(call.last_ms)}  {back}")
        rows = conversation(call, texts, box.content_size.width - 1)
        self._body.update(Content("\n").join(rows))
        if at_end:
            box.scroll_end(animate=False)
