"""A scripted manager interface over real TCP: greets, checks the login, plays what a test wrote."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from desk.ami import AmiAddress, AmiClient, AmiTimes

USER, SECRET, CHALLENGE, SYSTEM = "thirdring", "s3cr3t-of-the-desk", "840415273", "tr5060"
QUICK = AmiTimes(
    connect_s=2.0,
    ping_every_s=60.0,
    ping_answer_s=2.0,
    first_wait_s=0.02,
    longest_wait_s=0.1,
    steady_s=0.0,
)

Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Asked:
    """One action as it came."""

    pairs: list[tuple[str, str]]

    def get(self, name: str) -> str:
        """The first value of a header, or empty."""
        return next((value for key, value in self.pairs if key.lower() == name.lower()), "")

    @property
    def action(self) -> str:
        """Its name."""
        return self.get("Action")


@dataclass(slots=True)
class Line:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    asked: list[Asked] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    """Everything that the client sent."""

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)

    def block(self, *pairs: tuple[str, str]) -> None:
        """One block."""
        text = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        self.send(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def event(self, name: str, *pairs: tuple[str, str], at: float = 1_795_337_152.5) -> None:
        """An event as Asterisk writes it."""
        self.block(
            ("Event", name),
            ("Privilege", "call,all"),
            ("Timestamp", f"{at:.6f}"),
            ("SystemName", SYSTEM),
            *pairs,
        )

    def reply(self, to: Asked, *pairs: tuple[str, str], response: str = "Success") -> None:
        """The reply to an action."""
        self.block(("Response", response), ("ActionID", to.get("ActionID")), *pairs)

    def rows(self, to: Asked, *rows: tuple[str, Pairs]) -> None:
        """A list of events and its end."""
        self.reply(to, ("EventList", "start"), ("Message", "list will follow"))
        for name, pairs in rows:
            self.block(("Event", name), ("ActionID", to.get("ActionID")), *pairs)
        done = f"{to.action}Complete"
        self.block(("Event", done), ("ActionID", to.get("ActionID")), ("EventList", "Complete"))

    def cut(self) -> None:
        """The connection is gone, mid-word."""
        self.writer.transport.abort()


Part = Callable[[Line, Asked], Awaitable[None] | None]


@dataclass(slots=True)
class FakeManager:
    """The server: its connections so far, and how it answers each action."""

    parts: dict[str, Part] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    banner: bytes | None = b"Asterisk Call Manager/11.0.0\r\n"
    """None: it accepts and keeps still."""

    port: int = 0

    @property
    def line(self) -> Line:
        """The latest connection."""
        return self.lines[-1]

    def asked(self, action: str) -> list[Asked]:
        """Every such action, on whatever connection."""
        return [one for line in self.lines for one in line.asked if one.action == action]

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        line = Line(reader, writer)
        self.lines.append(line)
        if self.banner is None:
            await reader.read()
            return
        line.send(self.banner)
        while True:
            pairs: list[tuple[str, str]] = []
            while (raw := await reader.readline()) not in (b"\r\n", b""):
                line.received += raw
                key, _, value = (
                    raw.decode("utf-8", "surrogateescape").rstrip("\r\n").partition(": ")
                )
                pairs.append((key, value))
            if not raw:
                return
            line.received += raw
            asked = Asked(pairs)
            line.asked.append(asked)
            told = self.parts.get(asked.action, _as_asterisk)(line, asked)
            if told is not None:
                await told


def _as_asterisk(line: Line, asked: Asked) -> None:
    match asked.action:
        case "Challenge":
            line.reply(asked, ("Challenge", CHALLENGE))
        case "Login":
            key = hashlib.md5((CHALLENGE + SECRET).encode(), usedforsecurity=False).hexdigest()
            if (asked.get("Username"), asked.get("Key")) == (USER, key):
                line.reply(asked, ("Message", "Authentication accepted"))
            else:
                line.reply(asked, ("Message", "Authentication failed"), response="Error")
        case "Getvar":
            line.reply(asked, ("Variable", asked.get("Variable")), ("Value", SYSTEM))
        case "Logoff":
            line.reply(asked, response="Goodbye")
        case _:
            line.reply(asked, ("Message", "Done"))


@asynccontextmanager
async def fake_manager(
    *, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, **parts: Part
) -> AsyncIterator[FakeManager]:
    """Listen; `QueueStatus=...` plays that action's part. Ends its connections at the end."""
    manager = FakeManager(dict(parts))
    attending: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        attending.add(task)
        with suppress(asyncio.CancelledError, ConnectionError):
            await manager.attend(reader, writer)
        writer.transport.abort()
        attending.discard(task)

    server = await asyncio.start_server(attend, host, port, ssl=tls)
    manager.port = server.sockets[0].getsockname()[1]
    try:
        yield manager
    finally:
        server.close()
        for task in list(attending):
            task.cancel()
        await asyncio.gather(*attending, return_exceptions=True)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(
    manager: FakeManager, *, times: AmiTimes = QUICK, secret: str = SECRET
) -> AsyncIterator[AmiClient]:
    """A client that is up on it; stopped at the end."""
    client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, secret), times=times)
    await client.start()
    try:
        assert await client.wait_up(5), client.trouble
        yield client
    finally:
        await client.stop()


async def until(true: Callable[[], object], *, timeout_s: float = 5.0) -> None:
    """Let the loop turn until something is so; AssertionError when it takes too long."""
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.005)
