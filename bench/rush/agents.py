"""The agents of the rush: each a real SIP phone and a panel of the real desk, driven by dice."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from calls.floor.orders import (
    FormDone,
    FormLeft,
    LineDone,
    Order,
    Pick,
    Ready,
    SignOut,
    WrapUp,
)
from calls.floor.script_view import FieldView
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from tests.support.agent_phone import AgentPhone
from tests.support.desk_panel import DeskPanel

OFTEN_MISSES, OFTEN_HOLDS = 0.02, 0.15
SHOWS_S = 10.0
"""A panel that does not show a call, its end, or a state in this time is a fault."""


@dataclass(slots=True)
class Shift:
    """What one agent's own phone and clock say of the shift."""

    number: str
    began: float = 0.0
    ended: float = 0.0
    rang_s: float = 0.0
    talked_s: float = 0.0
    answered: int = 0
    missed: int = 0
    caller_gone: int = 0
    doubles: int = 0
    """Calls that came to a phone that had one."""

    problems: Counter[str] = field(default_factory=Counter)


class Agent:
    """One person at work. `met` is told the last four digits of a caller who is talked to."""

    def __init__(
        self,
        number: str,
        phone: AgentPhone,
        panel: DeskPanel,
        met: Callable[[str], None],
        dice: random.Random,
        handle_s: float,
    ) -> None:
        self.shift = Shift(number)
        self._phone, self._panel, self._met = phone, panel, met
        self._dice, self._handle_s = dice, handle_s
        self._at_phone: asyncio.Task[None] | None = None
        self._open: set[asyncio.Event] = set()
        """The ends of the calls that the phone has now."""

    async def begin(self) -> None:
        """Sign in."""
        self.shift.began = time.monotonic()
        await self._order(Ready())
        await self._until("ready", lambda view: view.state.state is AgentState.READY)

    async def work(self) -> None:
        """Take every call, until cancelled."""
        while True:
            call = await self._phone.incoming.get()
            if self._open:
                self.shift.doubles += 1
            self._at_phone = asyncio.create_task(self._take(call, self._ends(call)))

    async def end(self) -> None:
        """Sign out."""
        if self._at_phone is not None:
            await asyncio.wait([self._at_phone], timeout=60)
            if not self._at_phone.done():
                self.shift.problems["never done with a call"] += 1
                self._at_phone.cancel()
        await self._order(SignOut())
        await self._until("signed out", lambda view: view.state.state is AgentState.SIGNED_OUT)
        self.shift.ended = time.monotonic()

    def _ends(self, call: Any) -> asyncio.Event:
        from baresip import Event

        over = asyncio.Event()
        self._open.add(over)

        def take(event: Any) -> None:
            if event.event is Event.CALL_CLOSED:
                self._open.discard(over)
                over.set()

        call.on(take)
        return over

    async def _take(self, call: Any, over: asyncio.Event) -> None:
        try:
            await self._ring_and_talk(call, over)
        except Exception as error:  # noqa: BLE001  told in the table
            self.shift.problems[f"{type(error).__name__}: {error}"[:120]] += 1
            await _hang_up(call)

    async def _ring_and_talk(self, call: Any, over: asyncio.Event) -> None:
        rang = time.monotonic()
        misses = self._dice.random() < OFTEN_MISSES
        picked = not await _within(over, 60 if misses else self._dice.uniform(0.5, 8))
        picked = picked and await self._picked_up(call)
        self.shift.rang_s += time.monotonic() - rang
        if not picked:
            await self._not_answered(misses)
            return
        since = time.monotonic()
        self.shift.answered += 1
        await self._talk(call, over, since)
        self.shift.talked_s += time.monotonic() - since
        await self._wrap_up()

    async def _picked_up(self, call: Any) -> bool:
        from baresip import BaresipError

        try:
            await call.answer()
            await call.wait_established()
        except BaresipError:
            return False
        return True

    async def _not_answered(self, misses: bool) -> None:
        if not misses:
            self.shift.caller_gone += 1
            return
        self.shift.missed += 1
        view = await self._until("after a miss", lambda view: view.offer is None)
        if view is not None and view.state.state is AgentState.NOT_READY:
            await asyncio.sleep(3)
            await self._order(Ready())

    # -- the talk --------------------------------------------------------------------------------

    async def _talk(self, call: Any, over: asyncio.Event, since: float) -> None:
        # Between the phone's answer and the server's news of it the caller is not yet known.
        view = await self._until("the call", lambda view: bool(view.call and view.call.script))
        if view is None or view.call is None:
            await _hang_up(call)
            return
        self._met(view.call.caller.number[-4:])
        until = since + self._dice.uniform(0.35, 1.0) * self._handle_s
        holds = self._dice.random() < OFTEN_HOLDS
        while time.monotonic() < until and not over.is_set():
            await self._on_script()
            if holds and time.monotonic() > since + 0.2 * self._handle_s:
                holds = False
                await _hold(call, over)
            await _within(over, self._dice.uniform(0.8, 2.0))
        if not over.is_set():
            await _hang_up(call)
            if not await _within(over, SHOWS_S):
                self.shift.problems["the phone's call does not end"] += 1

    async def _on_script(self) -> None:
        self._panel.views.clear()
        view = self._panel.view
        script = view.call.script if view and view.call else None
        if script is None:
            return
        order: Order | None = None
        if script.form is not None:
            values = {one.name: _filled(one) for one in script.form.fields}
            order = FormDone(form=script.form.name, values=values)
            if await self._order(order, "unfit") == "unfit":
                order = FormLeft(form=script.form.name)
            else:
                return
        elif script.line is not None:
            order = LineDone(line=script.line.name, how="confirmed")
        elif script.picks:
            order = Pick(keys=script.picks[0].name)
        if order is not None:
            await self._order(order)

    async def _wrap_up(self) -> None:
        view = await self._until("wrap-up", lambda view: view.state.state is AgentState.WRAP_UP)
        if view is None or view.call is None:
            return
        await asyncio.sleep(self._dice.uniform(0.05, 0.25) * self._handle_s)
        call = view.call
        disposition = call.disposition or call.dispositions[0].name
        await self._order(WrapUp(call_id=call.call_id, disposition=disposition, note=""))

    # -- the panel -------------------------------------------------------------------------------

    async def _order(self, order: Order, *borne: str) -> str:
        """The desk may refuse what came too late; anything else is a problem."""
        problem = await self._panel.order(order)
        if problem not in ("", "late", "no_call", *borne):
            self.shift.problems[f"{type(order).__name__}: {problem}"] += 1
        return problem

    async def _until(self, what: str, fits: Callable[[PanelView], bool]) -> PanelView | None:
        try:
            return await self._panel.until(fits, timeout_s=SHOWS_S)
        except AssertionError:
            shown = self._panel.view.state.state if self._panel.view else "nothing"
            self.shift.problems[f"not shown: {what} (shown: {shown})"] += 1
            return None


def _filled(one: FieldView) -> str | int | bool:
    """Something that fits the field."""
    fitting: dict[str, str | int | bool] = {
        "phone": "13800001234",
        "number": 1,
        "date": "2026-11-22",
        "flag": True,
        "choice": next(iter(one.choices), ""),
    }
    return one.value or fitting.get(one.type, "水压低")


async def _within(over: asyncio.Event, seconds: float) -> bool:
    """Whether the call ended in this time."""
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _hold(call: Any, over: asyncio.Event) -> None:
    from baresip import BaresipError

    try:
        await call.hold()
        await _within(over, 2)
        await call.resume()
    except BaresipError:
        return


async def _hang_up(call: Any) -> None:
    from baresip import BaresipError

    try:
        await call.hangup()
    except BaresipError:
        return
