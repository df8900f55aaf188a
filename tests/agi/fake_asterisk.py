"""Asterisk's side of FastAGI over real TCP, scripted by a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agi.limits import Limits
from agi.server import FastAgiServer
from agi.session import AgiSession

Rule = Callable[[list[str]], "bytes | None"]

ENVIRONMENT = {
    "agi_network": "yes",
    "agi_network_script": "greetings",
    "agi_request": "agi://127.0.0.1/greetings",
    "agi_channel": "PJSIP/trunk-00000001",
    "agi_language": "en",
    "agi_type": "PJSIP",
    "agi_uniqueid": "1795313730.1",
    "agi_version": "22.10.1",
    "agi_callerid": "13800001234",
    "agi_calleridname": "unknown",
    "agi_callingpres": "0",
    "agi_callingani2": "0",
    "agi_callington": "0",
    "agi_callingtns": "0",
    "agi_dnid": "1000",
    "agi_rdnis": "unknown",
    "agi_context": "cc-call",
    "agi_extension": "s",
    "agi_priority": "8",
    "agi_enhanced": "0.0",
    "agi_accountcode": "",
    "agi_threadid": "140000000000000",
    "agi_arg_1": "1000",
    "agi_arg_2": "1",
}


def environment_block(**changes: str) -> bytes:
    """A whole block with its blank line; `changes` by key, `agi_` left out."""
    values = ENVIRONMENT | {f"agi_{key}": value for key, value in changes.items()}
    lines = [f"{key}: {value}\n" for key, value in values.items()]
    return "".join(lines).encode("utf-8", "surrogateescape") + b"\n"


def words_of(line: bytes) -> list[str]:
    """A command line split as Asterisk splits it: quotes once, backslash before any character."""
    words: list[str] = []
    word = ""
    quoted = escaped = begun = False
    for character in line.decode("utf-8", "surrogateescape").rstrip("\n"):
        if escaped:
            word, escaped = word + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted, begun = not quoted, True
        elif character == " " and not quoted:
            if word or begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + character, True
    if word or begun:
        words.append(word)
    return words


def usual(words: list[str]) -> bytes | None:
    """What Asterisk answers when all is well."""
    match words:
        case ["STREAM", "FILE", *_]:
            return b"200 result=0 endpos=8000\n"
        case ["CHANNEL", "STATUS", *_]:
            return b"200 result=6\n"
        case ["SET", *_] | ["HANGUP", *_]:
            return b"200 result=1\n"
        case _:
            return b"200 result=0\n"


@dataclass
class FakeAsterisk:
    """One FastAGI connection. `serve` answers commands by `rule` until the session ends."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    lines: list[bytes] = field(default_factory=list)
    """Command lines as they came."""

    @classmethod
    async def connect(cls, address: tuple[str, int], block: bytes | None = None) -> FakeAsterisk:
        reader, writer = await asyncio.open_connection(*address)
        fake = cls(reader, writer)
        fake.send(environment_block() if block is None else block)
        return fake

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def command(self) -> list[str] | None:
        """The next command's words; None at the end of the session."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), 10)
        except ConnectionError:
            return None
        if not line:
            return None
        self.lines.append(line)
        return words_of(line)

    async def serve(self, rule: Rule = usual) -> list[list[str]]:
        """Answer until the other side closes; the commands that came."""
        commands: list[list[str]] = []
        while (words := await self.command()) is not None:
            commands.append(words)
            answer = rule(words)
            if answer is None:
                break
            self.send(answer)
            if words == ["HANGUP"]:
                self.send(b"HANGUP\n")
        await self.close()
        return commands

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return

    async def closed_by_peer(self) -> bytes:
        """What still came until the server closed."""
        try:
            return await asyncio.wait_for(self.reader.read(), 10)
        except ConnectionError:
            return b""


@dataclass
class Talk:
    """What a scripted dialogue came to."""

    value: Any
    error: BaseException | None
    lines: list[bytes]

    @property
    def words(self) -> list[list[str]]:
        return [words_of(line) for line in self.lines]


async def talk(
    use: Callable[[AgiSession], Awaitable[Any]],
    replies: Sequence[bytes],
    *,
    limits: Limits | None = None,
    then_close: bool = True,
    block: bytes | None = None,
    log_dialogue: bool = False,
) -> Talk:
    """Run `use` on a real server's session while a fake Asterisk sends `replies`, one a command."""
    done: asyncio.Future[tuple[Any, BaseException | None]]
    done = asyncio.get_running_loop().create_future()

    async def answer(session: AgiSession) -> None:
        try:
            done.set_result((await use(session), None))
        except Exception as error:  # noqa: BLE001  the test looks at it
            done.set_result((None, error))

    server = FastAgiServer(
        answer, flow_known=lambda _: True, limits=limits, log_dialogue=log_dialogue
    )
    fake = await FakeAsterisk.connect(await server.start(), block)
    try:
        for reply in replies:
            if await fake.command() is None:
                break
            fake.send(reply)
        if then_close:
            fake.writer.write_eof()
        value, error = await asyncio.wait_for(done, 10)
        rest = await asyncio.wait_for(fake.reader.read(), 10) if then_close else b""
        fake.lines += rest.splitlines(keepends=True)
        return Talk(value, error, fake.lines)
    finally:
        await fake.close()
        await server.stop(grace_s=0)
