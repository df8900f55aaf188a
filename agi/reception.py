"""From an incoming session to a call with a flow, and back to the dialplan at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from agi.away import AwayCall
from agi.channel import AgiChannel, Equipment
from agi.dialogue_log import masked_trace
from agi.pyst2 import AGILineLost
from agi.session import AgiSession
from agi.taking_up import SERVER_STOPPED, LeftCall, Standing, Start, at_the_desk, take_up
from callflow.conduct import conduct
from calls.call import Call, EndReason, EventSink
from calls.clock import Clock
from calls.errors import LedgerError
from calls.events import EndedFact, Offered
from calls.values import maker

_log = structlog.get_logger("agi.reception")
_offered = maker(Offered)


class Reception:
    """Receives every call of one server. `answer` is what FastAgiServer is given."""

    def __init__(
        self,
        *,
        start: Start,
        sink: EventSink,
        clock: Clock,
        equipment: Equipment,
        back: str,
        direction: Callable[[str], str] = lambda _flow: "inbound",
    ) -> None:
        """`direction` tells of a flow whether it is for calls that come in or that we place."""
        self._start = start
        self._direction = direction
        self._sink = sink
        self._clock = clock
        self._equipment = equipment
        self.back = back
        """`host:port` of this very process's private listener."""

    @property
    def elsewhere(self) -> int:
        """Callers without a line of the public listener whom only this process can carry on."""
        desk = self._equipment.desk
        return desk.back if self._equipment.found_again else desk.back + desk.waiting

    def expect(self, left: LeftCall) -> AwayCall:
        """From now on, what the dialplan tells here of a left call is kept for `take_up`."""
        return self._equipment.desk.expect(left.id, left.uniqueid)

    async def take_up(
        self, left: LeftCall, away: AwayCall, standing: Standing, agent_flow: str
    ) -> None:
        """Carry on a call that outlived the server that answered it.

        `agent_flow` is what an agent performs who picks up from now on.
        """
        call = Call.taken_up(self._clock, self._sink, left.events)
        channel = at_the_desk(left, call, self._equipment, self.back)
        await take_up(left, away, standing, agent_flow, channel, self._equipment, self._start)

    async def answer(self, session: AgiSession) -> None:
        """Carry one call from its offer to its end."""
        environment = session.environment
        call = Call(self._clock, self._sink)
        flow = environment.flow
        offer = _offered(
            uniqueid=environment.uniqueid,
            ani=environment.ani,
            dnis=environment.dnis,
            caller_name=environment.caller_name,
            direction=self._direction(flow),
            flow=flow,
            channel=environment.channel,
        )
        call.record(offer)
        session.name_for_log(call.id)
        channel = AgiChannel(call, session, self._equipment, self.back)
        try:
            await self._conduct(call, channel, offer)
        except asyncio.CancelledError:
            if not channel.line.left:
                call.broken_off(EndReason.INTERRUPTED, SERVER_STOPPED)
            raise
        except LedgerError as error:
            # A call that cannot be recorded is not answered: another server or the fallback may.
            _log.error("the ledger fails, call refused", call=call.id, problem=str(error))
            with suppress(LedgerError):
                call.broken_off(EndReason.FAILED, "the ledger fails")
        except Exception as error:  # noqa: BLE001  the dialplan's fallback takes this caller
            _log.error("a call failed", call=call.id, trace=masked_trace(error))
            call.broken_off(EndReason.FAILED, type(error).__name__)
        finally:
            channel.close()

    async def _conduct(self, call: Call, channel: AgiChannel, offer: Offered) -> None:
        # The offer is on disk before anything can answer it.
        await self._sink.durable()
        session = channel.line.session
        if session.hung_up or session.broken:
            gone = channel.line.fell(AGILineLost("gone before the first command"))
            reason = EndReason.NETWORK if gone.by == "network" else EndReason.CALLER_HUNG_UP
            call.record(EndedFact(end_reason=reason.value, disposition="abandoned"))
            return
        run = self._start(
            offer.flow,
            {"ani": offer.ani, "dnis": offer.dnis, "caller_name": offer.caller_name},
        )
        channel.knows = lambda: run.variables
        await conduct(call, run, channel)
