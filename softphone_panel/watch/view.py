"""What every widget of the screen is shown: one snapshot of the floor, and the base widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from softphone_panel.panes import MUTED as MUTED
from softphone_panel.panes import SOUND_STYLES as SOUND_STYLES
from softphone_panel.panes import Drawn
from softphone_panel.panes import Framed as Framed
from softphone_panel.panes import lines as lines
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


class Pane(Drawn[View]):
    """A widget of the watch screen."""


def who_calls(call: LiveCall, texts: Texts) -> str:
    """The caller's masked number, or that it was withheld."""
    return call.caller or texts("withheld")


def where_in_flow(call: LiveCall) -> str:
    """`greetings · greet`."""
    return " · ".join(part for part in (call.flow, call.step) if part)
