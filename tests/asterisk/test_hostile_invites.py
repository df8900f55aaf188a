"""What a stranger writes into an INVITE reaches no line of the AGI environment."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from tests.support.fast_agi import Dialogue, fast_agi
from tests.support.pbx import HousePbx
from tests.support.sip_caller import Refused, SipCaller

pytestmark = pytest.mark.asterisk

INJECTED = "%0Aagi_arg_9%3A%20evil%0Aagi_extension%3A%20pwn"
ENDED_EARLY = "%0A%0AHANGUP"
CARRIAGE = "%0D%0Aagi_arg_9%3A%20evil"

HOSTILE_NUMBERS = [
    f"138{INJECTED}",
    f"138{ENDED_EARLY}",
    f"138{CARRIAGE}",
    "138%00evil",
    "138%22%0ASET%20VARIABLE%20PWN%20yes",
    "138%2CSYSTEM%28id%29",
    "%24%7BSHELL(id)%7D",
    "138%ff%fe%80",
    "1" * 300,
]
HOSTILE_NAMES = [
    "evil\\nagi_arg_9: evil",
    "a\\\nagi_arg_9: evil",
    "%0Aagi_arg_9: evil",
    "\x1b[31mred\x07",
    "=cmd|' /C calc'!A0",
    "${SHELL(id)}",
    "\u202eevil",
]
HOSTILE_TARGETS = [
    f"1000{INJECTED}",
    f"1000{ENDED_EARLY}",
    "10%22%3d%2210",
    "1000%22",
    "1000%2C1%2CSystem(id)",
    "h",
    "T",
    "s",
    "_hung-up",
    "cc-fallback",
]
DIVERSIONS = [
    f"<sip:86{INJECTED}@127.0.0.1>;reason=unconditional",
    f"<sip:86{ENDED_EARLY}@127.0.0.1>;reason=user-busy",
    '"x\\nagi_arg_9: evil" <sip:8610%0Aagi_arg_8%3A%20evil@127.0.0.1>',
]


async def done(dialogue: Dialogue) -> None:
    await dialogue.command("SET VARIABLE CC_DONE 1")
    await dialogue.command("HANGUP")


async def lines_of(
    caller: SipCaller, pbx: HousePbx, to: str = "1000", **invite: object
) -> list[str] | None:
    """The AGI environment such a call leads to; None when it was refused or ignored without one."""
    async with fast_agi(pbx.agi_port, **{"*": done}) as agi:
        with suppress(TimeoutError):
            await caller.invite(to, timeout_s=3.0, **invite)  # type: ignore[arg-type]
    assert len(agi.sessions) <= 1
    return agi.sessions[0].lines if agi.sessions else None


def check_no_line_is_forged(lines: list[str]) -> None:
    names = [line.partition(":")[0] for line in lines]
    assert all(re.fullmatch(r"agi_[a-z0-9_]+: ?.*", line) for line in lines), lines
    assert len(names) == len(set(names)), lines
    assert names[0] == "agi_network"
    assert "agi_arg_9" not in names
    values = dict(line.split(": ", 1) for line in lines if ": " in line)
    assert values["agi_network_script"] == "greetings"
    assert values["agi_arg_1"] == "1000"
    assert values["agi_context"] == "cc-call"
    assert re.fullmatch(r"[0-9+*#]*|unknown", values["agi_callerid"])
    assert re.fullmatch(r"[0-9+*#]*|unknown", values["agi_rdnis"])
    assert re.fullmatch(r"[0-9+*#]*|unknown", values["agi_dnid"])
    assert not re.search(r"[\x00-\x1f\x7f]", values["agi_calleridname"])


@pytest.mark.parametrize("number", [f"138{INJECTED}", f"138{ENDED_EARLY}"])
async def test_the_injections_that_once_worked_are_answered_and_forge_nothing(
    caller: SipCaller, pbx: HousePbx, number: str
) -> None:
    lines = await lines_of(caller, pbx, number=number)

    assert lines is not None
    check_no_line_is_forged(lines)


@pytest.mark.parametrize("number", HOSTILE_NUMBERS)
async def test_a_hostile_number_forges_no_line(
    caller: SipCaller, pbx: HousePbx, number: str
) -> None:
    lines = await lines_of(caller, pbx, number=number)

    if lines is not None:
        check_no_line_is_forged(lines)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_hostile_name_forges_no_line(caller: SipCaller, pbx: HousePbx, name: str) -> None:
    lines = await lines_of(caller, pbx, name=name)

    if lines is not None:
        check_no_line_is_forged(lines)


@pytest.mark.parametrize("diversion", DIVERSIONS)
async def test_a_hostile_diversion_forges_no_line(
    caller: SipCaller, pbx: HousePbx, diversion: str
) -> None:
    lines = await lines_of(caller, pbx, extra=(("Diversion", diversion),))

    assert lines is not None
    check_no_line_is_forged(lines)


@pytest.mark.parametrize("target", HOSTILE_TARGETS)
async def test_a_hostile_number_dialled_reaches_no_flow(
    caller: SipCaller, pbx: HousePbx, target: str
) -> None:
    async with fast_agi(pbx.agi_port, **{"*": done}) as agi:
        refused = await caller.invite(target)

    assert isinstance(refused, Refused)
    assert agi.sessions == []


async def test_an_honest_call_keeps_its_number_and_name(caller: SipCaller, pbx: HousePbx) -> None:
    lines = await lines_of(caller, pbx, number="+8613800001111", name="王小明")

    assert lines is not None
    check_no_line_is_forged(lines)
    assert "agi_callerid: +8613800001111" in lines
    assert "agi_calleridname: 王小明" in lines


async def test_a_stranger_may_not_use_an_agents_name(caller: SipCaller) -> None:
    refused = await caller.invite(number="801")

    assert isinstance(refused, Refused)
    assert refused.status == 401
