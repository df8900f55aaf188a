"""The figures to be read from across the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

from calls.floor.states import AgentState
from softphone_panel.cells import clock, fit
from softphone_panel.panes import MUTED, Drawn
from softphone_panel.wall.sight import Sight, whole_level

ROWS: Final = 3
GOOD, WARN, BAD, CALM = "$text-success", "$text-warning", "$text-error", "$foreground"


def big(text: str) -> tuple[str, ...]:
    """`text` in characters three rows high; one that has no such form stands small below."""
    drawn = ["", "", ""]
    for character in text:
        at = DIGITS.find(character)
        for row in range(ROWS):
            if at >= 0:
                drawn[row] += DIGITS3X3_BOLD[at * ROWS + row].ljust(3)
            else:
                drawn[row] += character if row == ROWS - 1 else " " * cell_len(character)
    return tuple(drawn)


def figures(sight: Sight) -> Sequence[tuple[str, str, str]]:
    """(word, figure, style) of each, the most wanted first."""
    view = sight.view
    waits = [sight.length(caller.waited_ms) for caller in view.waiting]
    limit_ms = min((queue.target_ms for queue in view.queues), default=20_000)
    level = whole_level(view.queues)
    goal = max((queue.goal for queue in view.queues), default=0.0)
    ready = sum(agent.state is AgentState.READY for agent in view.agents)
    late = bool(waits) and max(waits) > limit_ms
    return (
        ("big.waiting", str(len(waits)), WARN if waits else CALM),
        ("big.longest", clock(max(waits, default=0)), BAD if late else CALM),
        ("big.level", "-" if level is None else f"{level * 100:.0f}%", _level_style(level, goal)),
        ("big.ready", str(ready), GOOD if ready else WARN),
        ("big.alarms", str(len(view.alarms)), BAD if view.alarms else GOOD),
    )


def _level_style(level: float | None, goal: float) -> str:
    if level is None:
        return CALM
    return GOOD if level >= goal else BAD


class BigNumbers(Drawn[Sight]):
    """Big where there is room, one row where there is not."""

    DEFAULT_CSS = "BigNumbers { height: 5; padding: 0 1; }"

    def draw(self, view: Sight, width: int, height: int) -> Content:
        found = [(view.texts(word), figure, style) for word, figure, style in figures(view)]
        if height < ROWS + 1:
            parts = [Content.assemble((w, MUTED), " ", (f, f"bold {s}")) for w, f, s in found]
            return Content("   ").join(parts)
        cells = width // len(found)
        rows = [
            Content.assemble(*((fit(big(figure)[row], cells), style) for _, figure, style in found))
            for row in range(ROWS)
        ]
        rows.append(Content.assemble(*((fit(word, cells), MUTED) for word, _, _ in found)))
        return Content("\n").join(rows)
