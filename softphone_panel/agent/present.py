"""The desk's last snapshot, carried on to this moment by the panel's own clock."""

from __future__ import annotations

from datetime import tzinfo

from textual.geometry import Size

from calls.clock import Clock
from calls.floor.view import PanelView
from softphone_panel.agent.keymap import Keymap
from softphone_panel.agent.layout import TALL, WIDE
from softphone_panel.agent.link import DARK, Lamp
from softphone_panel.agent.scene import Notice, Scene
from softphone_panel.phone.ports import Phone
from softphone_panel.texts import Texts

NOTICE_MS = 6000
LASTING_MS = 30_000


class Present:
    """Holds what came from the desk; makes the scene of now."""

    def __init__(
        self,
        texts: Texts,
        keymap: Keymap,
        phone: Phone | None,
        clock: Clock,
        timezone: tzinfo | None,
    ) -> None:
        self.texts, self.clock = texts, clock
        self._keymap, self._phone, self._timezone = keymap, phone, timezone
        self._view: PanelView | None = None
        self._lamp = DARK
        self._came_ms = self._lost_ms = clock.monotonic_ms()
        self._keys = {typing: keymap.shown(typing=typing) for typing in (False, True)}
        self._branch_keys: tuple[tuple[str, ...], dict[str, str]] = ((), {})
        self._notice: Notice | None = None
        self._notice_until = 0

    def take(self, view: PanelView) -> None:
        """A snapshot came."""
        self._view = view
        self._came_ms = self.clock.monotonic_ms()

    def light(self, lamp: Lamp) -> bool:
        """The lamp changed; True when the desk has just been lost."""
        lost = self._lamp.state.is_live and not lamp.state.is_live
        self._lamp = lamp
        if lost:
            self._lost_ms = self.clock.monotonic_ms()
        return lost

    def tell(self, notice: Notice, *, lasting: bool = False) -> None:
        """Show this for a while."""
        self._notice = notice
        self._notice_until = self.clock.monotonic_ms() + (LASTING_MS if lasting else NOTICE_MS)

    def scene(self, *, typing: bool, question: str, size: Size) -> Scene:
        """Everything at this moment."""
        now_ms, view = self.clock.monotonic_ms(), self._view
        heard_until = now_ms if self._lamp.state.is_live else max(self._lost_ms, self._came_ms)
        script = view.call.script if view is not None and view.call is not None else None
        branches = tuple(choice.name for choice in script.branches) if script is not None else ()
        if branches != self._branch_keys[0]:
            self._branch_keys = branches, self._keymap.for_branches(branches)
        return Scene(
            texts=self.texts,
            view=view,
            lamp=self._lamp,
            now_ms=now_ms,
            age_ms=now_ms - self._came_ms,
            heard_age_ms=heard_until - self._came_ms,
            phone=self._phone,
            timezone=self._timezone,
            keys=self._keys[typing],
            branch_keys=self._branch_keys[1],
            typing=typing,
            question=question,
            notice=self._notice if now_ms < self._notice_until else None,
            wide=size.width >= WIDE,
            tall=size.height >= TALL,
        )
