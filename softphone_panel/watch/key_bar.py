"""The keys that work now, in the panel's own language."""

from __future__ import annotations

from textual.content import Content

from softphone_panel.watch.view import Pane, View

KEYS = (
    ("q", "quit"),
    ("l", "language"),
    ("↑↓", "pick"),
    ("Enter", "detail"),
    ("t", "theme"),
    ("?", "help"),
)
ONLY_WITH_CALLS = ("pick", "detail")


class KeyBar(Pane):
    """One row of keys."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; background: $panel; padding: 0 1; }"

    def draw(self, view: View, width: int, height: int) -> Content:
        del height
        parts: list[Content] = []
        for key, name in KEYS:
            if name in ONLY_WITH_CALLS and not (view.live or view.ended):
                continue
            word = view.texts(f"key.{name}")
            parts.append(Content.assemble((key, "bold $text-accent"), " ", word))
        return Content("   ").join(parts)
