"""The picked call, large: the line, what is heard, the clock that runs."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from softphone_panel.cells import clock
from softphone_panel.watch.countdown_bar import CountdownBar
from softphone_panel.watch.floor import CallState
from softphone_panel.watch.heard_meter import HeardMeter
from softphone_panel.watch.sentence import Sentence
from softphone_panel.watch.view import STATE_STYLES, View, where_in_flow, who_calls


class Spotlight(Vertical):
    """A heavy frame around the picked call."""

    DEFAULT_CSS = """
    Spotlight { height: 9; border: heavy $primary; padding: 0 1; }
    Spotlight.-listening { border: heavy $success; }
    Spotlight.-closing { border: heavy $accent; }
    Spotlight.-ringing, Spotlight.-queued { border: heavy $warning; }
    Spotlight.-ended { border: heavy $border-blurred; }
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
            self.border_title = Content.assemble(
                (view.texts(f"state.{call.state}"), f"bold {STATE_STYLES[call.state]}"),
                "  ",
                (who_calls(call, view.texts), "bold"),
                f" {call.caller_name}" if call.caller_name else "",
                f" → {call.dnis}",
            )
            recording = f"{view.texts('recording')}  " if call.recording else ""
            self.border_subtitle = Content.assemble(
                (recording, "$error"), where_in_flow(call), "  ", clock(view.now_ms(call))
            )
        for pane in self._panes:
            pane.show(view)
