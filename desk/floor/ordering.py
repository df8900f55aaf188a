"""What a panel orders, carried out: one method a kind, a word for why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from calls.errors import CallCenterError
from calls.floor import orders
from calls.floor.events import HelpAnswered, HelpAsked, ShiftNote
from calls.floor.orders import Order
from calls.floor.states import REASONS, AgentState
from calls.masking import plain
from desk.ami.errors import AmiGoneError
from desk.control.calls import CallControl
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.floor.house import FloorHouse
from desk.floor.notes import NOTE_CELLS
from desk.floor.standing import HelpDesk, Mutes
from desk.floor.talks import Talks
from desk.roster.nailed_up import NailedLines
from desk.roster.roster import Roster
from desk.supervision.spoken import SpokenCues
from desk.supervision.spying import Spies

NO_CALL: Final = "no_call"
BY_PHONE: Final = "by_phone"
"""Only the phone itself can do it: pick it up."""

_log = structlog.get_logger("desk")

Deed = Callable[[str, Any], Awaitable[str]]


class Ordering:
    """Carries out the orders of all panels; `kept` is told facts that go on every panel."""

    def __init__(
        self,
        house: FloorHouse,
        roster: Roster,
        talks: Talks,
        control: CallControl,
        spies: Spies,
        cues: SpokenCues,
        *,
        nailed_up: NailedLines,
        helps: HelpDesk,
        mutes: Mutes,
        noted: Callable[[str, ShiftNote], None],
    ) -> None:
        self._house, self._roster, self._talks = house, roster, talks
        self._control, self._spies, self._cues = control, spies, cues
        self._nailed_up = nailed_up
        self._helps, self._mutes, self._noted = helps, mutes, noted
        self._deeds: Mapping[type[Order], Deed] = {
            orders.Ready: self._ready,
            orders.NotReady: self._not_ready,
            orders.SignOut: self._sign_out,
            orders.Answer: self._answer,
            orders.HangUp: self._hang_up,
            orders.Hold: self._hold,
            orders.Mute: self._mute,
            orders.SendKeys: self._send_keys,
            orders.Transfer: self._transfer,
            orders.Consult: self._consult,
            orders.AskHelp: self._ask_help,
            orders.AnswerHelp: self._answer_help,
            orders.WrapUp: self._wrap_up,
            orders.AddNote: self._add_note,
            orders.Spy: self._spy,
            orders.Cue: self._cue,
        }

    async def carry_out(self, agent: str, order: Order) -> str:
        """Do it; empty when it was done. Never raises."""
        try:
            deed = self._deeds.get(type(order))
            return await (deed(agent, order) if deed else self._to_the_coach(agent, order))
        except ControlError as error:
            return error.word
        except CallCenterError as error:
            _log.warning("an order failed", agent=agent, problem=str(error))
            return "failed"
        except Exception as error:  # noqa: BLE001 - one order must not cost the panel its line
            _log.exception(
                "an order broke",
                agent=agent,
                order=type(order).__name__,
                error=type(error).__name__,
            )
            return "failed"

    # -- the agent's own state -------------------------------------------------------------------

    async def _ready(self, agent: str, _order: orders.Ready) -> str:
        self._roster.ready(agent)
        self._nailed_up.call(agent)
        return ""

    async def _not_ready(self, agent: str, order: orders.NotReady) -> str:
        if order.reason not in REASONS:
            return "no_such_reason"
        signs_in = self._roster.status(agent).state is AgentState.SIGNED_OUT
        self._roster.not_ready(agent, order.reason)
        if signs_in:
            self._nailed_up.call(agent)
        return ""

    async def _sign_out(self, agent: str, _order: orders.SignOut) -> str:
        self._roster.sign_out(agent)
        return ""

    async def _wrap_up(self, agent: str, order: orders.WrapUp) -> str:
        known = {one.name for one in self._house.dispositions}
        found = self._talks.of(agent)
        own = found.disposition if found is not None else ""
        if not order.disposition or order.disposition not in {*known, own}:
            return "no_such_disposition"
        problem = await self._roster.wrap_up(agent, order.call_id, order.disposition, order.note)
        if not problem:
            self._talks.put_away(agent, order.call_id)
        return problem

    async def _add_note(self, agent: str, order: orders.AddNote) -> str:
        text = plain(order.text.strip(), most_cells=NOTE_CELLS)
        if not text:
            return "empty"
        note = ShiftNote(text=text)
        self._roster.keep(agent, note)
        self._noted(agent, note)
        return ""

    # -- the call --------------------------------------------------------------------------------

    def _live(self, agent: str) -> LiveCall:
        found = self._talks.of(agent)
        live = None if found is None else found.live
        if live is None:
            raise ControlError("call_gone", f"{agent}: no call at the ear")
        return live

    def _at_ear(self, agent: str) -> LiveCall:
        """Also a call that nobody is coached through: a colleague asks, or it came straight."""
        status, found = self._roster.status(agent), self._talks.of(agent)
        if (found is None or found.live is None) and status.channel:
            return LiveCall(
                call_id=status.call_id,
                agent=agent,
                agent_channel=status.channel,
                caller_channel=status.caller_channel,
            )
        return self._live(agent)

    async def _to_the_coach(self, agent: str, order: Order) -> str:
        found = self._talks.of(agent)
        if found is None or found.coach is None or found.over:
            return NO_CALL
        return found.coach.take(order)  # type: ignore[arg-type]

    async def _answer(self, agent: str, _order: orders.Answer) -> str:
        if self._roster.offer(agent) is None:
            return NO_CALL
        try:
            return "" if await self._nailed_up.answer(agent) else BY_PHONE
        except AmiGoneError:
            return "pbx_away"

    async def _hang_up(self, agent: str, _order: orders.HangUp) -> str:
        await self._control.hang_up(self._at_ear(agent))
        return ""

    async def _hold(self, agent: str, order: orders.Hold) -> str:
        if not order.done:
            await self._control.hold(self._live(agent), order.on)
        return ""

    async def _mute(self, agent: str, order: orders.Mute) -> str:
        live = self._at_ear(agent)
        if not order.done:
            await self._control.mute(live, order.on)
        self._mutes.mute(agent, live.agent_channel, on=order.on)
        return ""

    async def _send_keys(self, agent: str, order: orders.SendKeys) -> str:
        await self._control.send_keys(self._live(agent), order.digits)
        return ""

    async def _transfer(self, agent: str, order: orders.Transfer) -> str:
        reachable = {*self._house.agents, *(one.name for one in self._house.destinations)}
        if order.to not in reachable or order.to == agent:
            return "bad_target"
        live = self._live(agent)
        if order.how == "blind":
            await self._control.transfer_blind(live, order.to)
        else:
            await self._control.transfer_attended(live, order.to)
        self._talks.moved(agent, order.to, "blind" if order.how == "blind" else "consult")
        return ""

    async def _consult(self, agent: str, order: orders.Consult) -> str:
        live, under_way = self._live(agent), self._control.consult_of(agent)
        match order.how:
            case "complete":
                await self._control.complete(live)
            case "cancel":
                await self._control.cancel(live)
            case "three_way":
                await self._control.three_way(live)
        self._talks.moved(agent, under_way.to if under_way else "", order.how)
        return ""

    # -- help and supervision --------------------------------------------------------------------

    async def _ask_help(self, agent: str, order: orders.AskHelp) -> str:
        found = self._talks.of(agent)
        call_id = "" if found is None or found.over else found.call.id
        if order.on:
            text = plain(order.text, most_cells=200)
            self._roster.keep(agent, HelpAsked(call_id=call_id, text=text))
            self._helps.ask(agent, text)
        elif self._helps.answered(agent):
            self._roster.keep(agent, HelpAnswered(by=agent))
        return ""

    async def _answer_help(self, agent: str, order: orders.AnswerHelp) -> str:
        if not self._supervises(agent):
            return "not_supervisor"
        if not self._helps.answered(order.agent):
            return "nobody_asks"
        self._roster.keep(order.agent, HelpAnswered(by=agent))
        return ""

    async def _spy(self, agent: str, order: orders.Spy) -> str:
        await self._spies.order(agent, order.agent, order.mode)
        return ""

    async def _cue(self, agent: str, order: orders.Cue) -> str:
        await self._cues.order(agent, order.agent, order.text)
        return ""

    def _supervises(self, agent: str) -> bool:
        card = self._house.agents.get(agent)
        return card is not None and card.supervisor
