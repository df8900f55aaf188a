"""The calls that ended lately, one row each."""

from __future__ import annotations

from textual.content import Content

from softphone_panel.cells import clock, fit
from softphone_panel.watch.live_call import LiveCall
from softphone_panel.watch.view import MUTED, Pane, View, lines, who_calls

CALLER_CELLS = 14
DISPOSITION_CELLS = 22
BAD = ("failed", "interrupted", "network")


def _row(view: View, call: LiveCall, width: int) -> Content:
    picked = view.picked is not None and view.picked.id == call.id
    at = call.offered_at.astimezone(view.timezone).strftime("%H:%M")
    reason = view.texts.or_plain("reason", call.end_reason)
    room = width - 2 - 6 - CALLER_CELLS - DISPOSITION_CELLS - 8
    return Content.assemble(
        ("▌ " if picked else "  ", "$text-accent"),
        (fit(at, 6), MUTED),
        (fit(who_calls(call, view.texts), CALLER_CELLS), "bold"),
        fit(view.texts.or_plain("disposition", call.disposition) or "–", DISPOSITION_CELLS),
        (fit(reason, room), "$text-error" if call.end_reason in BAD else MUTED),
        (clock(call.ended_ms).rjust(8), MUTED),
    )


class EndedCalls(Pane):
    """As many ended calls as fit, around the picked one."""

    DEFAULT_CSS = """
    EndedCalls { height: 5; border: round $foreground 35%; padding: 0 1; }
    """

    def show(self, view: View) -> None:
        self.entitle(Content(view.texts("ended.title")))
        super().show(view)

    def draw(self, view: View, width: int, height: int) -> Content:
        if not view.ended:
            return Content.assemble((view.texts("ended.none"), MUTED))
        ids = [call.id for call in view.ended]
        at = ids.index(view.picked.id) if view.picked and view.picked.id in ids else 0
        first = max(at - height + 1, 0)
        rows = [_row(view, call, width) for call in view.ended[first : first + height]]
        return lines(rows, height)
