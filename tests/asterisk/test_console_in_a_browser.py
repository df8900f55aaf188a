"""A silent call on a real Asterisk, replayed, scored, disputed and resolved in a real Chromium.

CONSOLE_PICTURES=FOLDER writes what was seen there.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page

from calls.events import CallEvent
from calls.floor.orders import HangUp, LineDone, Ready, WrapUp
from calls.floor.states import AgentState
from calls.quality.states import Role
from console.accounts.service import Accounts
from ledger.quality.book import QualityBook
from softphone_panel.phone.built_in import built_in_phone
from tests.support.browser import PASSWORD, chromium, signed_in
from tests.support.desk_panel import call_of, desk_panel, line_of
from tests.support.floor import phone_of
from tests.support.heard import frame_levels
from tests.support.hotline import (
    Hotline,
    length_ms,
    line_sound,
    new_ledger,
    start_hotline,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import FLOW, straight_on
from tests.support.tones import until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.browser]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]
NUMBER = "13800007001"
SILENT = ("greeting", "how_may_i_help", "hello", "hello", "no_voice")
"""What the house says to a silent caller (A11)."""

ALIGNED_MS = 50
FRAME_MS = 20
LOUD_DBOV = -50.0

RECORDED = FLOW.replace(
    "  hold:\n",
    "  welcome:\n    say: greeting\n  notice:\n    say: recording_notice\n"
    "  recording:\n    record: start\n"
    "  wait:\n    say: please_hold\n  hold:\n",
)


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A server whose calls are recorded and put into the queue, with its console."""
    pbx.ask_own_server()
    new_ledger(pbx.state)
    scripts = straight_on(tmp_path_factory.mktemp("house"))
    (scripts / "greetings.yaml").write_text(RECORDED, encoding="utf-8")
    running = start_hotline(
        pbx,
        more=(f'scripts = "{scripts}"', "prove = false"),
        desk=("port = 0",),
        console=("port = 0",),
    )
    yield running
    stop_hotline(running)


async def address_of_console(hotline: Hotline) -> str:
    """As `thirdring serve` tells it once the console answers."""
    for _ in range(600):
        told = json.loads((hotline.state / "serve.json").read_text(encoding="utf-8"))
        if told["console"]:
            return str(told["console"])
        await asyncio.sleep(0.1)
    raise AssertionError("no console")


def people(hotline: Hotline) -> None:
    """One account of each role that has something to do with a score."""
    with QualityBook.open(hotline.state / "quality.sqlite") as book:
        accounts = Accounts(book)
        there = {account.name for account in book.accounts()}
        for name, role, agent in (
            ("lin", Role.QA, ""),
            ("wang", Role.AGENT, "801"),
            ("zhao", Role.SUPERVISOR, ""),
        ):
            if name not in there:
                accounts.add(name, role, PASSWORD, actor="system", agent=agent)


async def silent_call(pbx: HousePbx, hotline: Hotline, new_caller: NewCaller) -> str:
    """An agent treats a silent caller as the panel says, aloud; gives the call's id."""
    async with (
        built_in_phone(phone_of(pbx, "801")) as phone,
        desk_panel(hotline.state) as panel,
        new_caller() as caller,
    ):
        assert await panel.order(Ready()) == ""
        await panel.until(lambda view: view.state.state is AgentState.READY)
        assert await caller.invite(number=NUMBER) is None
        await panel.until(lambda view: view.offer is not None)
        await until(lambda: phone.ringing, "it rings")
        await phone.answer()
        for line in SILENT:
            await panel.says(line)
            sound = line_sound(line)
            phone.speak(sound.tobytes())
            await asyncio.sleep(length_ms(sound) / 1000)
            if panel.view and line_of(panel.view) == line:  # the ears may have heard it end
                await panel.order(LineDone(line=line, how="confirmed"))
            await panel.until(lambda view, line=line: line_of(view) != line)  # type: ignore[misc]
        await panel.order(HangUp())
        over = await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
        call_id = call_of(over).call_id
        await panel.order(WrapUp(call_id=call_id, disposition="silent", note=""))
        await asyncio.wait_for(caller.hung_up.wait(), 30)
    return call_id


def shot(page: Page, name: str) -> Any:
    """A picture for whoever asks for them."""
    folder = os.environ.get("CONSOLE_PICTURES")
    if not folder:
        return asyncio.sleep(0)
    return page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.timeout(600)
