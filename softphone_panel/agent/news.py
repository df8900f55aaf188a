"""What comes from the desk, as messages to the screen."""

from __future__ import annotations

from textual.message import Message

from calls.floor.view import PanelView
from softphone_panel.agent.link import Lamp


class Shown(Message):
    """The desk sent a snapshot."""

    def __init__(self, view: PanelView) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        """Of snapshots that wait, only the newest is drawn: each is whole."""
        return isinstance(message, Shown)


class Lit(Message):
    """The lamp changed."""

    def __init__(self, lamp: Lamp) -> None:
        super().__init__()
        self.lamp = lamp
