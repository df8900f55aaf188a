"""The big line: what the agent is doing, for how long, with whom."""

from __future__ import annotations

from textual.content import Content

from calls.floor.states import AgentState
from softphone_panel.agent.parts import Pane, beside, row, who
from softphone_panel.agent.scene import Scene, ring_number
from softphone_panel.cells import clock

FLASH_MS = 500


def state_words(scene: Scene) -> str:
    """`振铃 2/3`, `通话 0:42`, `示忙 用餐 3:10`."""
    texts, offer = scene.texts, scene.offer
    word = texts(f"agent.{scene.state}")
    if scene.state is AgentState.RINGING and offer is not None:
        return f"{word} {ring_number(offer, scene.age_ms)}/{offer.rings}"
    if scene.view is None or scene.state is AgentState.SIGNED_OUT:
        return word
    reason = scene.view.state.reason
    words = [word, texts.or_plain("reason", reason)] if reason else [word]
    # A hold in between does not make the talk a new one.
    talks = scene.state in (AgentState.ON_CALL, AgentState.CONSULT) and scene.talking
    return " ".join((*words, clock(talked(scene) if talks else scene.state_ms)))


def flags(scene: Scene) -> list[tuple[str, str]]:
    """What else is so just now, for the right side."""
    texts, call, found = scene.texts, scene.call, []
    if scene.talking and scene.muted:
        found.append((f" {texts('agent.muted')} ", "bold reverse"))
    if call is not None and not call.over:
        if call.recording:
            found.append((texts("recording"), "bold $text-error"))
        if call.listeners:
            found.append((texts("agent.listened", who="、".join(call.listeners)), "bold"))
    if scene.view is not None:
        if scene.view.help_asked:
            found.append((texts("agent.helped"), "bold $text-warning"))
        if scene.view.state.after_call:
            what = texts.or_plain("reason", scene.view.state.after_call)
            found.append((texts("agent.then", what=what), "bold"))
    return found


class StateLine(Pane):
    """One row on a low terminal, three on a high one; it flashes while a call rings."""

    DEFAULT_CSS = """
    StateLine { height: 3; padding: 1 2; background: $boost; }
    StateLine.-ready { background: $success-muted; }
    StateLine.-ringing { background: $warning-muted; }
    StateLine.-ringing.-flash { background: $warning; color: $background; }
    StateLine.-late, StateLine.-late.-flash { background: $error; color: auto; }
    StateLine.-on_call, StateLine.-consult { background: $primary-muted; }
    StateLine.-hold { background: $accent-muted; }
    StateLine.-wrap_up { background: $secondary-muted; }
    StateLine.-not_ready, StateLine.-signed_out { background: $panel; }
    """

    _worn: frozenset[str] = frozenset()

    def show(self, view: Scene) -> None:
        """Colour by state, then the text."""
        offer = view.offer if view.state is AgentState.RINGING else None
        late = offer is not None and ring_number(offer, view.age_ms) > offer.rings
        flash = offer is not None and view.now_ms // FLASH_MS % 2 == 0
        look = {f"-{view.state}": view.view is not None, "-flash": flash, "-late": late}
        worn = frozenset(name for name, wears in look.items() if wears)
        if worn != self._worn:
            self.remove_class(*self._worn - worn, update=False)
            self.add_class(*worn - self._worn, update=False)
            self.update_node_styles()
            self._worn = worn
        super().show(view)

    def draw(self, view: Scene, width: int, height: int) -> Content:
        del height
        if view.view is None:
            return row((view.texts("idle.connecting"), "bold"), width=width)
        right = Content("  ").join(row(flag, width=width // 2) for flag in flags(view))
        room = width - right.cell_length - 2
        parts: list[tuple[str, str] | str] = [(state_words(view), "bold")]
        file = view.offer.caller if view.offer else view.call.caller if view.call else None
        if file is not None:
            parts.append((f"   {who(file, view)}", "bold"))
            parts.append(f"  {file.tier}" if file.tier else "")
        if view.call is not None and not view.call.over and view.state is AgentState.HOLD:
            parts.append(f"   {view.texts('agent.on_call')} {clock(talked(view))}")
        return beside(row(*parts, width=room), right, width)


def talked(scene: Scene) -> int:
    """How long the call has been talked so far."""
    call = scene.call
    return call.talked_ms + scene.age_ms if call is not None else 0
