"""A call's conversation so far, as rows of text."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from softphone_panel.cells import clock, fit, wrap
from softphone_panel.texts import Texts
from softphone_panel.watch.live_call import LiveCall, Turn, Who
from softphone_panel.watch.view import MUTED, SOUND_STYLES, Pane, View, lines

TIME_CELLS = 6
WHO_CELLS = 8
STYLES = {Who.HOUSE: "$text-primary", Who.CALLER: "$text-success", Who.NOTE: MUTED}


def _house(turn: Turn, texts: Texts) -> str:
    return turn.text + (texts("turn.cut") if turn.cut else "")


def _caller(turn: Turn, texts: Texts) -> str:
    if turn.word == "key":
        return texts("turn.key", text=turn.text)
    return texts("turn.heard", sound=texts.or_plain("sound", turn.word), text=turn.text)


def _note(turn: Turn, texts: Texts) -> str:
    text = texts.or_plain("by", turn.text)
    return texts(f"note.{turn.word}", text=text)


_WORDINGS: dict[Who, Callable[[Turn, Texts], str]] = {
    Who.HOUSE: _house,
    Who.CALLER: _caller,
    Who.NOTE: _note,
}


def _style(turn: Turn) -> str:
    if turn.who is Who.CALLER:
        return SOUND_STYLES.get(turn.word, "$text-success")
    return MUTED if turn.who is Who.NOTE else "$foreground"


def conversation(call: LiveCall, texts: Texts, width: int) -> list[Content]:
    """Rows of `width` cells: time, who, and what was said or heard, wrapped by cells."""
    rows: list[Content] = []
    room = max(width - TIME_CELLS - WHO_CELLS, 8)
    for turn in call.turns:
        who = "" if turn.who is Who.NOTE else texts(f"turn.{turn.who}")
        for number, text in enumerate(wrap(_WORDINGS[turn.who](turn, texts), room)):
            head = (clock(turn.at_ms), who) if number == 0 else ("", "")
            rows.append(
                Content.assemble(
                    (fit(head[0], TIME_CELLS), MUTED),
                    (fit(head[1], WHO_CELLS), f"bold {STYLES[turn.who]}"),
                    (text, _style(turn)),
                )
            )
    return rows


class Conversation(Pane):
    """The picked call's last turns; the newest is at the bottom."""

    DEFAULT_CSS = """
    Conversation { height: 1fr; border: round $foreground 35%; padding: 0 1; }
    """

    def show(self, view: View) -> None:
        self.entitle(Content(view.texts("talk.title")))
        super().show(view)

    def draw(self, view: View, width: int, height: int) -> Content:
        if view.picked is None or not view.picked.turns:
            return Content.assemble((view.texts("talk.none"), MUTED))
        return lines(conversation(view.picked, view.texts, width)[-height:], height)
