"""The top row: who sits here, whether desk and phone are there."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from softphone_panel.agent.link import LampState
from softphone_panel.agent.parts import Pane, Rows, beside, row, styled_rows
from softphone_panel.agent.scene import Scene
from softphone_panel.cells import clock, cut
from softphone_panel.panes import MUTED

EXCHANGE_AWAY: Final = "pbx"
"""The trouble in which nobody can say how a phone is."""

LAMPS = {
    LampState.CONNECTING: "$text-warning",
    LampState.LIVE: "$text-success",
    LampState.AWAY: "bold $text-error",
    LampState.REFUSED: "bold $text-error",
}

OFF_CALL_MS = 2000


def lamp_text(scene: Scene) -> str:
    """`坐席台断开 0:04，正在重连`."""
    lamp, texts = scene.lamp, scene.texts
    if lamp.state is LampState.REFUSED:
        return texts("desk.refused", why=why_words(scene))
    away = clock(scene.now_ms - lamp.since_ms)
    return texts(f"desk.{lamp.state}", time=away)


def why_words(scene: Scene) -> str:
    """Why there is no desk: the word in the panel's language, with what the desk added to it."""
    word, _, more = scene.lamp.why.partition(" ")
    known = scene.texts.or_plain("why", word)
    return f"{known} {more}".strip()


def phone_lamp(scene: Scene) -> tuple[str, str]:
    """The phone's lamp and its style; nothing while nobody knows."""
    texts = scene.texts
    if scene.phone is not None:
        if scene.phone.trouble:
            why = texts.or_plain("problem", scene.phone.trouble)
            return texts("phone.trouble", why=why), "$text-error"
        registered = scene.phone.registered
        if registered and scene.on_line:
            return _line_lamp(scene)
    elif scene.view is not None and scene.view.trouble != EXCHANGE_AWAY:
        registered = scene.view.phone.registered
        if scene.on_line:
            return _line_lamp(scene)
    else:
        return "", MUTED
    if registered:
        return texts("phone.registered"), "$text-success"
    return texts("phone.missing"), "$text-error"


def _line_lamp(scene: Scene) -> tuple[str, str]:
    stands = scene.view is not None and scene.view.phone.registered
    key = "phone.line_up" if stands else "phone.line_down"
    return scene.texts(key), "$text-success" if stands else "$text-error"


class TopBar(Pane):
    """Number, name, company; lamps at the right."""

    DEFAULT_CSS = "TopBar { height: 1; padding: 0 1; background: $panel; }"

    def draw(self, view: Scene, width: int, height: int) -> Content:
        del height
        phone, phone_style = phone_lamp(view)
        right = row(
            (phone, phone_style),
            "   ",
            (f"● {lamp_text(view)}", LAMPS[view.lamp.state]),
            width=width,
        )
        if view.view is None:
            return beside(Content.assemble(("Thirdring", "bold")), right, width)
        agent = view.view.agent
        name = cut(f"{agent.number} {agent.name}", max(width - right.cell_length - 2, 8))
        company = cut(view.title(view.view.company), width - right.cell_length - cell_len(name) - 6)
        left = row((name, "bold"), (f"   {company}", MUTED), width=width)
        return beside(left, right, width)


class Warnings(Rows):
    """What everybody must know now: the desk is gone, something is broken, the statement (C08)."""

    DEFAULT_CSS = "Warnings { padding: 0 1; background: $surface; }"

    _off_since_ms: int | None = None

    def rows(self, view: Scene, width: int) -> list[Content]:
        texts, found = view.texts, []
        if view.view is None:
            return []
        if not view.live:
            word = "away.text" if view.call is not None else "away.idle"
            found.append(row((texts(word), "bold $text-error"), width=width))
        elif view.view.trouble:
            what = texts.or_plain("trouble", view.view.trouble)
            found.append(row((texts("trouble", what=what), "bold $text-error"), width=width))
        if self._phone_is_off(view):
            told = texts("phone.off_call", key=view.key("hang_up"))
            found += styled_rows(told, width, "bold $text-error", most=2)
        if view.view.statement:
            statement = texts("incident.statement", text=view.view.statement)
            most = 3 if view.tall else 2
            found += styled_rows(statement, width, "bold $text-warning", most=most)
        return found

    def _phone_is_off(self, scene: Scene) -> bool:
        """The desk has a call at the ear and the panel's own phone none, for longer than a hang-up
        takes to be known: the panel was killed in the talk, say."""
        call, phone = scene.call, scene.phone
        off = scene.live and call is not None and not call.over
        if not off or phone is None or phone.on_call or phone.ringing:
            self._off_since_ms = None
            return False
        if self._off_since_ms is None:
            self._off_since_ms = scene.now_ms
        return scene.now_ms - self._off_since_ms >= OFF_CALL_MS
