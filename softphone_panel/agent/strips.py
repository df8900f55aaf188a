"""The quiet rows: queues, my figures today, shift notes, what became of the last order."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from textual.content import Content

from calls.floor.states import AgentState
from calls.floor.view import DayView, PanelView
from softphone_panel.agent.parts import Rows, flowing, row, styled_rows
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import clock
from softphone_panel.panes import MUTED

MOST_NOTES = 3


class QueueStrip(Rows):
    """One row: every queue of mine."""

    DEFAULT_CSS = "QueueStrip { padding: 0 1; background: $surface; }"

    def rows(self, view: Scene, width: int) -> list[Content]:
        if view.view is None or not view.view.queues:
            return []
        parts: list[tuple[str, str] | str] = []
        for queue in view.view.queues:
            longest = queue.longest_ms + (view.age_ms if queue.waiting else 0)
            text = view.texts(
                "queue.strip",
                queue=queue.name,
                waiting=queue.waiting,
                longest=clock(longest),
                ready=queue.ready,
            )
            parts += [(text, "bold $text-warning" if queue.waiting else MUTED), "    "]
        return [row(*parts, width=width)]


_LASTING: Final = {
    AgentState.ON_CALL: "talk_ms",
    AgentState.CONSULT: "consult_ms",
    AgentState.HOLD: "hold_ms",
    AgentState.WRAP_UP: "wrap_up_ms",
    AgentState.READY: "ready_ms",
    AgentState.NOT_READY: "not_ready_ms",
}


def until_now(day: DayView, scene: Scene) -> DayView:
    """The day with what the state of now has come to since the snapshot."""
    lasting = _LASTING.get(scene.state)
    if lasting is None:
        return day
    return day.model_copy(update={lasting: getattr(day, lasting) + scene.age_ms})


def figures(view: PanelView, scene: Scene) -> list[tuple[str, str, str]]:
    """My day as (word, figure, style). Handle time = (talk + hold + wrap-up) / callers I had."""
    day = until_now(view.today, scene)
    texts, count = scene.texts, day.answered
    all_in_time = day.within_three_rings >= count
    worked, had = day.talk_ms + day.hold_ms + day.wrap_up_ms, day.handled
    bad = "bold $text-error"
    consults = [(texts("today.consults"), str(day.consults), "bold")] if day.consults else []
    return [
        (texts("today.answered"), str(day.handled), "bold"),
        (
            texts("today.three"),
            f"{day.within_three_rings}/{count}" if count else "–",
            "bold $text-success" if all_in_time else bad,
        ),
        (texts("today.missed"), str(day.missed), bad if day.missed else "bold"),
        *consults,
        (texts("today.average"), clock(worked // had) if had else "–", "bold"),
        (texts("today.talk"), clock(day.talk_ms), "bold"),
        (texts("today.wrap_up"), clock(day.wrap_up_ms), "bold"),
        (texts("today.ready"), clock(day.ready_ms), "bold"),
        (texts("today.not_ready"), clock(day.not_ready_ms), "bold"),
        (texts("today.promises"), str(day.promises), "bold"),
        (texts("today.broken"), str(day.rules_broken), bad if day.rules_broken else "bold"),
    ]


class Today(Rows):
    """My figures today; away while a call is at the ear and there is little room."""

    DEFAULT_CSS = """
    Today { border: round $foreground 35%; padding: 0 1; }
    """

    def show(self, view: Scene) -> None:
        """Name the frame."""
        self.entitle(Content.assemble((view.texts("today.title"), MUTED)))
        super().show(view)

    def shown_of(self, view: Scene) -> Hashable:
        if view.view is None or (not view.wide and (view.call or view.offer)):
            return None
        return tuple(figures(view.view, view))

    def rows(self, view: Scene, width: int) -> list[Content]:
        if view.view is None or (not view.wide and (view.call or view.offer)):
            return []
        items = [
            Content.assemble((word, MUTED), " ", (figure, style))
            for word, figure, style in figures(view.view, view)
        ]
        return flowing(items, width, gap=2)


class Notes(Rows):
    """What other shifts left for this one (O01)."""

    DEFAULT_CSS = """
    Notes { border: round $foreground 35%; padding: 0 1; }
    """

    def show(self, view: Scene) -> None:
        """Name the frame."""
        self.entitle(Content.assemble((view.texts("notes.title"), MUTED)))
        super().show(view)

    def shown_of(self, view: Scene) -> Hashable:
        if view.view is None or (not view.wide and (view.call or view.offer)):
            return None
        return view.view.notes, view.texts.language

    def rows(self, view: Scene, width: int) -> list[Content]:
        if view.view is None or (not view.wide and (view.call or view.offer)):
            return []
        if not view.view.notes:
            return [row((view.texts("notes.none"), MUTED), width=width)]
        rows = []
        for note in view.view.notes[:MOST_NOTES]:
            rows.append(row((f"{note.by} {view.moment(note.at)}", MUTED), width=width))
            rows += styled_rows(note.text, width, "", most=3 if view.tall else 1)
        return rows


class NoticeRow(Rows):
    """What became of the last order, for a while."""

    DEFAULT_CSS = "NoticeRow { padding: 0 1; background: $surface; }"

    def rows(self, view: Scene, width: int) -> list[Content]:
        if view.notice is None:
            return []
        style = "bold $text-error" if view.notice.bad else "$text-success"
        return [row((view.notice.text, style), width=width)]
