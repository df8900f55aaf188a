"""HTTP services: what a caller's data may become, and peers that are slow, large, gone or wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from calls.actions import Fetch
from calls.errors import ConfigError
from calls.outcomes import Failed, Got, Outcome
from casework.fetching import MOST_BYTES, Fetcher
from casework.service import MOST_IN_GIVEN, Service, UnfitValueError

NUMBER = "13900009876"
Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """A small HTTP server on 127.0.0.1 that answers as a test wrote it."""

    reply: Reply
    port: int = 0
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            lengths = [line for line in head.lower().split("\r\n") if "content-length" in line]
            length = int(lengths[0].split(":")[1]) if lengths else 0
            self.bodies.append(await reader.readexactly(length))
            await self.reply(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def service(self, path: str = "/orders/{number}", **more: Any) -> Service:
        return Service(name="orders", url=f"http://127.0.0.1:{self.port}{path}", **more)


@asynccontextmanager
async def peer(reply: Reply) -> AsyncIterator[Peer]:
    one = Peer(reply)
    attending: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(one.attend(reader, writer))
        attending.add(task)
        await asyncio.wait({task})

    server = await asyncio.start_server(attend, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for task in attending:
            task.cancel()
        await asyncio.gather(*attending, return_exceptions=True)


def says(body: bytes, status: str = "200 OK", *headers: str) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode() + body)

    return reply


async def ask(
    service: Service,
    *,
    store: tuple[str, ...] = ("status",),
    most_ms: int = 3000,
    **given: str,
) -> Outcome:
    fetcher = Fetcher([service])
    try:
        return await fetcher.ask(
            Fetch(source="orders", given=given or {"number": NUMBER}, store=store, most_ms=most_ms)
        )
    finally:
        await fetcher.close()


async def test_an_answer_becomes_the_variables_that_were_asked_for() -> None:
    body = json.dumps(
        {"status": "sent", "n": 3, "paid": True, "sum": 12.5, "none": None, "more": 1,
         "data": {"town": {"name": "上海"}}}
    ).encode()  # fmt: skip
    async with peer(says(body)) as there:
        found = await ask(
            there.service(fields={"town": "data.town.name"}),
            store=("status", "n", "paid", "sum", "none", "town"),
        )

    assert found == Got(
        name="ok",
        values={
            "status": "sent", "n": 3, "paid": True, "sum": "12.5", "none": "", "town": "上海",
        },
    )  # fmt: skip
    assert there.heads[0].startswith(f"GET /orders/{NUMBER} HTTP/1.1\r\n")


async def test_what_has_no_place_in_the_address_goes_as_parameter_or_body() -> None:
    async with peer(says(b'{"status": "x"}')) as there:
        await ask(there.service("/o?k=1"), number="1 2&k=2", matter="漏水")
        await ask(there.service(method="POST"), number="7", matter="漏水")

    assert there.heads[0].startswith("GET /o?k=1&number=1%202%26k%3D2&matter=%E6%BC%8F")
    assert there.heads[1].startswith("POST /orders/7 HTTP/1.1\r\n")
    assert json.loads(there.bodies[1]) == {"matter": "漏水"}


async def test_headers_of_the_settings_are_sent_and_nothing_of_the_environment() -> None:
    async with peer(says(b'{"status": "x"}')) as there:
        await ask(there.service(headers={"Authorization": "Bearer s3cret"}))

    assert "authorization: bearer s3cret\r\n" in there.heads[0].lower()


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("1/../../admin", "/orders/1%2F..%2F..%2Fadmin?x=1"),
        ("1?x=2#f", "/orders/1%3Fx%3D2%23f?x=1"),
        ("@evil.example", "/orders/%40evil.example?x=1"),
        ("a\r\nHost: evil", "/orders/a%0D%0AHost%3A%20evil?x=1"),
        ("\ud800", "/orders/%3F?x=1"),
        ("{number}", "/orders/%7Bnumber%7D?x=1"),
    ],
)
def test_a_callers_data_stay_one_segment_of_the_path(value: str, sent: str) -> None:
    service = Service(name="orders", url="http://127.0.0.1:1/orders/{number}?x=1")

    assert service.request({"number": value}).url == f"http://127.0.0.1:1{sent}"


@pytest.mark.parametrize("value", ["", ".", "..", "x" * (MOST_IN_GIVEN + 1)])
def test_a_value_that_would_move_in_the_path_is_not_sent(value: str) -> None:
    service = Service(name="orders", url="http://127.0.0.1:1/orders/{number}/lines")

    with pytest.raises(UnfitValueError, match="number"):
        service.request({"number": value})
    with pytest.raises(UnfitValueError, match="gives no number"):
        service.request({"nr": "1"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/x",
        "h/x",
        "http:///x",
        "http://{number}/x",
        "http://h:{number}/x",
        "http://u@h/x",
        "http://h/{Number}",
        "http://h/{number",
        "http://h/x#y",
    ],
)
def test_an_address_whose_host_is_not_fixed_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"fetch.orders.url"):
        Service(name="orders", url=url)


def test_a_header_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"fetch.orders.headers.X-Key"):
        Service(name="orders", url="http://h/", headers={"X-Key": "a\r\nHost: b"})


async def never(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drips(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def floods(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(160):
        writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
        await writer.drain()


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


async def speaks_another_language(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")


DEEP = b'{"status":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
PACKED = gzip.compress(b'{"status": "' + b"x" * 10_000_000 + b'"}')


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (says(b"x", "302 Found", "Location: http://127.0.0.1:1/elsewhere"), "answered 302"),
        (says(b"{}", "500 Oops"), "answered 500"),
        (says(b"{}", "401 No"), "answered 401"),
        (says(b"<html>"), "the answer is not JSON"),
        (says(b""), "the answer is not JSON"),
        (says(b"\xff\xfe\xfd"), "the answer is not JSON"),
        (says(DEEP), "the answer is not JSON"),
        (says(b'{"status": ' + b"9" * 9000 + b"}"), "the answer is not JSON"),
        (says(b"[1]"), "the answer is no JSON object"),
        (says(b"{}"), "the answer has no status"),
        (says(b'{"status": {}}'), "the answer status is neither text, number nor flag"),
        (says(b'{"status": "' + b"x" * 1001 + b'"}'), "the answer status is over 1,000 characters"),
        (says(b" " * (MOST_BYTES + 1)), "the answer is over 64 KiB"),
        (says(PACKED, "200 OK", "Content-Encoding: gzip"), "the answer is packed"),
        (floods, "the answer is over 64 KiB"),
        (hangs_up, "RemoteProtocolError"),
        (speaks_another_language, "RemoteProtocolError"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_failure_that_quotes_nothing(
    reply: Reply, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with peer(reply) as there:
        found = await ask(there.service())

    assert found == Failed(reason=reason)
    assert NUMBER not in caplog.text
    assert len(there.heads) == 1  # a redirect is not followed


@pytest.mark.parametrize("reply", [never, drips])
async def test_a_slow_service_is_a_timeout(reply: Reply) -> None:
    async with peer(reply) as there:
        found = await ask(there.service(), most_ms=200)

    assert found == Got(name="timeout", values={})


async def test_a_service_that_is_not_there_is_a_failure() -> None:
    async with peer(never) as there:
        gone = there.service()
    assert await ask(gone) == Failed(reason="ConnectError")


async def test_not_found_is_an_outcome_of_its_own() -> None:
    async with peer(says(b"gone", "404 Not Found")) as there:
        assert await ask(there.service()) == Got(name="not_found", values={})


async def test_a_service_that_is_not_set_up_is_a_failure() -> None:
    action = Fetch(source="orders", given={}, store=(), most_ms=100)

    assert isinstance(await Fetcher([]).ask(action), Failed)


async def test_many_callers_wait_for_their_turn_within_their_limit() -> None:
    method: Literal["GET"] = "GET"

    async def takes_a_moment(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        await says(b'{"status": "ok"}')(writer)

    async with peer(takes_a_moment) as there:
        fetcher = Fetcher([there.service(method=method)])
        action = Fetch(source="orders", given={"number": "1"}, store=("status",), most_ms=8000)
        found = await asyncio.gather(*(fetcher.ask(action) for _ in range(100)))
        await fetcher.close()

    assert {each.name for each in found} == {"ok"}
