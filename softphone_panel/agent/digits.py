"""A row for digits that the caller says: account, number of an order."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from softphone_panel.agent.fields import Entered, TextField, Typed, Words
from softphone_panel.agent.scene import Scene

MOST = 64


class DigitsRow(Horizontal):
    """Shown while the flow asks for digits; Enter gives them."""

    DEFAULT_CSS = """
    DigitsRow { height: 1; display: none; padding: 0 1; }
    DigitsRow Static { width: auto; color: $foreground-muted; }
    """

    class Given(Message):
        """The agent gave digits."""

        def __init__(self, digits: str) -> None:
            super().__init__()
            self.digits = digits

    def __init__(self) -> None:
        super().__init__()
        self._label = Words()
        self.field = TextField("digits", most=MOST)
        self._asked = ""

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.field

    def show(self, scene: Scene) -> bool:
        """Follow the snapshot; True when digits are asked for anew."""
        script = scene.script
        asked = ""
        if script is not None and script.ask and scene.call is not None:
            asked = f"{scene.call.call_id} {script.step} {script.ask}"
        fresh = bool(asked) and asked != self._asked
        if fresh:
            self.field.write("")
        if self._asked and not asked and self.field.has_focus:
            self.screen.set_focus(None)
        self._asked = asked
        self.display = bool(asked)
        self._label.put(scene.texts("script.digits"))
        return fresh

    def on_typed(self, message: Typed) -> None:
        message.stop()

    def on_entered(self, message: Entered) -> None:
        message.stop()
        digits = str(self.field.read()).strip()
        if digits:
            self.post_message(self.Given(digits))
