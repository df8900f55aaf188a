"""Asterisk's side of a FastAGI connection: environment, command lines, replies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

_CONNECT_S: Final = 2.0
"""MAX_AGI_CONNECT of Asterisk."""

_LINE_LIMIT: Final = 8192

DEAD: Final = "511 Command Not Permitted on a dead channel or intercept routine"
UNKNOWN: Final = "510 Invalid or unknown command"


def environment(
    *,
    script: str,
    address: str,
    channel: str,
    uniqueid: str,
    ani: str,
    name: str,
    dnis: str,
    arguments: Sequence[str],
) -> bytes:
    """The environment block as Asterisk 22 sends it, blank line included.

    Nothing is escaped, as Asterisk escapes nothing: a hostile value makes hostile lines.
    """
    pairs = [
        ("network", "yes"),
        ("network_script", script),
        ("request", f"agi://{address}/{script}"),
        ("channel", channel),
        ("language", "en"),
        ("type", channel.split("/", 1)[0]),
        ("uniqueid", uniqueid),
        ("version", "22.10.1"),
        ("callerid", ani or "unknown"),
        ("calleridname", name or "unknown"),
        ("callingpres", "0"),
        ("callingani2", "0"),
        ("callington", "0"),
        ("callingtns", "0"),
        ("dnid", dnis or "unknown"),
        ("rdnis", "unknown"),
        ("context", "cc-in"),
        ("extension", dnis or "s"),
        ("priority", "9"),
        ("enhanced", "0.0"),
        ("accountcode", ""),
        ("threadid", "140000000000000"),
        *((f"arg_{number}", value) for number, value in enumerate(arguments, start=1)),
    ]
    block = "".join(f"agi_{key}: {value}\n" for key, value in pairs)
    return (block + "\n").encode("utf-8", "surrogateescape")


def split_command(line: str) -> list[str]:
    r"""A command line as Asterisk's `parse_args` takes it apart: blanks part, `"` and `\` quote."""
    words: list[str] = []
    word: list[str] = []
    quoted = escaped = started = False
    for character in line:
        if escaped:
            word.append(character)
            escaped = False
        elif character == "\\":
            escaped = started = True
        elif character == '"':
            quoted = not quoted
            started = True
        elif character in " \t" and not quoted:
            if started:
                words.append("".join(word))
            word, started = [], False
        else:
            word.append(character)
            started = True
    if started:
        words.append("".join(word))
    return words


class AgiPeer:
    """One connection to a FastAGI server, from the side of Asterisk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self.gone = asyncio.Event()
        """Set once the server has closed the connection, even in the middle of a command."""

        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    @classmethod
    async def connect(cls, host: str, port: int, block: bytes) -> AgiPeer:
        """Connect and send the environment. Raises OSError when the server is not to be had."""
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port, limit=_LINE_LIMIT)
        peer = cls(reader, writer)
        writer.write(block)
        return peer

    async def command(self, timeout_s: float | None) -> str | None:
        """The next command line; None when the server closed. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._lines.get()

    def send(self, line: str) -> None:
        """Send one line."""
        if not self.gone.is_set() and not self._writer.is_closing():
            self._writer.write(line.encode("utf-8", "surrogateescape") + b"\n")

    async def close(self) -> None:
        """Close the connection; harmless twice."""
        self._reading.cancel()
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            return

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                await self._lines.put(line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
        except (OSError, ValueError):
            pass
        finally:
            self.gone.set()
            self._lines.put_nowait(None)
