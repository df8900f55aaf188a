"""801 at a panel on a terminal, which a test kills: what is known of it without a desk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.support.hotline import Hotline
from tests.support.pbx import HousePbx
from tests.support.terminal_panel import TerminalPanel
from tests.support.tones import until


def seen(hotline: Hotline, number: str, kind: str) -> list[Mapping[str, Any]]:
    """The data of a call's facts of one kind, so far."""
    with hotline.reader() as reader:
        found = [call for call in reader.calls() if call.ani == number]
        events = reader.events(found[-1].id) if found else []
    return [event.data for event in events if event.kind == kind]


def state_of(hotline: Hotline, agent: str) -> str:
    """By the last fact of the floor."""
    with hotline.reader() as reader:
        told = reader.floor_events(agent, kind="state")
    return str(told[-1].data["state"]) if told else ""


def phone_here(pbx: HousePbx, agent: str) -> bool:
    """Whether the phone is registered."""
    return f"  {agent}/sip:" in pbx.cli("pjsip show contacts")


async def signs_in(panel: TerminalPanel, pbx: HousePbx, hotline: Hotline) -> None:
    """801 becomes ready; a line that rings for it is picked up."""
    await until(lambda: phone_here(pbx, "801"), "801's phone is there", timeout_s=60)
    for _ in range(30):
        panel.press("r")
        await asyncio.sleep(1)
        panel.press("a")
        if state_of(hotline, "801") == "ready":
            return
    raise AssertionError(f"801 is {state_of(hotline, '801')}")


async def answers(panel: TerminalPanel, hotline: Hotline, number: str, times: int) -> None:
    """The call rings, and is answered by key; it is that agent's so many times then."""

    def rung() -> bool:
        return len(seen(hotline, number, "agent_offered")) == times

    await until(rung, "it rings", timeout_s=60)
    for _ in range(30):
        await asyncio.sleep(0.5)
        panel.press("a")
        if len(seen(hotline, number, "agent_answered")) == times:
            return
    raise AssertionError("not answered")
