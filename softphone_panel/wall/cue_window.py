"""Writes a cue that the desk says into an agent's ear."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from calls.floor.orders import MOST_CUE
from softphone_panel.agent.dialogs import WriteDialog
from softphone_panel.wall.words import WallTexts


class CueWindow(WriteDialog):
    """One row; Enter gives it, Esc nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "close", show=False)]

    def __init__(self, texts: WallTexts, agent: str) -> None:
        super().__init__(texts("cue.title", agent=agent), texts("cue.keys"), most=MOST_CUE)

    def action_leave(self) -> None:
        """Without a word."""
        self.dismiss(None)
