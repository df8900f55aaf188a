"""Asks the exchange whether it is there: a SIP OPTIONS every few seconds (RFC 3261, 11).

A registration alone tells it a minute late: nothing is sent between two of them, and a lost one is
waited for 32 s (timer F).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Final, cast

from calls.clock import Clock, SystemClock

MISSED: Final = 3
"""So many unanswered in a row, and the exchange is away."""


class ExchangeProbe(asyncio.DatagramProtocol):
    """Tells `on_change` when `away` changes. Any answer means that somebody is there."""

    def __init__(
        self,
        address: tuple[str, int],
        every_s: float,
        on_change: Callable[[], None],
        clock: Clock | None = None,
    ) -> None:
        self.away = False
        self._address = address
        self._every_s = every_s
        self._on_change = on_change
        self._clock = clock or SystemClock()
        self._transport: asyncio.DatagramTransport | None = None
        self._asking: asyncio.Task[None] | None = None
        self._unanswered = 0

    async def start(self) -> None:
        """Begin to ask. Raises OSError when no socket can be had."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, remote_addr=self._address)
        self._asking = loop.create_task(self._ask())

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own datagram transport is no subclass of DatagramTransport.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        if data.startswith(b"SIP/2.0 "):
            self._unanswered = 0
            self._now_away(False)

    async def _ask(self) -> None:
        while True:
            if self._unanswered >= MISSED:
                self._now_away(True)
            self._unanswered += 1
            if self._transport is not None:
                own = self._transport.get_extra_info("sockname")[:2]
                self._transport.sendto(_options(own, self._address))
            await asyncio.sleep(self._every_s)

    def _now_away(self, away: bool) -> None:
        if away != self.away:
            self.away = away
            self._on_change()


def _options(own: tuple[str, int], exchange: tuple[str, int]) -> bytes:
    (own_host, own_port), (host, port) = own, exchange
    token = secrets.token_hex(8)
    lines = (
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {own_host}:{own_port};rport;branch=z9hG4bK{token}",
        "Max-Forwards: 70",
        f"From: <sip:probe@{own_host}>;tag={token}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {token}@{own_host}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")
