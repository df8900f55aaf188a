"""What stands in the middle while no call is at the ear: the next step, or the call that rings."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from calls.floor.states import AgentState
from calls.floor.view import OfferView
from softphone_panel.agent.actions import BY_ID
from softphone_panel.agent.parts import KEY_STYLE, Rows, clickable, row, styled_rows, who
from softphone_panel.agent.scene import Scene, ring_number
from softphone_panel.agent.top_bar import lamp_text, why_words
from softphone_panel.cells import bar, clock, cut, fit
from softphone_panel.panes import MUTED
from softphone_panel.safe import one_line

SERVE = "thirdring serve"
RING_CELLS = 18


def press(scene: Scene, action: str) -> Content:
    """`按 r 示闲`, to be clicked too."""
    act = BY_ID[action]
    text = scene.texts("idle.press", key="\0", what=act.title(scene))
    before, after = text.split("\0")
    parts = Content.assemble(before, (scene.key(action), KEY_STYLE), after)
    return clickable(parts, f"act('{action}')")


class Idle(Rows):
    """Nobody on the line: what that means and what to press."""

    DEFAULT_CSS = """
    Idle { border: round $foreground 35%; padding: 1 3; height: auto; }
    """

    def rows(self, view: Scene, width: int) -> list[Content]:
        if view.view is None:
            return _unreached(view, width)
        if view.offer is not None or view.call is not None:
            return []
        return _between(view, width)


def _unreached(scene: Scene, width: int) -> list[Content]:
    texts = scene.texts
    rows = [row((lamp_text(scene), "bold"), width=width)]
    rows += styled_rows(why_words(scene), width, "$text-error", most=4)
    rows += [
        Content(""),
        row(texts("idle.serve"), width=width),
        Content.assemble("    ", (SERVE, KEY_STYLE)),
        press(scene, "reconnect"),
    ]
    return rows


def _between(scene: Scene, width: int) -> list[Content]:
    texts, state = scene.texts, scene.state
    reason = scene.view.state.reason if scene.view else ""
    if state is AgentState.READY:
        return [
            row((texts("idle.ready"), "bold"), width=width),
            *styled_rows(texts("idle.next.ready"), width, MUTED, most=2),
            Content(""),
            press(scene, "not_ready"),
        ]
    signed_out = state is AgentState.SIGNED_OUT
    rows = [
        row((texts(f"idle.{'signed_out' if signed_out else 'not_ready'}"), "bold"), width=width)
    ]
    if scene.on_line and scene.phone is not None and scene.phone.ringing:
        told = styled_rows(texts("idle.line_rings"), width, "$text-warning", most=2)
        return [*rows, *told, Content(""), press(scene, "answer")]
    if reason in ("missed", "unreachable"):
        rows += styled_rows(texts(_why(scene, reason)), width, "$text-warning", most=2)
    return [*rows, Content(""), press(scene, "ready")]


def _why(scene: Scene, reason: str) -> str:
    if reason != "unreachable" or not scene.on_line:
        return f"idle.{reason}"
    return "idle.line_down" if scene.phone is None else "idle.own_line_down"


class Offer(Rows):
    """The call that rings: who it is, the rings so far, how to answer."""

    DEFAULT_CSS = """
    Offer { border: heavy $warning; padding: 0 2; }
    """

    def show(self, view: Scene) -> None:
        """Name the frame."""
        self.entitle(Content.assemble((view.texts("offer.title"), "bold")))
        super().show(view)

    def rows(self, view: Scene, width: int) -> list[Content]:
        offer = view.offer
        if offer is None:
            return []
        ring = ring_number(offer, view.age_ms)
        late = ring > offer.rings
        style = "$text-error" if late else "$text-warning"
        tier = f"  {offer.caller.tier}" if offer.caller.tier else ""
        waited = clock(offer.waited_ms + offer.rung_ms + view.age_ms)
        return [
            row((who(offer.caller, view), "bold"), (tier, "bold $text-accent"), width=width),
            row((_whence(view, offer, waited), MUTED), width=width),
            _rings(view, width, style),
            Content(""),
            _how_to_answer(view) if not late else _late(view, width),
        ]


def _whence(scene: Scene, offer: OfferView, waited: str) -> str:
    if not offer.sent_by:
        return scene.texts("offer.queue", queue=offer.queue, time=waited)
    if scene.view is not None and offer.sent_by == scene.view.agent.number:
        return scene.texts("offer.back", time=waited)
    who = cut(one_line(scene.whom(offer.sent_by)), 40)
    how = "asked" if offer.asked else "cut_off" if offer.cut_off else "sent"
    return scene.texts(f"offer.{how}", who=who, time=waited)


def _rings(scene: Scene, width: int, style: str) -> Content:
    offer = scene.offer
    if offer is None:
        return Content("")
    rung = offer.rung_ms + scene.age_ms
    label = scene.texts("offer.rings", ring=ring_number(offer, scene.age_ms), rings=offer.rings)
    share = rung / max(offer.ring_cycle_ms * offer.rings, 1)
    cells = max(RING_CELLS, cell_len(label) + 2)
    return row(
        (fit(label, cells), f"bold {style}"),
        (bar(share, max(width - cells, 0)), f"{style} on $surface"),
        width=width,
    )


def _how_to_answer(scene: Scene) -> Content:
    if not BY_ID["answer"].works(scene):
        return Content.assemble((scene.texts("offer.at_phone"), "bold"))
    before, after = scene.texts("offer.answer", key="\0").split("\0")
    parts = Content.assemble((before, "bold"), (scene.key("answer"), KEY_STYLE), (after, "bold"))
    return clickable(parts, "act('answer')")


def _late(scene: Scene, width: int) -> Content:
    late = row((scene.texts("offer.late"), "bold $text-error"), "   ", width=width)
    return Content.assemble(late, _how_to_answer(scene))
