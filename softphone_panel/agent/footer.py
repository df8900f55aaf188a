"""The keys that work now, clickable, in the panel's own language."""

from __future__ import annotations

from collections.abc import Hashable

from textual.content import Content

from softphone_panel.agent.actions import Act, working
from softphone_panel.agent.parts import KEY_STYLE, Rows, clickable, flowing
from softphone_panel.agent.scene import Scene

LAST = ("palette", "help")
"""Always to be seen: from there everything else is found."""


def footer_acts(scene: Scene) -> list[Act]:
    """What the footer shows, everyday keys first."""
    return [act for act in working(scene) if not act.quiet and act.id not in LAST]


class Footer(Rows):
    """One row, or two where one is not enough."""

    DEFAULT_CSS = "Footer { dock: bottom; background: $panel; padding: 0 1; }"

    def shown_of(self, view: Scene) -> Hashable:
        return tuple((act.id, act.title(view), view.key(act.id)) for act in working(view))

    def rows(self, view: Scene, width: int) -> list[Content]:
        shown = footer_acts(view)
        last = [_item(act, view) for act in working(view) if act.id in LAST]
        while True:
            rows = flowing([*(_item(act, view) for act in shown), *last], width, gap=2)
            if len(rows) <= 2 or not shown:
                return rows
            shown = shown[:-1]


def _item(act: Act, scene: Scene) -> Content:
    item = Content.assemble((scene.key(act.id), KEY_STYLE), " ", act.title(scene))
    return clickable(item, f"act('{act.id}')")
