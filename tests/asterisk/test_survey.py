"""Q03 on a real Asterisk: the agent hangs up, the caller is asked; who hangs up first is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from calls.floor.orders import Ready
from calls.floor.states import AgentState
from ledger.rows import CallRow
from tests.support.agent_phone import agent_phone, agent_phones
from tests.support.desk_panel import desk_panel
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    new_ledger,
    start_hotline,
    starts_to_hear,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house's scripts with an entry that leads to the queue, and from there to the survey."""
    folder = straight_on(tmp_path_factory.mktemp("house"))
    entry = folder / "greetings.yaml"
    flow = entry.read_text("utf-8").replace("served:\n    end: served", "served: {call: survey}")
    entry.write_text(flow, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx, scripts: Path) -> Iterator[Hotline]:
    pbx.ask_own_server()
    new_ledger(pbx.state)
    running = start_hotline(pbx, more=(f'scripts = "{scripts}"', "prove = false"))
    yield running
    stop_hotline(running)


def verdicts(events: Sequence[CallEvent]) -> list[tuple[Any, ...]]:
    """Question, answer and points of every verdict, in order."""
    return [
        (event.data["question"], event.data["answer"], event.data["score"])
        for event in events
        if event.kind == "surveyed"
    ]


async def test_a_caller_whose_agent_hangs_up_is_asked_and_the_keys_are_the_verdict(
    caller: SipCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with agent_phone(pbx) as agent:
        assert await caller.invite(number="13800005001") is None
        talk = await agent.pick_up()
        await asyncio.sleep(1)
        await talk.hangup()
        await has_heard(caller, line_sound("survey_satisfaction"))
        await caller.press("2")
        await starts_to_hear(caller, line_sound("survey_resolved"))
        await caller.press("1")  # in the middle of the question
        await has_heard(caller, line_sound("survey_thanks"))
        await caller.listen(5)
    call, events = await hotline.call_of("13800005001")

    assert verdicts(events) == [
        ("satisfaction", "", None),
        ("satisfaction", "so_so", 3),
        ("resolved", "", None),
        ("resolved", "resolved", 5),
    ]
    assert (call.hung_up_by, call.end_reason, call.disposition) == ("us", "completed", "served")
    assert caller.hung_up.is_set()


async def test_a_caller_who_hangs_up_first_is_asked_nothing(
    caller: SipCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with agent_phone(pbx) as agent:
        assert await caller.invite(number="13800005002") is None
        await agent.pick_up()
        await asyncio.sleep(1)
        caller.hang_up()
        await asyncio.sleep(1)
    call, events = await hotline.call_of("13800005002")

    assert verdicts(events) == []
    assert (call.hung_up_by, call.end_reason) == ("caller", "caller_hung_up")


async def test_a_caller_who_hangs_up_in_the_question_was_asked_and_gave_no_verdict(
    caller: SipCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with agent_phone(pbx) as agent:
        assert await caller.invite(number="13800005003") is None
        talk = await agent.pick_up()
        await asyncio.sleep(1)
        await talk.hangup()
        await starts_to_hear(caller, line_sound("survey_satisfaction"))
        caller.hang_up()
        await asyncio.sleep(1)
    call, events = await hotline.call_of("13800005003")

    assert verdicts(events) == [("satisfaction", "", None)]
    assert (call.hung_up_by, call.end_reason) == ("caller", "caller_hung_up")


CALLS_BACK = (
    "port = 0",
    "[survey]",
    "call_back = true",
    "after_min = 0",
    'opens = "00:00"',
    'closes = "23:59"',
    'dial = "Local/802@cc-customer-{number}"',
)


async def said(running: Hotline, line: str, *, timeout_s: float = 60.0) -> None:
    """Wait until the call back begins to say a line."""
    deadline = time.monotonic() + timeout_s
    while not any(
        event.kind == "saying" and event.data["line"] == line
        for call in _outbound(running)
        for event in _events(running, call.id)
    ):
        assert time.monotonic() < deadline, f"{line} was not said"
        await asyncio.sleep(0.2)


def _outbound(running: Hotline) -> list[CallRow]:
    with running.reader() as reader:
        return [one for one in reader.calls() if one.direction == "outbound"]


def _events(running: Hotline, call_id: str) -> list[CallEvent]:
    with running.reader() as reader:
        return reader.events(call_id)


async def test_who_hung_up_first_is_called_back_once_and_the_verdict_is_of_the_first_call(
    new_caller: NewCaller, pbx: HousePbx, scripts: Path, hotline: Hotline
) -> None:
    """The customer's telephone is 802's: this Asterisk has no line out."""
    stop_hotline(hotline)
    new_ledger(pbx.state)
    number = "13800005004"
    pbx.cli(f"dialplan add extension 802,1,Dial,PJSIP/802 into cc-customer-{number}")
    running = start_hotline(pbx, more=(f'scripts = "{scripts}"', "prove = false"), desk=CALLS_BACK)
    try:
        async with (
            agent_phones(pbx, "801", "802") as (agent, customer),
            desk_panel(running.state) as panel,
            new_caller() as caller,
        ):
            await panel.until(lambda view: view.phone.registered)
            assert await panel.order(Ready()) == ""
            await panel.until(lambda view: view.state.state is AgentState.READY)
            assert await caller.invite(number=number) is None
            await agent.pick_up()
            await panel.says("greeting")
            caller.hang_up()
            call, _ = await running.call_of(number)
            talk = await customer.pick_up(timeout_s=60)
            await said(running, "survey_satisfaction")
            await talk.send_dtmf("3")
            await said(running, "survey_resolved")
            await talk.send_dtmf("2")
            await said(running, "survey_thanks")
            await asyncio.sleep(12)  # the next two looks of the desk
        events = _events(running, call.id)
        (back,) = _outbound(running)
    finally:
        stop_hotline(running)
        pbx.cli("dialplan reload")

    assert (call.hung_up_by, call.end_reason) == ("caller", "caller_hung_up")
    assert verdicts(events) == [
        ("satisfaction", "", None),
        ("satisfaction", "dissatisfied", 1),
        ("resolved", "unresolved", 1),
    ]
    assert {event.data["by"] for event in events if event.kind == "surveyed"} == {"callback"}
    assert (back.dnis, back.flow, back.disposition) == (number, "survey_call", "served")
