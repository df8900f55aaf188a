"""Whether the exchange is there, asked over UDP itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import pytest

from softphone_panel.phone.probe import ExchangeProbe


class Exchange(asyncio.DatagramProtocol):
    """Answers as Asterisk does, or not at all."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = b"SIP/2.0 404 Not Found\r\n\r\n"
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self.asked.append(data.decode("ascii"))
        if self.answer and self._transport is not None:
            self._transport.sendto(self.answer, addr)


@dataclass(slots=True)
class Probed:
    """An exchange and what the probe told of it."""

    exchange: Exchange
    probe: ExchangeProbe
    news: asyncio.Queue[bool]


@pytest.fixture
async def asked() -> AsyncIterator[Probed]:
    loop = asyncio.get_running_loop()
    transport, exchange = await loop.create_datagram_endpoint(Exchange, local_addr=("127.0.0.1", 0))
    news: asyncio.Queue[bool] = asyncio.Queue()
    probe = ExchangeProbe(
        transport.get_extra_info("sockname"), 0.02, lambda: news.put_nowait(probe.away)
    )
    await probe.start()
    yield Probed(exchange, probe, news)
    probe.close()
    transport.close()
    await asyncio.sleep(0.01)


async def test_an_exchange_that_stops_answering_is_away_until_it_answers_again(
    asked: Probed,
) -> None:
    while len(asked.exchange.asked) < 5:
        await asyncio.sleep(0.01)
    assert not asked.probe.away
    asked.exchange.answer = b""
    assert await asyncio.wait_for(asked.news.get(), 10)
    asked.exchange.answer = b"SIP/2.0 200 OK\r\n\r\n"
    assert not await asyncio.wait_for(asked.news.get(), 10)


async def test_what_is_no_sip_answer_is_no_answer(asked: Probed) -> None:
    asked.exchange.answer = b"hello"

    assert await asyncio.wait_for(asked.news.get(), 10)


async def test_each_question_is_a_whole_request_of_its_own(asked: Probed) -> None:
    while len(asked.exchange.asked) < 3:
        await asyncio.sleep(0.01)

    questions = asked.exchange.asked.copy()
    branches = {text.split("branch=")[1].split("\r\n")[0] for text in questions}
    assert len(branches) == len(questions)
    assert all(text.startswith("OPTIONS sip:127.0.0.1:") for text in questions)
    assert all(text.endswith("Content-Length: 0\r\n\r\n") for text in questions)
