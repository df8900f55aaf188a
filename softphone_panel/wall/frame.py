"""The first and the last row: what this is and how it stands; the keys that work now."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content

from calls.floor.states import TALKING
from softphone_panel.agent.link import LampState
from softphone_panel.cells import clock, cut, wrap
from softphone_panel.panes import MUTED, Drawn, lines
from softphone_panel.wall.sight import Sight, name_of

LAMPS = {
    LampState.CONNECTING: "$text-warning",
    LampState.LIVE: "$text-success",
    LampState.AWAY: "$text-error",
    LampState.REFUSED: "$text-error",
}


def lamp_text(sight: Sight) -> str:
    """How the wallboard stands with its desk."""
    texts, lamp = sight.texts, sight.lamp
    # `version 1`: the desk's word, and its own version.
    why = texts.or_plain("refused", lamp.why.partition(" ")[0])
    return texts(f"lamp.{lamp.state}", time=clock(sight.now_ms - lamp.since_ms), why=why)


class Top(Drawn[Sight]):
    """Title, lamp, whom one listens to, and what became of the last order."""

    DEFAULT_CSS = "Top { height: 1; padding: 0 1; background: $panel; }"

    def draw(self, view: Sight, width: int, height: int) -> Content:
        del height
        company = view.view.company.get(view.texts.language.value, "")
        title = " · ".join(part for part in (company or "Thirdring", view.texts("title")) if part)
        parts: list[str | tuple[str, str]] = [
            (cut(title, width // 3), "bold"),
            "  ",
            ("● " + lamp_text(view), LAMPS[view.lamp.state]),
        ]
        if view.spying is not None:
            agent, me = view.spying
            text = f" {view.texts(f'mode.{me.mode}')} {name_of(agent)} {view.time(me.for_ms)} "
            parts += ["  ", (text, "bold reverse $text-accent")]
        left = Content.assemble(*parts).truncate(width, ellipsis=True)
        room = width - left.cell_length - 2
        notice = cut(view.notice or view.view.statement, room) if room > 2 else ""
        gap = " " * max(width - left.cell_length - cell_len(notice), 0)
        return Content.assemble(left, gap, (notice, "bold" if view.notice else MUTED))


def keys(sight: Sight) -> Iterator[tuple[str, str]]:
    """(key, word) of the keys that do something now."""
    agent = sight.agent
    if len(sight.view.agents) > 1:
        yield "↑↓", "pick"
    # What waits for the supervisor comes first: a narrow screen has no room for all.
    if sight.live and sight.spying is not None:
        yield "0", "leave"
    if sight.live and any(one.help_text is not None for one in sight.view.agents):
        yield "h", "answer_help"
    if sight.live and agent is not None and agent.state in TALKING:
        yield from (("1", "listen"), ("2", "whisper"), ("3", "barge"), ("c", "cue"))
    if agent is not None:
        yield "Enter", "detail"
    if not sight.live:
        yield "r", "again"
    yield from (("?", "help"), ("q", "quit"), ("l", "language"), ("t", "theme"))


GAP = 3
ALWAYS = ("help", "quit")
"""To be seen on the narrowest screen: everything else is found from there."""


class Keys(Drawn[Sight]):
    """One row of keys."""

    DEFAULT_CSS = "Keys { height: 1; dock: bottom; background: $panel; padding: 0 1; }"

    def draw(self, view: Sight, width: int, height: int) -> Content:
        del height
        parts = {
            word: Content.assemble((key, "bold $text-accent"), " ", view.texts(f"key.{word}"))
            for key, word in keys(view)
        }
        width -= sum(parts[word].cell_length + GAP for word in ALWAYS) - GAP
        shown = []
        for word, part in parts.items():
            cells = 0 if word in ALWAYS else part.cell_length + GAP
            if cells <= width:
                width -= cells
                shown.append(part)
        return Content(" " * GAP).join(shown)


SERVE = "thirdring serve"
PANEL = "thirdring panel --agent 801"


class Empty(Drawn[Sight]):
    """The next step, where there are no agents to show."""

    DEFAULT_CSS = "Empty { height: 1fr; border: round $foreground 35%; padding: 1 3; }"

    def draw(self, view: Sight, width: int, height: int) -> Content:
        texts = view.texts
        rows = [Content.assemble((texts("empty.floor") if view.live else lamp_text(view), "bold"))]
        if view.lamp.why:
            why = texts.or_plain("why", view.lamp.why)
            rows += [Content.assemble((text, "$text-error")) for text in wrap(why, width)]
        steps = [(texts("empty.sign_in"), PANEL)]
        if not view.live:
            steps.insert(0, (texts("empty.serve"), SERVE))
        for what, command in steps:
            rows += [Content(""), Content(what)]
            rows.append(Content.assemble("    ", (command, "bold $text-accent")))
        rows += [Content(""), Content.assemble((cut(texts("empty.token"), width), MUTED))]
        rows.append(Content.assemble((cut(texts("empty.polling"), width), MUTED)))
        return lines(rows, height)
