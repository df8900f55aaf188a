"""What a stranger writes into an INVITE, against the real server: no line, no event, no control."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

import pytest

from tests.asterisk.test_hostile_invites import (
    DIVERSIONS,
    HOSTILE_NAMES,
    HOSTILE_NUMBERS,
    HOSTILE_TARGETS,
)
from tests.support.hotline import Hotline, start_hotline, stop_hotline
from tests.support.pbx import HousePbx
from tests.support.sip_caller import Refused, SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

CANARY = "13812345678"
"""A number that may stand in the ledger and nowhere else."""

NUMBERS = [
    f"{CANARY}%0Aagi_arg_x%3A%20evil%0Aagi_extension%3A%20pwn",
    f"{CANARY}%0A%0AHANGUP",
    f"{CANARY}%0D%0Aagi_arg_x%3A%20evil",
    f"{CANARY}%22%0ASET%20VARIABLE%20PWN%20yes",
    *HOSTILE_NUMBERS,
]
NAMES = [
    *HOSTILE_NAMES,
    "[red]markup[/red] [@click=app.quit]x",
    "{{ 7*7 }}",
    "a,CC_DONE=1",
    "-1+1",
]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hotline(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    (pbx.state / "serve.log").unlink(missing_ok=True)
    running = start_hotline(pbx, log_level="debug")
    yield running
    stop_hotline(running)


async def calls(new_caller: NewCaller, to: str = "1000", **invite: object) -> str:
    """One hostile call, ended by the caller a second later: answered, refused or ignored."""
    async with new_caller() as one:
        with suppress(TimeoutError):
            answer = await one.invite(to, timeout_s=8.0, **invite)  # type: ignore[arg-type]
            if isinstance(answer, Refused):
                return "refused"
            await one.listen(1.0)
            assert not one.hung_up.is_set()
            one.hang_up()
            return "answered"
        return "ignored"


async def test_hostile_calls_are_answered_or_refused_and_leave_only_clean_facts(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    with hotline.reader() as reader:
        before = {call.id for call in reader.calls()}
    dialled = await asyncio.gather(*(calls(new_caller, to) for to in HOSTILE_TARGETS))
    others = await asyncio.gather(
        *(calls(new_caller, number=number) for number in NUMBERS),
        *(calls(new_caller, name=name) for name in NAMES),
        *(calls(new_caller, extra=(("Diversion", value),)) for value in DIVERSIONS),
    )

    assert set(dialled) == {"refused"}
    assert others.count("answered") >= len(others) - 2, others
    assert await all_ended(hotline, before, others.count("answered"))
    check_the_ledger(hotline, before)
    check_the_log((pbx.state / "serve.log").read_text("utf-8"))
    check_what_is_shown(hotline, before)
    for path in (pbx.options.folder / "log").iterdir():
        assert CANARY not in path.read_text("utf-8", errors="replace"), path.name


async def all_ended(hotline: Hotline, before: set[str], count: int) -> bool:
    for _ in range(100):
        with hotline.reader() as reader:
            new = [call for call in reader.calls() if call.id not in before]
        if len(new) == count and all(call.ended_at for call in new):
            return True
        await asyncio.sleep(0.1)
    return False


def check_the_ledger(hotline: Hotline, before: set[str]) -> None:
    with hotline.reader() as reader:
        new = [call for call in reader.calls() if call.id not in before]
        events = {call.id: reader.events(call.id) for call in new}
    assert any(call.ani.startswith(CANARY) for call in new)
    for call in new:
        assert re.fullmatch(r"[0-9+*#]*", call.ani)
        assert (call.dnis, call.flow, call.direction) == ("1000", "greetings", "inbound")
        assert not CONTROL.search(call.caller_name)
        assert "\n" not in call.caller_name
        assert (call.end_reason, call.rings) == ("caller_hung_up", 1)
        kinds = [event.kind for event in events[call.id]]
        assert kinds[0] == "offered"
        assert set(kinds) <= {
            *("offered", "answered", "stepped", "looked_up", "saying", "said"),
            *("hung_up", "ended", "rules_judged"),
        }
        assert [kinds.count(kind) for kind in ("offered", "answered", "hung_up", "ended")] == [
            1
        ] * 4


def check_the_log(log: str) -> None:
    assert "agi command" in log
    assert CANARY not in log
    assert "1111111" not in log
    assert not CONTROL.search(log)
    lines = [line for line in log.splitlines() if not line.startswith("answering on")]
    expected = r"(flows name what is not|a key was made for the recordings)"
    whole = re.compile(rf'timestamp=\S+Z level=(debug|info|warning event="{expected})')
    assert [line for line in lines if not whole.match(line)] == []


def check_what_is_shown(hotline: Hotline, before: set[str]) -> None:
    shown = thirdring(hotline, "calls", "list", "--limit", "0")
    told = json.loads(thirdring(hotline, "calls", "list", "--json"))
    new = [call["id"] for call in told if call["id"] not in before]
    story = thirdring(hotline, "calls", "show", new[-1])
    for text in (shown, story):
        assert not CONTROL.search(text)
        assert CANARY not in text
    names = {call["caller_name"] for call in told}
    assert any("[red]markup[/red]" in name for name in names)
    assert "49" not in names


def thirdring(hotline: Hotline, *words: str) -> str:
    program = Path(sys.executable).parent / "thirdring"
    arguments: Sequence[str] = [str(program), *words, "--state", str(hotline.state)]
    done = subprocess.run(arguments, capture_output=True, check=True)
    return done.stdout.decode()
