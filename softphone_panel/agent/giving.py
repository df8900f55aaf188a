"""Giving orders: by the built-in phone or the desk, each once, with a row that says what failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from calls.floor import orders
from calls.floor.view import PanelView
from softphone_panel.agent.link import Link
from softphone_panel.agent.scene import Notice, Scene
from softphone_panel.phone.ports import Phone, PhoneError

ONCE = frozenset(
    {"line_done", "pick", "branch", "form_done", "wrap_up", "transfer", "consult", "hang_up"}
)
"""Orders that a second key press must not give again while the first is under way."""


class Giving:
    """Takes orders from the screen to whoever carries them out."""

    def __init__(
        self,
        link: Link,
        phone: Phone | None,
        scene: Callable[[], Scene],
        tell: Callable[[Notice], None],
    ) -> None:
        self._link, self._phone = link, phone
        self._scene, self._tell = scene, tell
        self._under_way: set[str] = set()
        self._line_given: PanelView | None = None
        """The snapshot whose line was answered for: the next key needs a newer one."""

    async def give(self, order: orders.Order, title: str, *, quietly: bool = False) -> bool:
        """Have the desk do it; True when it did. What failed is told under `title`."""
        kind = str(getattr(order, "do", ""))
        if not self._may(kind) or (kind == "transfer" and not await self._off_hold(title)):
            return False
        self._under_way.add(kind)
        try:
            problem = await self._link.order(order)
        finally:
            self._under_way.discard(kind)
        if problem and kind == "line_done":
            self._line_given = None
        if problem and not quietly:
            self._failed(title, problem)
        return not problem

    async def by_phone(self, act: str, order: orders.Order, title: str) -> bool:
        """The same through the built-in phone; the desk is told of hold and mute."""
        phone = self._phone
        if phone is None or not (phone.ringing or self._scene().call_phone):
            return await self.give(order, title)
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "answer": phone.answer,
            "hang_up": phone.hang_up,
            "hold": lambda: phone.hold(isinstance(order, orders.Hold) and order.on),
            "mute": lambda: phone.mute(isinstance(order, orders.Mute) and order.on),
        }
        try:
            await deeds[act]()
        except PhoneError as error:
            self._failed(title, error.word)
            return False
        if isinstance(order, orders.Hold | orders.Mute):
            await self.give(order.model_copy(update={"done": True}), title, quietly=True)
        return True

    async def send_keys(self, digits: str, title: str) -> bool:
        """Press keys towards the far end."""
        phone = self._scene().call_phone
        if phone is None:
            return await self.give(orders.SendKeys(digits=digits), title)
        try:
            await phone.send_keys(digits)
        except PhoneError as error:
            self._failed(title, error.word)
            return False
        return True

    async def _off_hold(self, title: str) -> bool:
        """A phone that holds would not hear whom the agent asks: the music is Asterisk's then."""
        if self._phone is None or not self._phone.on_hold:
            return True
        return await self.by_phone("hold", orders.Hold(on=False), title)

    def _may(self, kind: str) -> bool:
        if kind in ONCE and kind in self._under_way:
            return False
        if kind == "line_done":
            view = self._scene().view
            if view is self._line_given:
                return False
            self._line_given = view
        return True

    def _failed(self, title: str, word: str) -> None:
        texts = self._scene().texts
        why = texts.or_plain("problem", word)
        self._tell(Notice(texts("notice.failed", what=title, why=why), bad=True))
