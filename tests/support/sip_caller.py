"""A caller for tests: dials over SIP, speaks with exact timing, keeps all it hears with its time.

Our own 200 lines and not the product's phone: what a test measures must not pass through a jitter
buffer, and hostile calls need headers no phone would send.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from tests.support.g711 import Samples
from tests.support.heard import Heard
from tests.support.rtp import RtpSession
from tests.support.sip_message import Message, answer_to, compose, media_of, new_tag, parse, sdp

ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Refused:
    """The call was not answered."""

    status: int
    reason: str


class SipCaller(asyncio.DatagramProtocol):
    """One call at a time; `heard` is on the clock of `now_ms`, which starts at the INVITE."""

    def __init__(self, sip_port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._pbx = (ADDRESS, sip_port)
        self._transport: asyncio.DatagramTransport | None = None
        self.rtp = RtpSession(self.now_ms)
        self.hung_up: asyncio.Event = asyncio.Event()
        """The other side ended the call."""

        self.hung_up_ms = 0.0
        self.hangup_cause = ""
        self.ringing_ms: float | None = None
        self.answered_ms: float | None = None
        self._final: asyncio.Future[Message] = self._loop.create_future()
        self._from = self._to = ""
        self._call_id = new_tag()
        self._branch = f"z9hG4bK{new_tag()}"
        self._target = ""
        self._sequence = 1
        self._heard_of = False
        self._over = False

    # -- what a test does ---------------------------------------------------------------------

    def now_ms(self) -> float:
        """Milliseconds since this caller dialled."""
        return (self._loop.time() - self._began) * 1000

    @property
    def heard(self) -> Heard:
        """What reached this caller's ear."""
        return self.rtp.heard

    async def invite(
        self,
        to: str = "1000",
        *,
        number: str = "13800001111",
        name: str = "",
        extra: tuple[tuple[str, str], ...] = (),
        timeout_s: float = 40.0,
    ) -> Refused | None:
        """Place the call; None once it is answered. `to`, `number`, `name` go out as they are."""
        self._began = self._loop.time()
        self._target = f"sip:{to}@{self._pbx[0]}:{self._pbx[1]}"
        display = f'"{name}" ' if name else ""
        self._from = f"{display}<sip:{number}@{ADDRESS}>;tag={new_tag()}"
        self._to = f"<{self._target}>"
        invite = self._request("INVITE", sdp(ADDRESS, self.rtp.port), extra, self._branch)
        again = self._loop.create_task(self._repeat(invite))
        try:
            answer = await asyncio.wait_for(asyncio.shield(self._final), timeout_s)
        finally:
            again.cancel()
        if answer.status >= 300:
            return Refused(answer.status, answer.header("Reason"))
        self.answered_ms = self.now_ms()
        self.rtp.start(media_of(answer.body))
        return None

    async def play(self, samples: Samples) -> tuple[float, float]:
        """Speak; returns when it began and when it was over (ms)."""
        return await self.rtp.play(samples)

    async def press(self, keys: str) -> None:
        """Press keys, 100 ms each."""
        await self.rtp.press(keys)

    async def listen(self, seconds: float) -> None:
        """Let time pass, or less when the other side hangs up."""
        try:
            await asyncio.wait_for(self.hung_up.wait(), seconds)
        except TimeoutError:
            return

    def hang_up(self) -> None:
        """BYE, or CANCEL while it rings; harmless when the call is over."""
        if self._over or not self._from:
            return
        self._over = True
        if self.answered_ms is not None:
            self._send(self._request("BYE", "", (), f"z9hG4bK{new_tag()}"))
        elif not self._final.done():
            self._send(self._request("CANCEL", "", (), self._branch, sequence=1))

    # -- the wire ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own datagram transport is no subclass of DatagramTransport.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        message = parse(data)
        if message.header("Call-ID") != self._call_id:
            return
        if message.status:
            self._responded(message)
        else:
            self._requested(message)

    def _responded(self, message: Message) -> None:
        if message.method != "INVITE":
            return
        self._heard_of = True
        if message.status == 180 and self.ringing_ms is None:
            self.ringing_ms = self.now_ms()
        if message.status < 200:
            return
        self._to = message.header("To")
        accepted = message.status < 300
        # An ACK of a refusal belongs to the INVITE's own transaction.
        branch = f"z9hG4bK{new_tag()}" if accepted else self._branch
        if contact := message.header("Contact"):
            self._target = contact.strip().removeprefix("<").partition(">")[0]
        self._send(self._request("ACK", "", (), branch, sequence=1))
        if not self._final.done():
            self._final.set_result(message)
            self._over = self._over or not accepted

    def _requested(self, message: Message) -> None:
        if message.method == "ACK":
            return
        contact = [("Contact", f"<sip:caller@{ADDRESS}:{self._port}>")]
        offered = sdp(ADDRESS, self.rtp.port) if message.body else ""
        self._send(answer_to(message, "200 OK", contact, offered))
        if message.method == "BYE" and not self.hung_up.is_set():
            self._over = True
            self.hung_up_ms = self.now_ms()
            self.hangup_cause = message.header("Reason")
            self.hung_up.set()

    @property
    def _port(self) -> int:
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def _request(
        self,
        method: str,
        body: str,
        extra: tuple[tuple[str, str], ...],
        branch: str,
        *,
        sequence: int | None = None,
    ) -> bytes:
        if sequence is None:
            sequence, self._sequence = self._sequence, self._sequence + 1
        headers = [
            ("Via", f"SIP/2.0/UDP {ADDRESS}:{self._port};rport;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", self._to),
            ("Call-ID", self._call_id),
            ("CSeq", f"{sequence} {method}"),
            ("Contact", f"<sip:caller@{ADDRESS}:{self._port}>"),
            *extra,
        ]
        return compose(f"{method} {self._target} SIP/2.0", headers, body)

    async def _repeat(self, invite: bytes) -> None:
        wait_s = 0.5
        while not self._heard_of:
            self._send(invite)
            await asyncio.sleep(wait_s)
            wait_s *= 2

    def _send(self, datagram: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(datagram, self._pbx)

    def close(self) -> None:
        """Hang up and give the ports back."""
        self.hang_up()
        self.rtp.close()
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def sip_caller(sip_port: int) -> AsyncIterator[SipCaller]:
    """A caller with its sockets; hung up and closed at the end."""
    loop = asyncio.get_running_loop()
    caller = SipCaller(sip_port)
    await loop.create_datagram_endpoint(lambda: caller, local_addr=(ADDRESS, 0))
    caller.rtp.open(ADDRESS)
    try:
        yield caller
        caller.hang_up()
        # The answer to a BYE or CANCEL still comes to an open socket.
        await asyncio.sleep(0.1)
    finally:
        caller.close()
        # Closed sockets are given back in the loop's next turn.
        await asyncio.sleep(0.01)
