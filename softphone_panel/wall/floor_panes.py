"""Alarms, waiting callers and queues, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from calls.floor.wall import Alarm, QueueFigures, WaitingCaller
from softphone_panel.cells import clock, cut, fit, wrap
from softphone_panel.panes import MUTED, Drawn, lines
from softphone_panel.wall.sight import Sight, name_of

URGENT = frozenset({"trouble", "help", "nobody_ready", "longest_wait"})
TIME_CELLS = 8
QUEUE_CELLS = 12
NUMBER_CELLS = 13


def row(left: Content, right: Content, width: int) -> Content:
    """`left` cut so that `right` stands at the right edge."""
    room = max(width - right.cell_length - 1, 0)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)


def alarm_text(sight: Sight, alarm: Alarm) -> str:
    """One alarm in a sentence."""
    texts, agent = sight.texts, sight.find(alarm.subject)
    subject = name_of(agent) if agent else texts.or_plain("trouble", alarm.subject)
    if not texts.knows(f"alarm.{alarm.kind}"):
        return f"{alarm.kind}: {subject}"
    rules = " ".join(rule.id for rule in agent.broken) if agent else ""
    text = texts(f"alarm.{alarm.kind}", subject=subject, rules=rules)
    asked = agent.help_text if agent and alarm.kind == "help" else ""
    return f"{text}: {asked}" if asked else text


class Rows(Drawn[Sight]):
    """A framed list that says how much of it does not fit."""

    DEFAULT_CSS = "Rows { border: round $foreground 35%; padding: 0 1; height: 1fr; }"
    more = ""
    """Key of the word for what does not fit."""

    def head(self, sight: Sight) -> Content:
        """What stands in the frame."""
        raise NotImplementedError

    def items(self, sight: Sight, width: int) -> Sequence[Sequence[Content]]:
        """The rows of each item."""
        raise NotImplementedError

    def empty(self, sight: Sight) -> str:
        """What is said when there is none."""
        raise NotImplementedError

    def show(self, view: Sight) -> None:
        width, height = self.content_size
        items = self.items(view, width) if width > 1 else ()
        hidden = len(items) - fitting(items, height)
        self.entitle(
            self.head(view), Content(view.texts(self.more, count=hidden) if hidden else "")
        )
        super().show(view)

    def draw(self, view: Sight, width: int, height: int) -> Content:
        items = self.items(view, width)
        if not items:
            return Content.assemble((cut(self.empty(view), width), MUTED))
        return lines([one for item in items[: fitting(items, height)] for one in item], height)


def fitting(items: Sequence[Sequence[Content]], height: int) -> int:
    """How many items fit, the first at least."""
    used = 0
    for count, item in enumerate(items):
        used += len(item)
        if used > height:
            return max(count, min(len(items), 1))
    return len(items)


class Alarms(Rows):
    """What wants a supervisor now."""

    more = "alarms.more"

    def head(self, sight: Sight) -> Content:
        word, count = sight.texts("alarms.title"), len(sight.view.alarms)
        return Content.assemble((f"{word} {count}", "bold $text-error")) if count else Content(word)

    def empty(self, sight: Sight) -> str:
        return sight.texts("alarms.none")

    def items(self, sight: Sight, width: int) -> Sequence[Sequence[Content]]:
        found = []
        for alarm in sight.view.alarms:
            style = "bold $text-error" if alarm.kind in URGENT else "$text-warning"
            left = Content.assemble(("● ", style), (alarm_text(sight, alarm), style))
            found.append([row(left, Content(sight.time(alarm.for_ms)), width)])
        return found


class Waiting(Rows):
    """Callers who wait, the longest first."""

    more = "waiting.more"

    def head(self, sight: Sight) -> Content:
        return Content(sight.texts("waiting.title", count=len(sight.view.waiting)))

    def empty(self, sight: Sight) -> str:
        return sight.texts("waiting.none")

    def items(self, sight: Sight, width: int) -> Sequence[Sequence[Content]]:
        targets = {queue.name: queue.target_ms for queue in sight.view.queues}
        return [
            [_caller(sight, caller, targets.get(caller.queue, 20_000), width)]
            for caller in sight.view.waiting
        ]


def _caller(sight: Sight, caller: WaitingCaller, target_ms: int, width: int) -> Content:
    late = sight.length(caller.waited_ms) > target_ms
    left = Content.assemble(
        (sight.time(caller.waited_ms).rjust(TIME_CELLS), "bold $text-error" if late else "bold"),
        "  ",
        fit(caller.number or sight.texts("withheld"), NUMBER_CELLS),
        " ",
        caller.name,
    )
    return row(left, Content.assemble((cut(caller.queue, QUEUE_CELLS), MUTED)), width)


class Queues(Rows):
    """Each queue's day, with the formula of its service level."""

    more = "waiting.more"

    def head(self, sight: Sight) -> Content:
        return Content(sight.texts("queues.title"))

    def empty(self, sight: Sight) -> str:
        return sight.texts("queues.none")

    def items(self, sight: Sight, width: int) -> Sequence[Sequence[Content]]:
        return [_queue(sight, queue, width) for queue in sight.view.queues]


def _queue(sight: Sight, queue: QueueFigures, width: int) -> Sequence[Content]:
    texts, level = sight.texts, queue.service_level
    style = "" if level is None else "$text-success" if level >= queue.goal else "$text-error"
    average = "–" if queue.average_ms is None else clock(queue.average_ms)
    counts = texts(
        "queue.counts",
        offered=queue.offered,
        answered=queue.answered,
        abandoned=queue.abandoned,
        left=queue.left,
        average=average,
    )
    staff = texts("queue.staff", ready=queue.ready, serving=queue.serving)
    shown = "–" if level is None else f"{level:.0%}"
    head = Content.assemble((cut(queue.name, QUEUE_CELLS), "bold"), "  ", (shown, f"bold {style}"))
    formula = queue.formula.get(texts.language.value, "")
    rows = [row(head, Content(staff), width)]
    rows += [Content(f"  {text}") for text in wrap(counts, width - 2)]
    return rows + [Content.assemble("  ", (text, MUTED)) for text in wrap(formula, width - 2)]
