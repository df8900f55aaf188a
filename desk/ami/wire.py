"""Bytes of the manager interface to messages and back. No sockets, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desk.ami.errors import AmiHeaderError, AmiLoginError
from desk.ami.message import Message

MOST_LINE = 64 * 1024
MOST_BLOCK = 1024 * 1024
MOST_BANNER = 256
# Asterisk's own buffer is 1,024 bytes a line, and it throws a longer line away without a word; it
# takes 128 headers of an action (main/manager.c: inbuf, AST_MAX_MANHEADERS).
MOST_SENT_LINE = 1000
MOST_SENT_HEADERS = 100

_END = b"\r\n\r\n"
# With an ActionID of ours: a caller's number with an empty line in it could begin the same way.
_OLD_HEAD = rb"Response: Follows\r\n(?:Privilege: [^\r\n]{0,40}\r\n)?ActionID: %s"
_OLD_END = b"--END COMMAND--\r\n\r\n"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BANNER = re.compile(r"Asterisk Call Manager/(\S{1,40})")

Header = tuple[str, str]


class BlockReader:
    """Cuts what comes from Asterisk into messages, however the network cut it before.

    A block over `MOST_BLOCK`, or with a line over `MOST_LINE`, is passed over up to its end and
    counted: one monstrous event costs that event, neither the memory nor the connection.
    """

    def __init__(self, action_ids: str = "") -> None:
        """`action_ids`: how our own ActionIDs begin."""
        self.version: str | None = None
        """Of the interface, from the banner; None before it came."""

        self.passed_over = 0
        """Blocks over the limits."""

        self._old_output = re.compile(_OLD_HEAD % re.escape(action_ids.encode()))
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now, in order. AmiLoginError if the banner is no banner."""
        self._buffer += data
        if self.version is None and not self._banner():
            return []
        found: list[Message] = []
        start = 0
        while (end := self._end_of_block(start)) >= 0:
            self._take(start, end, found)
            start = end
        del self._buffer[:start]
        if len(self._buffer) > MOST_BLOCK:
            self._skip()
        return found

    def _banner(self) -> bool:
        end = self._buffer.find(b"\n", 0, MOST_BANNER)
        if end < 0 and len(self._buffer) < MOST_BANNER:
            return False
        line = bytes(self._buffer[: max(end, 0)]).decode("ascii", "replace").strip()
        told = _BANNER.fullmatch(line)
        if told is None:
            raise AmiLoginError(
                "what answers there is no manager interface of Asterisk; check host and port"
            )
        self.version = told[1]
        del self._buffer[: end + 1]
        return True

    def _end_of_block(self, start: int) -> int:
        """Where the block that begins at `start` is over, or -1 if that is not here yet."""
        buffer = self._buffer
        at = buffer.find(_END, max(start, self._searched))
        if at >= 0:
            self._searched = 0
            if self._old_output.match(buffer, start) is None:
                return at + len(_END)
            # Its lines may be empty ones, so that only its own mark tells the end.
            at = buffer.find(_OLD_END, start)
            return at + len(_OLD_END) if at >= 0 else -1
        # Searched once is enough, but for a mark that is cut in two.
        self._searched = max(0, len(buffer) - start - len(_END))
        return -1

    def _take(self, start: int, end: int, found: list[Message]) -> None:
        if self._skipping:
            self._skipping = False
            return
        block = bytes(self._buffer[start:end]).strip(b"\r\n")
        if not block:
            return
        if len(block) > MOST_LINE and _too_big(block):
            self.passed_over += 1
            return
        if self._old_output.match(block):
            block = _as_new_output(block)
        found.append(Message(block.decode("utf-8", "surrogateescape")))

    def _skip(self) -> None:
        """Forget what is here of a block without end; the rest is passed over as it comes."""
        if not self._skipping:
            self._skipping = True
            self.passed_over += 1
        del self._buffer[: -len(_OLD_END)]
        self._searched = 0


def _too_big(block: bytes) -> bool:
    return len(block) > MOST_BLOCK or max(map(len, block.split(b"\r\n"))) > MOST_LINE


def _as_new_output(block: bytes) -> bytes:
    """The output of a command as Asterisk before 14 wrote it, in the words of a newer one."""
    lines = block.removesuffix(b"--END COMMAND--").replace(b"\r\n", b"\n").split(b"\n")
    heads = 0
    while heads < len(lines) and lines[heads].partition(b": ")[0] in _OLD_HEADS:
        heads += 1
    output = [b"Output: " + line for line in lines[heads:]]
    while output and output[-1] == b"Output: ":
        output.pop()
    return b"\r\n".join(lines[:heads] + output)


_OLD_HEADS = (b"Response", b"Privilege", b"ActionID", b"Message")


def encode(action: str, action_id: str, headers: Sequence[Header]) -> bytes:
    """An action as bytes; AmiHeaderError for what would reach Asterisk as something else.

    CR, LF and NUL would be the start of another header or action, and a line over Asterisk's own
    buffer is dropped by it, which leaves an action without that header.
    """
    if len(headers) > MOST_SENT_HEADERS:
        raise AmiHeaderError(f"{action}: {len(headers)} headers; at most {MOST_SENT_HEADERS}")
    lines = [_line(action, "Action", action), _line(action, "ActionID", action_id)]
    for name, value in headers:
        if name.lower() in {"action", "actionid"}:
            raise AmiHeaderError(f"{action}: {name} is set by the client, not by a caller of it")
        lines.append(_line(action, name, value))
    return b"".join(lines) + b"\r\n"


def _line(action: str, name: str, value: str) -> bytes:
    shown = action if action.isalnum() else "an action"
    if not _NAME.fullmatch(name):
        raise AmiHeaderError(f"{shown}: a header's name may hold letters, digits, - and _ only")
    if any(one in value for one in "\r\n\0"):
        raise AmiHeaderError(f"{shown}: {name} holds a line feed or a zero byte; take it out")
    try:
        line = f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise AmiHeaderError(f"{shown}: {name} holds what is no character; take it out") from error
    if len(line) > MOST_SENT_LINE:
        raise AmiHeaderError(f"{shown}: {name} is {len(line)} bytes; at most {MOST_SENT_LINE}")
    return line
