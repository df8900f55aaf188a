"""The live calls, two lines each: who and where, then what happens."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message

from softphone_panel.cells import bar, clock, cut, fit
from softphone_panel.watch.clocks import ClockKind, Countdown, countdown
from softphone_panel.watch.live_call import CallState, LiveCall
from softphone_panel.watch.view import (
    MUTED,
    SOUND_STYLES,
    STATE_STYLES,
    Pane,
    View,
    lines,
    where_in_flow,
    who_calls,
)

ROWS_A_CALL = 2
STATE_CELLS = 10
CALLER_CELLS = 13
BAR_CELLS = 10


def clock_style(running: Countdown) -> str:
    """Calm, then a warning near the end; noise is a warning from the start."""
    if running.held:
        return MUTED
    if running.kind is ClockKind.NOISE:
        return "$text-error"
    return "$text-warning" if running.share > 2 / 3 else "$text-success"


def _first_row(view: View, call: LiveCall, width: int, now_ms: int) -> Content:
    state = fit(view.texts(f"state.{call.state}"), STATE_CELLS)
    caller = fit(who_calls(call, view.texts), CALLER_CELLS)
    time = clock(now_ms)
    head = f"→ {cut(call.dnis, 8)}  {where_in_flow(call)}"
    room = width - 2 - STATE_CELLS - CALLER_CELLS - 1 - len(time) - 1
    return Content.assemble(
        ("▌ " if view.picked and view.picked.id == call.id else "  ", "$text-accent"),
        (state, f"bold {STATE_STYLES[call.state]}"),
        (caller, "bold"),
        " ",
        (fit(head, room), MUTED),
        " ",
        (time, "bold"),
    )


def _doing(view: View, call: LiveCall, now_ms: int) -> tuple[str, str]:
    """What happens now, in one sentence, and its style."""
    texts = view.texts
    if call.state is CallState.QUEUED:
        waited = clock(now_ms - call.queued_ms)
        return texts("queue.waiting", time=waited, queue=call.queue), "$text-warning"
    if call.state is CallState.AGENT:
        return texts("agent.talking", agent=call.agent), "$text-secondary"
    if call.window and call.hearing:
        what = texts.or_plain("sound", call.hearing.what)
        return f"{texts('hear.label')} {what}", SOUND_STYLES.get(call.hearing.what, MUTED)
    if call.window:
        return texts("hear.waiting"), MUTED
    if call.line and (call.speaking or call.state is CallState.CLOSING):
        return call.line.text, "$foreground" if call.speaking else MUTED
    return "", MUTED


def _second_row(view: View, call: LiveCall, width: int, now_ms: int) -> Content:
    text, style = _doing(view, call, now_ms)
    running = countdown(call, now_ms)
    indent = 2 + STATE_CELLS
    if running is None:
        return Content.assemble(" " * indent, (fit(text, width - indent), style))
    left = f"{running.left_ms / 1000:4.1f}s"
    room = width - indent - BAR_CELLS - len(left) - 2
    return Content.assemble(
        " " * indent,
        (fit(text, room), style),
        " ",
        (bar(running.share, BAR_CELLS), f"{clock_style(running)} on $surface"),
        " ",
        (left, clock_style(running)),
    )


class CallList(Pane):
    """As many live calls as fit, around the picked one."""

    DEFAULT_CSS = """
    CallList { height: 1fr; border: round $foreground 35%; padding: 0 1; }
    """

    class Picked(Message):
        """A call was clicked."""

        def __init__(self, call_id: str) -> None:
            super().__init__()
            self.call_id = call_id

    def show(self, view: View) -> None:
        texts, count = view.texts, len(view.live)
        hidden = count - len(self._shown(view, self.content_size.height))
        more = texts("calls.more", count=hidden) if hidden else ""
        self.entitle(Content(texts("calls.title", count=count)), Content(more))
        super().show(view)

    def draw(self, view: View, width: int, height: int) -> Content:
        rows: list[Content] = []
        for call in self._shown(view, height):
            now_ms = view.now_ms(call)
            rows.append(_first_row(view, call, width, now_ms))
            rows.append(_second_row(view, call, width, now_ms))
        return lines(rows, height)

    @staticmethod
    def _shown(view: View, height: int) -> list[LiveCall]:
        fits = max(height // ROWS_A_CALL, 1)
        ids = [call.id for call in view.live]
        at = ids.index(view.picked.id) if view.picked and view.picked.id in ids else 0
        first = min(max(at - fits // 2, 0), max(len(ids) - fits, 0))
        return list(view.live[first : first + fits])

    def on_click(self, event: events.Click) -> None:
        if self._view is None:
            return
        offset = event.get_content_offset(self)
        shown = self._shown(self._view, self.content_size.height)
        row = offset.y // ROWS_A_CALL if offset else len(shown)
        if row < len(shown):
            self.post_message(self.Picked(shown[row].id))
