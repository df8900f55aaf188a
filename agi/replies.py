"""Asterisk's replies, read without I/O: bytes in, one reply or a broken rule out."""

from __future__ import annotations

import re
from typing import NamedTuple

from agi.limits import REPLY_BYTES, USAGE_LINES

_RESULT = re.compile(rb"200 result=(\S*)(?: \((.*)\))?(?: endpos=(\d{1,18}))?$")
_CODE = re.compile(rb"(\d{3})([ -])(.*)$")
_PLAYED = b"200 result=0 endpos="
"""Every line that was played to its end."""

_PLAYED_LENGTH = len(_PLAYED)
_DIGITS = 18


class Reply(NamedTuple):
    """One answer of Asterisk to one command."""

    code: int
    value: str = ""
    """What follows `result=`; may be empty (nothing was keyed)."""

    data: str = ""
    """What stood in the brackets."""

    endpos: int | None = None
    """Samples played or recorded, where the command tells."""

    text: str = ""
    """Whole text of any reply but a 200."""


class BrokenReplyError(Exception):
    """What came is no AGI reply, or larger than one may be: the dialogue cannot go on."""


_COMMON = {
    b"200 result=0": Reply(200, "0"),
    b"200 result=1": Reply(200, "1"),
    b"200 result=-1": Reply(200, "-1"),
}
_WHOLE = {line + b"\n": [reply] for line, reply in _COMMON.items()}
"""Most of what Asterisk ever says, as it comes off the wire."""


def parse_line(line: bytes) -> Reply:
    """A reply of one line, without its line feed. Raises BrokenReplyError."""
    common = _COMMON.get(line)
    if common is not None:
        return common
    samples_played = line[_PLAYED_LENGTH:]
    if line.startswith(_PLAYED) and samples_played.isdigit() and len(samples_played) <= _DIGITS:
        return Reply(200, "0", "", int(samples_played))
    found = _RESULT.match(line)
    if found is not None:
        value, data, endpos = found.groups()
        text = data.decode("utf-8", "surrogateescape") if data else ""
        samples = int(endpos) if endpos else None
        return Reply(200, value.decode("utf-8", "surrogateescape"), text, samples)
    other = _CODE.match(line)
    if other is None or other[1] == b"200":
        raise BrokenReplyError("a line that is no reply")
    return Reply(int(other[1]), text=line.decode("utf-8", "surrogateescape"))


class ReplyReader:
    """Collects lines to replies; one a connection.

    `feed` keeps what is unfinished. `hung_up` turns true at a `HANGUP` line, which Asterisk may
    send at any time, twice, and before or after a reply.
    """

    __slots__ = ("_kept", "_usage", "hung_up")

    def __init__(self) -> None:
        self.hung_up = False
        self._kept = b""
        self._usage: list[bytes] | None = None

    @property
    def idle(self) -> bool:
        """Nothing unfinished is held."""
        return not self._kept and self._usage is None

    def feed(self, data: bytes) -> list[Reply]:
        """The replies these bytes complete, usually one. Raises BrokenReplyError."""
        kept = self._kept
        if kept:
            data = kept + data
        elif self._usage is None:
            usual = _WHOLE.get(data)
            if usual is not None:
                return usual
        lines = data.split(b"\n")
        self._kept = lines.pop()
        if len(self._kept) > REPLY_BYTES:
            raise BrokenReplyError("a reply over 64 KiB")
        replies: list[Reply] = []
        for line in lines:
            if line == b"HANGUP" and self._usage is None:
                self.hung_up = True
                continue
            reply = self._line(line)
            if reply is not None:
                replies.append(reply)
        return replies

    def _line(self, line: bytes) -> Reply | None:
        if len(line) > REPLY_BYTES:
            raise BrokenReplyError("a reply over 64 KiB")
        if self._usage is not None:
            return self._usage_line(self._usage, line)
        if line.startswith(b"520-"):
            self._usage = [line]
            return None
        return parse_line(line)

    def _usage_line(self, usage: list[bytes], line: bytes) -> Reply | None:
        # The block's free text may look like anything, even like a reply: only its end counts.
        usage.append(line)
        if line.startswith(b"520 "):
            self._usage = None
            return Reply(520, text=b"\n".join(usage).decode("utf-8", "surrogateescape"))
        if len(usage) > USAGE_LINES or sum(map(len, usage)) > REPLY_BYTES:
            raise BrokenReplyError("a usage block without an end")
        return None
