"""Transfers and the back office on real calls: the real server, a real Asterisk, two SIP phones."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from launch.pbx.process import up
from tests.support.agent_phone import agent_phone, talks_to
from tests.support.fast_agi import Dialogue, fast_agi
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    shipped_line,
    start_hotline,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CUSTOMER = "13800000101"
FLOW = """
flow: greetings
title: {en: Back office}
variables: {tier: "", status: "", level: 0, number: ""}
steps:
  ringing:
    ring: 1
  which:
    choose:
      - if: ani == "13800000101"
        go: look
      - else: connect
  connect:
    transfer: {to: technician, wait: 4s}
    on: {answered: thanks, busy: busy, no_answer: end unserved, failed: end closed}
  thanks:
    say: closing
    end: served
  busy:
    say: closing
    end: busy
  look:
    lookup: {in: customers, by: ani, store: [tier]}
    on: {found: order, not_found: end unknown, error: end broken}
  order:
    fetch: {from: orders, with: {number: "{ani}", tier: "{tier}"}, store: [status], limit: 3s}
    on: {not_found: end unknown, timeout: late, error: end broken}
  account:
    do: {plugin: level_of, with: {account: "{status}"}, store: [level]}
    on: {timeout: end late, error: end broken}
  promise:
    promise: {about: "order {status}", within: 2h}
    on: {error: end broken}
  ticket:
    ticket: {class: request, about: "tier {tier} level {level}", store: number}
    on: {error: end broken}
  bye:
    say: closing
    end: served
  late:
    ticket: {class: request, about: the orders are slow}
    on: {ok: bye, error: end broken}
"""


class Orders:
    """A shop's HTTP service on 127.0.0.1 that answers after `delay_s`."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.asked: list[str] = []

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head.split(b"\r\n", 1)[0].decode())
            await asyncio.sleep(self.delay_s)
            body = b'{"order": {"state": "sent-7"}}'
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def shop(port: int) -> AsyncIterator[Orders]:
    orders = Orders()
    server = await asyncio.start_server(orders.attend, "127.0.0.1", port)
    try:
        yield orders
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture(scope="module")
def shop_port() -> int:
    from tests.support.free_ports import free_port

    return free_port()


@pytest.fixture(scope="module")
def hotline(
    pbx: HousePbx, tmp_path_factory: pytest.TempPathFactory, shop_port: int
) -> Iterator[Hotline]:
    scripts = tmp_path_factory.mktemp("scripts")
    (scripts / "lines.yaml").write_text(shipped_line("closing"), encoding="utf-8")
    (scripts / "greetings.yaml").write_text(FLOW, encoding="utf-8")
    directories = pbx.state / "directories"
    directories.mkdir()
    (directories / "customers.csv").write_text(
        "key,tier\n138-0000-0101;021-33330000,gold\n,junk\n", encoding="utf-8"
    )
    pbx.ask_own_server()
    fields = '{status = "order.state"}'
    url = f"http://127.0.0.1:{shop_port}/orders/{{number}}"
    running = start_hotline(
        pbx,
        more=[
            f"scripts = {json.dumps(str(scripts))}",
            "prove = false",
            'destinations = {technician = "PJSIP/801"}',
            'plugins = {level_of = "tests.support.site_plugin:level_of"}',
            f'fetch = {{orders = {{url = "{url}", fields = {fields}}}}}',
        ],
    )
    yield running
    stop_hotline(running)
    shutil.rmtree(directories)


def data_of(events: list[CallEvent], kind: str) -> list[Mapping[str, Any]]:
    return [event.data for event in events if event.kind == kind]


async def transferred(hotline: Hotline, number: str) -> tuple[Mapping[str, Any], str]:
    """What the ledger knows of the transfer, and how the call ended."""
    _, events = await hotline.call_of(number)
    (fact,) = data_of(events, "transferred")
    assert fact["to"] == "technician"
    return fact, end_of(events)


def end_of(events: list[CallEvent]) -> str:
    (ended,) = data_of(events, "ended")
    return f"{ended['end_reason']} {ended['disposition']}"


