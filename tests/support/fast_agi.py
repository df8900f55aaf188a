"""A throw-away FastAGI responder: keeps every environment as it came, plays a part a test wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Dialogue:
    """One AGI session."""

    lines: list[str]
    """Environment lines exactly as they came, decoded as UTF-8 with surrogates."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def script(self) -> str:
        """The path of the request: a flow, or a private request."""
        return self.value("agi_network_script")

    def value(self, name: str) -> str:
        """The first value of a line's name."""
        found = (line.partition(": ") for line in self.lines)
        return next((value for key, _, value in found if key == name), "")

    def arguments(self) -> list[str]:
        """agi_arg_1 and so on."""
        return [line.partition(": ")[2] for line in self.lines if line.startswith("agi_arg_")]

    async def command(self, text: str) -> str:
        """Send one command, return its reply line. Raises ConnectionError at the end."""
        self.writer.write(text.encode() + b"\n")
        await self.writer.drain()
        while True:
            line = await self.reader.readline()
            if not line:
                raise ConnectionResetError("Asterisk closed the session")
            if line.strip() != b"HANGUP":
                return line.decode("utf-8", "surrogateescape").rstrip("\n")


Part = Callable[[Dialogue], Awaitable[None]]


async def close_at_once(dialogue: Dialogue) -> None:
    """Say nothing and close."""


async def never_answer(dialogue: Dialogue) -> None:
    """Take the request and keep still, as a stopped process does."""
    await dialogue.reader.read()


@dataclass(slots=True)
class FastAgi:
    """The sessions so far, and the part played by script name."""

    port: int
    parts: dict[str, Part] = field(default_factory=dict)
    """By script name; `*` for any other."""

    sessions: list[Dialogue] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def session(self, script: str, *, timeout_s: float = 15.0) -> Dialogue:
        """The first session of a script, waited for."""

        async def found() -> Dialogue:
            while True:
                for one in self.sessions:
                    if one.script == script:
                        return one
                self._news.clear()
                await self._news.wait()

        return await asyncio.wait_for(found(), timeout_s)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            lines = []
            while (line := await reader.readline()) not in (b"\n", b""):
                lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
            dialogue = Dialogue(lines, reader, writer)
            self.sessions.append(dialogue)
            self._news.set()
            part = self.parts.get(dialogue.script, self.parts.get("*", close_at_once))
            await part(dialogue)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def fast_agi(port: int, **parts: Part) -> AsyncIterator[FastAgi]:
    """Listen on 127.0.0.1:port; `greetings=...` gives the part of a script."""
    agi = FastAgi(port, dict(parts))
    attending: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        attending.add(task)
        with suppress(asyncio.CancelledError):
            await agi.attend(reader, writer)
        attending.discard(task)

    server = await asyncio.start_server(attend, "127.0.0.1", port)
    try:
        yield agi
    finally:
        server.close()
        for task in list(attending):
            task.cancel()
        await asyncio.gather(*attending, return_exceptions=True)
