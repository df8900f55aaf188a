"""The clock that runs on the picked call, as a bar that moves between events too."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from softphone_panel.cells import bar, clock, fit
from softphone_panel.texts import Texts
from softphone_panel.watch.call_list import clock_style
from softphone_panel.watch.clocks import ClockKind, Countdown, countdown, ring_number
from softphone_panel.watch.live_call import CallState, LiveCall
from softphone_panel.watch.view import MUTED, Pane, View

LABEL_CELLS = 26


def clock_label(running: Countdown, now_ms: int, texts: Texts) -> str:
    """`噪音 6.0 / 10.0 秒`."""
    if running.held:
        return texts("clock.held")
    if running.kind is ClockKind.RINGS:
        return texts("clock.rings", ring=ring_number(now_ms))
    spent, whole = f"{running.spent_ms / 1000:.1f}", f"{running.whole_ms / 1000:.1f}"
    return texts(f"clock.{running.kind}", spent=spent, whole=whole)


def _waiting(call: LiveCall, now_ms: int, texts: Texts) -> str:
    if call.state is CallState.QUEUED:
        waited = clock(now_ms - call.queued_ms)
        return texts("queue.waiting", time=waited, queue=call.queue)
    if call.state is CallState.AGENT:
        return texts("agent.talking", agent=call.agent)
    if call.is_over:
        reason = texts.or_plain("reason", call.end_reason)
        result = texts.or_plain("disposition", call.disposition)
        return f"{result} · {reason}" if result else reason
    return ""


class CountdownBar(Pane):
    """One row: the clock's name with its figures, and the bar."""

    DEFAULT_CSS = "CountdownBar { height: 1; }"

    def draw(self, view: View, width: int, height: int) -> Content:
        del height
        if view.picked is None:
            return Content("")
        now_ms = view.now_ms(view.picked)
        running = countdown(view.picked, now_ms)
        if running is None:
            return Content.assemble((_waiting(view.picked, now_ms, view.texts), "$text-warning"))
        label = clock_label(running, now_ms, view.texts)
        cells = max(LABEL_CELLS, cell_len(label) + 1)
        style = clock_style(running)
        return Content.assemble(
            (fit(label, cells), f"bold {style}" if not running.held else MUTED),
            (bar(running.share, max(width - cells, 0)), f"{style} on $surface"),
        )