async def test_a_technician_answers_talks_and_hangs_up_and_the_flow_goes_on(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    async with agent_phone(pbx, "801") as phone:
        await caller.invite(number="13800000201")
        call = await talks_to(caller, phone)
        hung_up_ms = caller.now_ms()
        await call.hangup()
        await has_heard(caller, line_sound("closing"), after_ms=hung_up_ms - 200)
        await caller.listen(5)

    fact, end = await transferred(hotline, "13800000201")
    assert fact["result"] == "answered"
    assert fact["talked_ms"] >= 1400
    assert caller.hung_up.is_set()
    assert end == "completed served"


async def test_a_technician_who_is_busy_sends_the_caller_on(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    async with agent_phone(pbx, "801") as phone:
        await caller.invite(number="13800000202")
        call = await phone.incoming.get()
        await call.reject()
        await has_heard(caller, line_sound("closing"))
        await caller.listen(5)

    fact, end = await transferred(hotline, "13800000202")
    assert (fact["result"], fact["talked_ms"]) == ("busy", 0)
    assert end == "completed busy"


async def test_a_technician_who_does_not_pick_up_is_no_answer_and_it_rings_meanwhile(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    async with agent_phone(pbx, "801"):
        await caller.invite(number="13800000203")
        await caller.listen(15)

    fact, end = await transferred(hotline, "13800000203")
    assert fact["result"] == "no_answer"
    assert 3500 <= fact["waited_ms"] < 8000
    assert end == "completed unserved"
    # One second of ringing tone, not silence.
    assert any(span.end_ms - span.start_ms > 500 for span in caller.heard.spans())


async def test_a_phone_that_is_not_there_is_a_failed_transfer(
    caller: SipCaller, hotline: Hotline
) -> None:
    await caller.invite(number="13800000204")
    await caller.listen(10)

    fact, end = await transferred(hotline, "13800000204")
    assert fact["result"] == "failed"
    assert end == "completed closed"


async def test_a_caller_who_hangs_up_while_it_rings_there_is_known_at_once(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    async with agent_phone(pbx, "801") as phone:
        await caller.invite(number="13800000205")
        await phone.incoming.get()
        caller.hang_up()
        fact, end = await transferred(hotline, "13800000205")

    assert fact["result"] == "abandoned"
    assert end == "caller_hung_up hung_up"


async def test_a_caller_who_hangs_up_on_the_technician_was_served(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    async with agent_phone(pbx, "801") as phone:
        await caller.invite(number="13800000206")
        await talks_to(caller, phone)
        caller.hang_up()
        fact, end = await transferred(hotline, "13800000206")

    assert fact["result"] == "answered"
    assert fact["talked_ms"] >= 1400
    assert end == "caller_hung_up served"


async def test_a_server_that_dies_in_a_transfer_cuts_no_talk(
    caller: SipCaller, pbx: HousePbx, hotline: Hotline
) -> None:
    from tests.support.free_ports import free_port

    other = free_port()

    async def into_the_transfer(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command("SET VARIABLE __CC_CALL 20261122-021530-k7f3q29m")
        await dialogue.command(f"SET VARIABLE __CC_BACK 127.0.0.1:{other}")
        await dialogue.command("SET VARIABLE CC_TRANSFER technician")
        await dialogue.command("SET VARIABLE CC_TRANSFER_WAIT 20")
        await dialogue.command("SET VARIABLE CC_DONE transfer")

    pbx.ask_servers(f"127.0.0.1:{other}")
    try:
        async with agent_phone(pbx, "801") as phone:
            async with fast_agi(other, greetings=into_the_transfer) as agi:
                await caller.invite(number="13800000207")
                await agi.session("greetings")
                rang = await phone.incoming.get()
            phone.incoming.put_nowait(rang)
            call = await talks_to(caller, phone)
            await asyncio.sleep(4)  # longer than a lease
            assert not caller.hung_up.is_set()
            hung_up_ms = caller.now_ms()
            await call.hangup()
            await caller.listen(25)
    finally:
        pbx.ask_own_server()

    # Nobody is left who knows the flow: the apology, and the end.
    assert [span for span in caller.heard.spans() if span.end_ms > hung_up_ms + 500]
    assert caller.hung_up.is_set()


async def test_destinations_that_change_are_taken_over_by_an_asterisk_that_runs(
    pbx: HousePbx,
) -> None:
    def known() -> str:
        found = re.findall(r"CC_TO_(\w+=\S+)", pbx.cli("dialplan show globals"))
        return " ".join(sorted(found))

    more = replace(pbx.options, destinations={"boss": "PJSIP/802", "technician": "PJSIP/801"})
    assert known() == "technician=PJSIP/801"
    try:
        await asyncio.to_thread(up, more, print)
        assert known() == "boss=PJSIP/802 technician=PJSIP/801"
    finally:
        await asyncio.to_thread(up, pbx.options, print)
    assert known() == "technician=PJSIP/801"


async def test_a_customer_is_looked_up_an_order_fetched_and_a_promise_kept_on_disk(
    caller: SipCaller, hotline: Hotline, shop_port: int
) -> None:
    async with shop(shop_port) as orders:
        await caller.invite(number=CUSTOMER)
        await has_heard(caller, line_sound("closing"))
        await caller.listen(5)
    _, events = await hotline.call_of(CUSTOMER)

    assert orders.asked == [f"GET /orders/{CUSTOMER}?tier=gold HTTP/1.1"]
    kinds = [event.kind for event in events]
    done = ["looked_up", "fetched", "plugin_done", "promised", "ticket_opened"]
    assert [kind for kind in kinds if kind in done] == done
    assert data_of(events, "promised")[0]["about"] == "order sent-7"
    assert data_of(events, "ticket_opened")[0]["about"] == "tier gold level 7"
    assert data_of(events, "fault") == []
    assert end_of(events) == "completed served"
    assert CUSTOMER not in (hotline.state / "serve.log").read_text(encoding="utf-8")


async def test_a_slow_service_costs_its_limit_and_the_call_goes_its_own_way(
    caller: SipCaller, hotline: Hotline, shop_port: int
) -> None:
    async with shop(shop_port) as orders:
        orders.delay_s = 4.5  # longer than the flow's limit and the lease
        await caller.invite(number=CUSTOMER)
        await has_heard(caller, line_sound("closing"))
        await caller.listen(5)
    _, events = await hotline.call_of(CUSTOMER)

    assert data_of(events, "fetched")[0]["result"] == "timeout"
    assert data_of(events, "ticket_opened")[0]["about"] == "the orders are slow"
    assert end_of(events) == "completed served"


async def test_what_was_read_is_told_at_the_start(hotline: Hotline) -> None:
    log = Path(hotline.state / "serve.log").read_text(encoding="utf-8")

    assert "directory=customers rows=1" in log
    assert "customers.csv:3:1: no key of its own" in log
