"""What every widget of the screen is shown: one snapshot of the floor, and the base widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from textual.content import Content
from textual.widget import Widget

from softphone_panel.texts import Texts
from softphone_panel.watch.feed import FeedState
from softphone_panel.watch.floor import Totals
from softphone_panel.watch.live_call import CallState, LiveCall

STATE_STYLES = {
    CallState.RINGING: "$text-warning",
    CallState.CONNECTED: "$foreground",
    CallState.SPEAKING: "$text-primary",
    CallState.LISTENING: "$text-success",
    CallState.QUEUED: "$text-warning",
    CallState.AGENT: "$text-secondary",
    CallState.CLOSING: "$text-accent",
    CallState.ENDED: "$foreground-muted",
}
SOUND_STYLES = {
    "speech": "$text-success",
    "clear": "$text-success",
    "noise": "$text-error",
    "faint": "$text-warning",
    "silence": "$foreground-muted",
}
MUTED = "$foreground-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The floor at one moment."""

    texts: Texts
    live: Sequence[LiveCall]
    ended: Sequence[LiveCall]
    picked: LiveCall | None
    now_ms: Callable[[LiveCall], int]
    """A call's own time now."""

    timezone: tzinfo | None
    """Of times of day; None is the machine's own."""

    totals: Totals
    feed: FeedState
    place: str
    problem: str = ""


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


class Pane(Framed):
    """A widget that draws a `View` in exactly its own cells and repaints only what changed."""

    DEFAULT_CSS = "Pane { text-wrap: nowrap; text-overflow: clip; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._view: View | None = None
        self._drawn = Content()

    def show(self, view: View) -> None:
        """Take a new snapshot in."""
        self._view = view
        drawn = self._now()
        if not drawn.is_same(self._drawn):
            self.refresh()

    def draw(self, view: View, width: int, height: int) -> Content:
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


def lines(rows: Sequence[Content], height: int) -> Content:
    """Rows one below the other, at most `height` of them."""
    return Content("\n").join(rows[:height])


def who_calls(call: LiveCall, texts: Texts) -> str:
    """The caller's masked number, or that it was withheld."""
    return call.caller or texts("withheld")


def where_in_flow(call: LiveCall) -> str:
    """`greetings · greet`."""
    return " · ".join(part for part in (call.flow, call.step) if part)
