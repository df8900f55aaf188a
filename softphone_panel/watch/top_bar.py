"""The top line: what this is, whether a server runs, the day's figures."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from softphone_panel.cells import cut
from softphone_panel.watch.feed import FeedState
from softphone_panel.watch.view import MUTED, Pane, View

LAMPS = {
    FeedState.LIVE: "$text-success",
    FeedState.READING: "$text-warning",
    FeedState.NO_SERVER: "$text-error",
    FeedState.NO_LEDGER: "$text-error",
}


def figures(view: View) -> list[tuple[str, str, str]]:
    """Today's counts as (word, figure, style)."""
    totals, texts = view.totals, view.texts
    share = f"{totals.within_three}/{totals.answered}" if totals.answered else "–"
    late = totals.within_three < totals.answered
    return [
        (texts("totals.offered"), str(totals.offered), "bold"),
        (texts("totals.answered"), str(totals.answered), "bold"),
        (texts("totals.within_three"), share, "bold $text-error" if late else "bold $text-success"),
        (texts("totals.completed"), str(totals.completed), "bold"),
        (texts("totals.caller_hung_up"), str(totals.caller_hung_up), "bold"),
        (
            texts("totals.failed"),
            str(totals.failed),
            "bold $text-error" if totals.failed else "bold",
        ),
    ]


class TopBar(Pane):
    """Title, lamp, and the figures that fit."""

    DEFAULT_CSS = "TopBar { height: 1; padding: 0 1; background: $panel; }"

    def draw(self, view: View, width: int, height: int) -> Content:
        del height
        lamp = "● " + view.texts(f"lamp.{view.feed}")
        title = cut(view.texts("title"), width - cell_len(lamp) - 3)
        parts: list[str | tuple[str, str]] = [(title, "bold"), "   ", (lamp, LAMPS[view.feed])]
        used = cell_len(title) + 3 + cell_len(lamp)
        shown: list[Content] = []
        room = width - used - 3 - cell_len(view.texts("totals.title"))
        for word, figure, style in figures(view):
            room -= cell_len(word) + len(figure) + 3
            if room < 0:
                break
            shown.append(Content.assemble("  ", (word, MUTED), " ", (figure, style)))
        if not shown:
            return Content.assemble(*parts)
        right = Content.assemble((view.texts("totals.title"), "bold $text-accent"), *shown)
        gap = max(width - used - right.cell_length, 1)
        return Content.assemble(*parts, " " * gap, right)
