"""What is heard now, with a level meter."""

from __future__ import annotations

from textual.content import Content

from softphone_panel.cells import bar, fit
from softphone_panel.watch.view import MUTED, SOUND_STYLES, Pane, View

QUIETEST_DBOV = -60.0
METER_CELLS = 20
SOUND_CELLS = 10


def level_share(level_dbov: float | None) -> float:
    """How far the meter goes: 0 at -60 dBov and below, 1 at 0 dBov (full scale)."""
    if level_dbov is None:
        return 0.0
    return min(max(1 - level_dbov / QUIETEST_DBOV, 0.0), 1.0)


class HeardMeter(Pane):
    """One row: the sound's word, its level, the figure."""

    DEFAULT_CSS = "HeardMeter { height: 1; }"

    def draw(self, view: View, width: int, height: int) -> Content:
        del height
        call, texts = view.picked, view.texts
        label = fit(texts("hear.label"), 6)
        if call is None or call.is_over:
            return Content("")
        if call.hearing is None:
            waiting = call.window is not None
            word = texts("hear.waiting" if waiting else "hear.closed")
            return Content.assemble((label, MUTED), (word, MUTED))
        hearing = call.hearing
        style = SOUND_STYLES.get(hearing.what, MUTED)
        if call.window is None and not call.speaking:
            style = MUTED
        word = fit(texts.or_plain("sound", hearing.what), SOUND_CELLS)
        parts = [(label, MUTED), (word, f"bold {style}")]
        if hearing.level_dbov is not None:
            room = max(min(METER_CELLS, width - 30), 0)
            parts.append((bar(level_share(hearing.level_dbov), room), f"{style} on $surface"))
            parts.append((f" {hearing.level_dbov:.0f} dBov", MUTED))
        return Content.assemble(*parts)
