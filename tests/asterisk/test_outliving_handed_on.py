"""An agent hands the caller to a colleague, and it comes about while no server is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from calls.floor.orders import Ready, Transfer, WrapUp
from calls.floor.states import AgentState
from tests.support.agent_phone import AgentPhone, agent_phones, is_heard
from tests.support.desk_panel import DeskPanel, call_of, desk_panel
from tests.support.outliving import QUEUE, NewCaller, Stage, new_stage, server_on
from tests.support.pbx import HousePbx

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


@dataclass
class TwoAgents:
    """801, who is ready, and 802, who is only asked."""

    stage: Stage
    colleague: AgentPhone

    @asynccontextmanager
    async def panels(self) -> AsyncIterator[tuple[DeskPanel, DeskPanel]]:
        """Of both; they end with their desk."""
        async with AsyncExitStack() as both:
            state = self.stage.server.pbx.state
            first, second = [
                await both.enter_async_context(desk_panel(state, number))
                for number in ("801", "802")
            ]
            await second.until(lambda view: view.phone.registered)
            yield first, second

    async def talk(self, first: DeskPanel) -> Any:
        """801 has the caller; 801's call."""
        await first.until(lambda view: view.phone.registered)
        assert await first.order(Ready()) == ""
        await self.stage.calls()
        talk = await self.stage.talks()
        await first.until(lambda view: view.state.state is AgentState.ON_CALL)
        return talk

    async def is_the_colleagues(self, talk: Any) -> None:
        """A new server knows the call for 802's, and 801 for done with it."""
        await self.stage.server.starts()
        async with self.panels() as (first, second):
            view = await first.until(lambda view: view.call is not None and view.call.over)
            order = WrapUp(call_id=call_of(view).call_id, disposition="transferred")
            assert await first.order(order) == ""
            await first.until(lambda view: view.state.state is AgentState.READY and not view.call)
            view = await second.until(
                lambda view: view.state.state is AgentState.ON_CALL and view.call is not None
            )
            assert not call_of(view).over
            assert await is_heard(talk, self.stage.caller)
            await talk.hangup()
            # The phone's state and the talk's end are told one after the other.
            await second.until(
                lambda view: (
                    view.state.state is AgentState.WRAP_UP
                    and view.call is not None
                    and view.call.over
                )
            )

    async def is_kept(self, kind: str, agent: str) -> None:
        """The ledger has the fact: a panel is told some milliseconds before."""
        with self.stage.server.now.reader() as reader:
            (call,) = reader.calls(live=True)
            while not any(
                (one.kind, one.data.get("agent")) == (kind, agent) for one in reader.events(call.id)
            ):
                await asyncio.sleep(0.02)

    async def told(self) -> Sequence[CallEvent]:
        """What the ledger tells of the call."""
        call, events = await self.stage.server.now.call_of(self.stage.number)
        kinds = [event.kind for event in events]
        assert (call.agent, call.end_reason) == ("802", "agent_hung_up")
        assert (kinds.count("offered"), kinds.count("ended")) == (1, 1)
        assert "fault" not in kinds
        return events


@asynccontextmanager
async def two_agents(
    new_caller: NewCaller, pbx: HousePbx, folder: Path
) -> AsyncIterator[TwoAgents]:
    async with (
        server_on(pbx, folder / "scripts", QUEUE) as server,
        agent_phones(pbx, "801", "802") as (first, second),
        new_caller() as caller,
    ):
        yield TwoAgents(new_stage(server, first, caller), second)


async def test_a_caller_sent_to_a_colleague_who_picks_up_without_a_server_is_that_colleagues(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with two_agents(new_caller, pbx, tmp_path) as both:
        async with both.panels() as (first, second):
            await both.talk(first)
            assert await first.order(Transfer(to="802", how="blind")) == ""
            await second.until(lambda view: view.offer is not None)
            await both.is_kept("agent_offered", "802")
            await both.stage.server.dies()
        talk = await both.colleague.pick_up()
        await both.is_the_colleagues(talk)
        events = await both.told()

    assert [e.data["agent"] for e in events if e.kind == "agent_answered"] == ["801", "802"]
    offered = next(e for e in events if e.kind == "agent_offered" and e.data["agent"] == "802")
    answered = next(e for e in events if e.kind == "agent_answered" and e.data["agent"] == "802")
    # The wait for the colleague, not the caller's for the first agent.
    assert answered.data["waited_ms"] == answered.offset_ms - offered.offset_ms


async def test_a_caller_left_to_the_colleague_who_was_asked_without_a_server_is_that_colleagues(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with two_agents(new_caller, pbx, tmp_path) as both:
        async with both.panels() as (first, second):
            own = await both.talk(first)
            assert await first.order(Transfer(to="802", how="attended")) == ""
            talk = await both.colleague.pick_up()
            await second.until(lambda view: view.state.state is AgentState.CONSULT)
            await first.until(
                lambda view: (
                    view.call is not None
                    and view.call.consult is not None
                    and view.call.consult.state == "talking"
                )
            )
            await both.stage.server.dies()
        await own.hangup()
        await both.is_the_colleagues(talk)
        events = await both.told()

    answered = [event.data for event in events if event.kind == "agent_answered"]
    assert [one["agent"] for one in answered] == ["801", "802"]
    # The caller's wait was over with the first agent.
    assert answered[1]["waited_ms"] == 0
