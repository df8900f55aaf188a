"""What the screen says when nobody is on the line: how to place a call."""

from __future__ import annotations

from textual.content import Content

from softphone_panel.cells import cut
from softphone_panel.watch.feed import FeedState
from softphone_panel.watch.view import MUTED, Pane, View, lines

SERVE = "thirdring serve"
PBX = "thirdring pbx up"
CALL = "thirdring call polite --to 1000"
RUN = "make run"


def _steps(view: View) -> list[tuple[str, str]]:
    texts = view.texts
    steps = [(texts("empty.call"), CALL), (texts("empty.run"), RUN)]
    if view.feed in (FeedState.NO_SERVER, FeedState.NO_LEDGER):
        steps = [(texts("empty.serve"), SERVE), (texts("empty.pbx"), PBX), *steps]
    return steps


class EmptyFloor(Pane):
    """The next step, in the middle of the floor."""

    DEFAULT_CSS = """
    EmptyFloor { height: 1fr; border: round $foreground 35%; padding: 1 3; }
    """

    def draw(self, view: View, width: int, height: int) -> Content:
        texts = view.texts
        rows = [Content.assemble((texts("empty.title"), "bold"))]
        if view.problem:
            trouble = texts("empty.trouble", problem=view.problem)
            rows.append(Content.assemble((cut(trouble, width), "$text-error")))
        elif view.feed is FeedState.NO_LEDGER:
            missing = texts("empty.ledger", path=view.place)
            rows.append(Content.assemble((cut(missing, width), MUTED)))
        rows.append(Content(""))
        for what, command in _steps(view):
            rows.append(Content(what))
            rows.append(Content.assemble("    ", (command, "bold $text-accent")))
        rows += [Content(""), Content.assemble((texts("empty.polling"), MUTED))]
        return lines(rows, height)
