"""Q03 on a real Asterisk: the agent hangs up, the caller is asked; who hangs up first is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from tests.support.agent_phone import agent_phone
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
    assert [event.kind for event in events][-1] == "ended"


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
