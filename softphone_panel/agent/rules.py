"""House rules on this call: what is due and by when, what was broken. Marked, never a pop-up."""

from __future__ import annotations

from textual.content import Content

from calls.floor.view import RuleView
from softphone_panel.agent.parts import Rows, row
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import cut

SOON_MS = 1500


class Rules(Rows):
    """One row a rule, the most urgent first."""

    DEFAULT_CSS = "Rules { padding: 0 1; }"

    def rows(self, view: Scene, width: int) -> list[Content]:
        call = view.call
        if call is None:
            return []
        most = 6 if view.tall else 3
        due = sorted(call.due, key=_urgency) if not call.over else []
        rows = [_due_row(rule, view, width) for rule in due[:most]]
        broken = call.broken[-max(most - len(rows), 1) :]
        return [*rows, *(_broken_row(rule, view, width) for rule in broken)]


def _urgency(rule: RuleView) -> float:
    return rule.within_ms if rule.within_ms is not None else float("inf")


def _due_row(rule: RuleView, scene: Scene, width: int) -> Content:
    left_ms = None if rule.within_ms is None else max(rule.within_ms - scene.heard_age_ms, 0)
    soon = left_ms is not None and left_ms < SOON_MS
    style = "bold $text-error" if soon else "$text-warning"
    time = "" if left_ms is None else scene.texts("rules.due", time=f"{left_ms / 1000:.1f}")
    return row(
        (f"▸ {cut(rule.id, 24)} ", f"bold {style}"),
        (f"{time} " if time else "", style),
        (rule.what or scene.title(rule.title), style),
        width=width,
    )


def _broken_row(rule: RuleView, scene: Scene, width: int) -> Content:
    # What broke it is told in the words of those who write rules: for the wallboard.
    return row(
        (f"✗ {cut(rule.id, 24)} {scene.texts('rules.broken')} ", "bold $text-error"),
        (scene.title(rule.title) or rule.what, "$text-error"),
        width=width,
    )
