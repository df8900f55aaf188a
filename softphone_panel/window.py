"""A window over a screen: it closes once, whatever else was typed meanwhile."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Window(ModalScreen[ScreenResultType]):
    """Base of every window. Textual gives the answer again, and ends the whole app, when keys that
    were under way close a window a second time."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close it and give `result`; nothing, if it is not the window on top any more."""
        if not self.is_active:
            return AwaitComplete()
        return super().dismiss(result)
