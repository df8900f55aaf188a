"""Transfers on a practice call: the colleague is a stand-in, who always picks up."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Protocol

from calls.call import Call
from calls.events import Transferred, Transferring
from calls.floor import orders
from calls.floor.view import ConsultView
from launch.practice.stage import WAIT_MS


class Party(Protocol):
    """The practice call, to which a transfer happens."""

    def waits(self, *, on: bool) -> None:
        """The caller hears music, or no more."""

    def handed_on(self) -> None:
        """The colleague has the caller; the agent is out."""

    def changed(self) -> None:
        """The panel must be shown anew."""


class PracticeTransfers:
    """What becomes of the transfers of one call. Use on one event loop.

    The problems' words are those of a real desk: `bad_target`, `consult_under_way`, `no_consult`,
    `not_talking_yet`.
    """

    def __init__(self, call: Call, party: Party, reachable: Collection[str]) -> None:
        """`reachable` are the names of destinations and the numbers of colleagues."""
        self._call, self._party, self._reachable = call, party, frozenset(reachable)
        self._to = self._state = ""
        self._since_ms = self._began_ms = 0
        self._answering: asyncio.Task[None] | None = None

    def view(self) -> ConsultView | None:
        """The attended one under way."""
        if not self._state:
            return None
        for_ms = self._call.elapsed_ms() - self._since_ms
        return ConsultView(to=self._to, state=self._state, for_ms=for_ms)

    def transfer(self, order: orders.Transfer) -> str:
        """Send the caller on; why not, empty when it was done."""
        if order.to not in self._reachable:
            return "bad_target"
        if self._state:
            return "consult_under_way"
        self._to, self._began_ms = order.to, self._call.elapsed_ms()
        self._call.record(Transferring(to=order.to))
        if order.how == "blind":
            self._hand_over()
            return ""
        self._enter("dialling")
        self._party.waits(on=True)
        self._answering = asyncio.get_running_loop().create_task(self._picks_up())
        return ""

    def consult(self, order: orders.Consult) -> str:
        """What the agent makes of the attended one; why not, empty when it was done."""
        if not self._state:
            return "no_consult"
        if order.how == "cancel":
            self._back()
        elif self._state == "dialling":
            return "not_talking_yet"
        elif order.how == "complete":
            self._hand_over()
        elif self._state == "talking":
            self._enter("three_way")
            self._party.waits(on=False)
        return ""

    def hangs_up(self) -> bool:
        """The agent hangs up: whether a colleague on the line keeps the caller."""
        keeps = self._state in ("talking", "three_way")
        if keeps:
            self._hand_over()
        return keeps

    def close(self) -> None:
        """The call is over."""
        if self._answering is not None:
            self._answering.cancel()
        self._state = ""

    async def _picks_up(self) -> None:
        await asyncio.sleep(WAIT_MS / 1000)
        self._enter("talking")
        self._party.changed()

    def _enter(self, state: str) -> None:
        self._state, self._since_ms = state, self._call.elapsed_ms()

    def _back(self) -> None:
        self.close()
        self._ends("failed")
        self._party.waits(on=False)

    def _hand_over(self) -> None:
        self.close()
        self._ends("answered")
        self._party.handed_on()

    def _ends(self, result: str) -> None:
        waited_ms = self._call.elapsed_ms() - self._began_ms
        ended = Transferred(to=self._to, result=result, waited_ms=waited_ms, talked_ms=0)
        self._call.record(ended)
