"""The agents by state, and the one picked in full."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message

from calls.floor.states import AgentState
from calls.floor.view import RuleView
from calls.floor.wall import FloorAgent
from qa.answering.rule_words import in_chinese
from softphone_panel.cells import clock, cut, fit, wrap
from softphone_panel.panes import MUTED, Drawn, lines
from softphone_panel.texts import Language
from softphone_panel.wall.floor_panes import row
from softphone_panel.wall.sight import ORDER, STATE_STYLES, Sight, name_of

STATE_CELLS = 11
NAME_CELLS = 14
TIME_CELLS = 8


def doing(sight: Sight, agent: FloorAgent) -> str:
    """With whom, or why not."""
    if agent.state is AgentState.NOT_READY:
        return sight.texts.or_plain("reason", agent.reason)
    return " · ".join(part for part in (agent.caller, sight.title(agent.flow)) if part)


def marks(sight: Sight, agent: FloorAgent) -> Content:
    """What is not as it should be, and who listens."""
    texts, parts = sight.texts, []
    if agent.help_text is not None:
        parts.append(Content.assemble((texts("mark.help"), "bold $text-error")))
    if agent.broken:
        rules = " ".join(rule.id for rule in agent.broken)
        parts.append(Content.assemble((f"✗ {rules}", "bold $text-error")))
    if agent.due:
        rules = " ".join(rule.id for rule in agent.due)
        parts.append(Content.assemble((f"… {rules}", "$text-warning")))
    if agent.watched_by:
        who = watchers(sight, agent)
        parts.append(Content.assemble((who, "$text-accent")))
    return Content("  ").join(parts)


def watchers(sight: Sight, agent: FloorAgent) -> str:
    """`监听 王 803`, each supervisor on the call with the mode."""
    texts = sight.texts
    return " ".join(
        f"{texts(f'watch.{one.mode}')} {one.name or one.number}" for one in agent.watched_by
    )


def agent_row(sight: Sight, agent: FloorAgent, width: int) -> Content:
    """One agent in one row."""
    style = STATE_STYLES[agent.state]
    left = Content.assemble(
        ("▌" if agent.number == sight.picked else " ", "$text-accent"),
        (fit(sight.texts(f"agent.{agent.state}"), STATE_CELLS), f"bold {style}"),
        (fit(name_of(agent), NAME_CELLS), "bold"),
        (sight.time(agent.for_ms).rjust(TIME_CELLS), "bold"),
        "  ",
        (doing(sight, agent), MUTED),
    )
    return row(left, marks(sight, agent), width)


class Agents(Drawn[Sight]):
    """As many agents as fit, around the one picked."""

    DEFAULT_CSS = "Agents { height: 1fr; border: round $foreground 35%; padding: 0 1; }"

    class Picked(Message):
        """An agent was clicked."""

        def __init__(self, number: str) -> None:
            super().__init__()
            self.number = number

    def show(self, view: Sight) -> None:
        texts, count = view.texts, len(view.agents)
        hidden = count - len(shown(view, self.content_size.height))
        states = [agent.state for agent in view.agents]
        parts = [texts("agents.title", count=count)]
        parts += [
            f"{texts(f'agent.{state}')} {states.count(state)}" for state in ORDER if state in states
        ]
        more = texts("agents.more", count=hidden) if hidden and self.content_size.height else ""
        self.entitle(Content(" · ".join(parts)), Content(more))
        super().show(view)

    def draw(self, view: Sight, width: int, height: int) -> Content:
        return lines([agent_row(view, one, width) for one in shown(view, height)], height)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if self._view is None or offset is None:
            return
        seen = shown(self._view, self.content_size.height)
        if offset.y < len(seen):
            self.post_message(self.Picked(seen[offset.y].number))


def shown(sight: Sight, height: int) -> Sequence[FloorAgent]:
    """The agents that fit into `height` rows, the one picked among them."""
    agents = sight.agents
    numbers = [agent.number for agent in agents]
    at = numbers.index(sight.picked) if sight.picked in numbers else 0
    first = min(max(at - height // 2, 0), max(len(agents) - height, 0))
    return agents[first : first + height]


def detail_rows(sight: Sight, width: int) -> Sequence[Content]:
    """Everything known of the agent picked."""
    agent, texts = sight.agent, sight.texts
    if agent is None:
        return [Content.assemble((cut(texts("one.none"), width), MUTED))]
    rows = [
        Content.assemble(
            (texts(f"agent.{agent.state}"), f"bold {STATE_STYLES[agent.state]}"),
            "  ",
            (sight.time(agent.for_ms), "bold"),
            "  ",
            (texts.or_plain("reason", agent.reason) if agent.reason else "", MUTED),
        )
    ]
    if agent.help_text is not None:
        rows += _told(texts("one.help"), agent.help_text or "?", width, "bold $text-error")
    rows += _told(texts("one.caller"), agent.caller or texts("one.no_call"), width)
    rows += _told(texts("one.step"), sight.title(agent.flow), width)
    for rule in agent.broken:
        rows += _rule(sight, "broken", rule, width)
    for rule in agent.due:
        rows += _rule(sight, "due", rule, width)
    rows += _told(texts("one.watched"), watchers(sight, agent), width, "$text-accent")
    return rows + _told(texts("one.queues"), " ".join(agent.queues), width)


def _told(word: str, text: str, width: int, style: str = "") -> list[Content]:
    """`word  text`, the text wrapped below itself; nothing for an empty text."""
    cells = 10
    found = wrap(text, width - cells) if text else []
    return [
        Content.assemble((fit(word if not at else "", cells), MUTED), (part, style))
        for at, part in enumerate(found)
    ]


def _rule(sight: Sight, kind: str, rule: RuleView, width: int) -> list[Content]:
    """`✗ A11 无声电话  what broke it`, or `… A11 … within 0:02`."""
    texts, broken = sight.texts, kind == "broken"
    title = rule.title.get(texts.language.value, "")
    left = Content.assemble(
        (texts(f"one.{kind}", rule=rule.id), "bold $text-error" if broken else "$text-warning"),
        " ",
        title,
    )
    within = ""
    if rule.within_ms is not None:
        within = texts("one.within", time=clock(rule.within_ms - sight.since_ms))
    rows = [row(left, Content(within), width)]
    what = in_chinese(rule.what) if broken and texts.language is Language.ZH else rule.what
    return rows + [Content.assemble("  ", (text, MUTED)) for text in wrap(what, width - 2)]


class Detail(Drawn[Sight]):
    """The agent picked, beside the list."""

    DEFAULT_CSS = "Detail { height: 13; border: heavy $accent; padding: 0 1; }"

    def show(self, view: Sight) -> None:
        self.entitle(Content(name_of(view.agent) if view.agent else ""))
        super().show(view)

    def draw(self, view: Sight, width: int, height: int) -> Content:
        return lines(detail_rows(view, width), height)
