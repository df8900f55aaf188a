"""The picked call, large: the line, what is heard, the clock that runs."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from softphone_panel.cells import clock
from softphone_panel.texts import Texts
from softphone_panel.watch.countdown_bar import CountdownBar
from softphone_panel.watch.heard_meter import HeardMeter
from softphone_panel.watch.live_call import CallState, LiveCall
from softphone_panel.watch.sentence import Sentence
from softphone_panel.watch.view import STATE_STYLES, Framed, View, where_in_flow, who_calls


class Spotlight(Vertical, Framed):
    """A heavy frame around the picked call."""

    DEFAULT_CSS = """
    Spotlight { height: 9; border: heavy $primary; padding: 0 1; }
    Spotlight.-listening { border: heavy $success; }
    Spotlight.-closing { border: heavy $accent; }
    Spotlight.-ringing, Spotlight.-queued { border: heavy $warning; }
    Spotlight.-ended { border: heavy $foreground 35%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._panes = (Sentence(), HeardMeter(), CountdownBar())

    def compose(self) -> ComposeResult:
        yield from self._panes

    def show(self, view: View) -> None:
        """Hand the snapshot on, and name the call in the frame."""
        call = view.picked
        for state in CallState:
            self.set_class(call is not None and call.state is state, f"-{state}")
        if call is not None:
            self.entitle(_who(call, view.texts), _where(call, view))
        for pane in self._panes:
            pane.show(view)


def _who(call: LiveCall, texts: Texts) -> Content:
    return Content.assemble(
        (texts(f"state.{call.state}"), f"bold {STATE_STYLES[call.state]}"),
        "  ",
        (who_calls(call, texts), "bold"),
        f" {call.caller_name}" if call.caller_name else "",
        f" → {call.dnis}",
    )


def _where(call: LiveCall, view: View) -> Content:
    recording = f"{view.texts('recording')}  " if call.recording else ""
    length = clock(view.now_ms(call))
    return Content.assemble((recording, "$text-error"), where_in_flow(call), "  ", length)