async def test_a_silent_call_is_found_heard_scored_disputed_and_resolved(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    people(hotline)
    call_id = await silent_call(pbx, hotline, new_caller)
    _, events = await hotline.call_of(NUMBER, until="recording_measured", within_s=120)
    await hotline.call_of(NUMBER, until="rules_judged", within_s=120)
    address = await address_of_console(hotline)
    async with chromium() as browser:
        async with signed_in(browser, address, "lin") as page:
            await _finds(page, call_id)
            await _hears(page, address, call_id, events)
            evaluation = await _scores(page)
        async with signed_in(browser, address, "wang") as page:
            await _disputes(page, evaluation)
        async with signed_in(browser, address, "zhao") as page:
            await _resolves(page, evaluation)
    with QualityBook.open(hotline.state / "quality.sqlite") as book:
        kinds = [one.kind for one in book.events(f"evaluation/{evaluation.rpartition('/')[2]}")]
        looks = [one.data["action"] for name in book.streams("looks/") for one in book.events(name)]
    assert [kind for kind in kinds if kind != "answered"] == [
        "opened",
        "claimed",
        "submitted",
        "disputed",
        "resolved",
    ]
    assert {"signed_in", "opened", "played"} <= set(looks)


async def _finds(page: Page, call_id: str) -> None:
    """By the disposition, among all calls; the number is masked."""
    await page.goto(page.url.split("/calls")[0] + "/calls?disposition=silent")
    row = page.locator("tbody tr", has_text="138****7001")
    await row.first.wait_for()
    await shot(page, "calls")
    assert NUMBER not in await page.content()
    await row.locator("a").first.click()
    await page.wait_for_url(f"**/calls/{call_id}")


async def _hears(page: Page, address: str, call_id: str, events: list[CallEvent]) -> None:
    """Playing goes on; the marks stand where the sound of the file changes."""
    await page.locator("#player[data-ready=yes]").wait_for()
    await page.locator("#proof .badge.good").wait_for()
    await page.keyboard.press("Space")
    await _played(page, "0:01")
    await page.keyboard.press("Space")
    await shot(page, "silent-call")
    marks = await page.evaluate(
        "[...document.querySelectorAll('#lanes button')].map(b => [b.title, +b.dataset.from])"
    )
    sound = await page.evaluate(
        """async () => {
          const answer = await fetch(document.getElementById('player').dataset.sound);
          return Array.from(new Uint8Array(await answer.arrayBuffer()));
        }"""
    )
    caller, house = _legs(bytes(sound))
    assert float(frame_levels(caller).max()) < LOUD_DBOV  # a silent caller
    waits = next(one for one in events if one.kind == "said" and one.data["line"] == "please_hold")
    at_ms = waits.data["start_ms"]
    assert any(abs(begun - at_ms) <= 1 for _, begun in marks)
    assert abs(_onset_ms(house, at_ms - 400) - at_ms - _lead_ms("please_hold")) <= ALIGNED_MS
    for verdict in ("A11", "A02"):
        assert await page.locator(".verdicts, aside", has_text=verdict).first.is_visible()


async def _played(page: Page, clock: str) -> None:
    """Wait until it has played on past a place."""
    for _ in range(600):
        if (await page.locator("[data-show=time]").inner_text()) > clock:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it does not play")


def _legs(wav: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    pair = np.frombuffer(wav[44:], np.int16).reshape(-1, 2)
    return pair[:, 0].copy(), pair[:, 1].copy()


def _onset_ms(leg: np.ndarray[Any, Any], since_ms: int) -> int:
    """The first loud frame after a place."""
    since = max(since_ms, 0) // FRAME_MS
    loud = np.flatnonzero(frame_levels(leg)[since:] > LOUD_DBOV)
    return int(since + loud[0]) * FRAME_MS


def _lead_ms(line: str) -> int:
    """Quiet at the beginning of a rendering."""
    return _onset_ms(line_sound(line), 0)


async def _scores(page: Page) -> str:
    """Takes the call, answers what is a person's to answer, submits; gives its path."""
    await page.locator("aside form[action$='/evaluate'] button").click()
    await page.wait_for_url("**/evaluations/*")
    evaluation = page.url
    if await page.locator("form[action$='/claim'] button").count():
        await page.locator("form[action$='/claim'] button").click()
    for _ in range(60):  # answering one question may bring up another
        left = page.locator("fieldset.question:not([hidden])").filter(
            has_not=page.locator("input[type=radio]:checked")
        )
        if not await left.count():
            break
        name = await left.first.get_attribute("id")
        async with page.expect_response(lambda answer: "/answers/" in answer.url):
            await page.locator(f"#{name} input[type=radio]").first.check()
        await page.wait_for_timeout(100)
    await shot(page, "score")
    await page.locator("form[action$='/submit'] button").click()
    await page.wait_for_load_state()
    assert await page.locator("form[action$='/submit']").count() == 0
    return evaluation


async def _disputes(page: Page, evaluation: str) -> None:
    await page.goto(evaluation)
    await page.locator("details summary", has_text="提出异议").click()
    await page.fill("textarea[name=reason]", "客户没有声音，我按规定说了三次您好")
    await page.locator("form[action$='/dispute'] button").click()
    await page.wait_for_load_state()
    await page.get_by_text("客户没有声音").wait_for()
    await shot(page, "disputed")


async def _resolves(page: Page, evaluation: str) -> None:
    await page.goto(evaluation)
    await page.fill("form[action$='/resolve'] textarea[name=reason]", "听过录音，维持")
    await page.locator("form[action$='/resolve'] button").click()
    await page.wait_for_load_state()
    await page.get_by_text("维持原评分").wait_for()
    await shot(page, "resolved")
