"""The `agi_*` block that opens a FastAGI session, checked before anything of it is believed.

The values come from a stranger's telephone: a line feed in a caller's number makes lines of its
own. So a block with a key twice, a foreign key, or more than a block may hold, is hostile as a
whole and the connection is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from agi.limits import ENVIRONMENT_BYTES, ENVIRONMENT_LINE_BYTES, ENVIRONMENT_LINES
from calls.masking import plain

_LINE = re.compile(rb"^(agi_[a-z0-9_]{1,60}):[ ]?([^\n]*)\n", re.MULTILINE)
_NOT_DIALLED = re.compile(r"[^0-9+*#]")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._-]")
_FLOW = re.compile(r"[a-z0-9_-]{1,32}")
_LEASE = re.compile(r"[0-9]{1,3}")
_LEASE_ARGUMENT = 4

_FIRST = b"agi_network: yes\n"
_REQUIRED = (
    b"agi_network_script",
    b"agi_channel",
    b"agi_uniqueid",
    b"agi_callerid",
    b"agi_extension",
)


_KEYS = (
    b"agi_network_script",
    b"agi_uniqueid",
    b"agi_channel",
    b"agi_callerid",
    b"agi_calleridname",
    b"agi_dnid",
    b"agi_extension",
    b"agi_context",
    b"agi_priority",
)
"""In the order of Environment's fields."""

_ARGUMENTS = tuple(b"agi_arg_%d" % number for number in range(1, ENVIRONMENT_LINES))


class HostileEnvironmentError(Exception):
    """The block breaks a rule; the text says which and quotes nothing of it."""


def dialled(text: str, most: int = 40) -> str:
    """Only what can be dialled (digits, `+`, `*`, `#`): fit for the ledger and for `Queue`."""
    if text.isascii() and text.isdigit():
        return text[:most]
    return _NOT_DIALLED.sub("", text)[:most]


class Environment(NamedTuple):
    """Who calls, where to, and what the dialplan passed along.

    The fields are as they came: text, with bytes that are no UTF-8 as surrogates (they must not
    cost the call). The properties are what may be shown, kept and dialled.
    """

    network_script: str
    """The path of the agi:// address, raw: only ever a key of the table of flows."""

    agi_uniqueid: str
    agi_channel: str
    callerid: str
    calleridname: str
    dnid: str
    extension: str
    context: str
    priority: str
    arguments: tuple[str, ...]
    """`agi_arg_1` and on, up to the first one missing."""

    @property
    def flow(self) -> str:
        """The flow asked for, or empty when that is no flow's name."""
        name = self.network_script
        return name if _FLOW.fullmatch(name) else ""

    @property
    def uniqueid(self) -> str:
        return _NOT_IN_AN_ID.sub("", self.agi_uniqueid)[:64]

    @property
    def channel(self) -> str:
        return plain(self.agi_channel, most_cells=80)

    @property
    def ani(self) -> str:
        """The caller's number, dialable characters only; empty when withheld."""
        return "" if self.callerid == "unknown" else dialled(self.callerid)

    @property
    def caller_name(self) -> str:
        """For people to read: no control or direction characters, at most 32 cells."""
        return "" if self.calleridname == "unknown" else plain(self.calleridname)

    @property
    def dnis(self) -> str:
        """The number called: what the dialplan passed, else dialled digits, else the extension."""
        if given := self.argument(1):
            return dialled(given)
        return dialled(self.dnid if self.dnid not in ("", "unknown") else self.extension)

    @property
    def lease_s(self) -> float:
        """The lease this dialplan gave the channel; 0 when it doesn't say or makes no sense."""
        given = self.argument(_LEASE_ARGUMENT)
        return float(given) if _LEASE.fullmatch(given) else 0.0

    @property
    def attempt(self) -> str:
        """Which server of its list the dialplan has come to, from 1; empty if it doesn't say."""
        return self.argument(2)

    def argument(self, number: int) -> str:
        """`agi_arg_<number>`, from 1, or empty."""
        return self.arguments[number - 1] if number <= len(self.arguments) else ""


class EnvironmentReader:
    """Collects the block's bytes up to its blank line."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> tuple[Environment, bytes] | None:
        """The block and whatever follows it, or None while it is unfinished.

        Raises HostileEnvironmentError as soon as a limit is passed, not only at the end.
        """
        data = self._kept + data if self._kept else data
        end = data.find(b"\n\n")
        if end < 0:
            self._kept = data
            self._check_unfinished(data)
            return None
        self._kept = b""
        return parse(data[: end + 1]), data[end + 2 :]

    @staticmethod
    def _check_unfinished(data: bytes) -> None:
        if len(data) > ENVIRONMENT_BYTES:
            raise HostileEnvironmentError("more than 16 KiB")
        opening = data[: len(_FIRST)]
        if not _FIRST.startswith(opening):
            raise HostileEnvironmentError("does not begin with agi_network: yes")
        if data.count(b"\n") > ENVIRONMENT_LINES:
            raise HostileEnvironmentError("more than 64 lines")
        if len(data) - data.rfind(b"\n") - 1 > ENVIRONMENT_LINE_BYTES:
            raise HostileEnvironmentError("a line over 1,024 bytes")


def parse(block: bytes) -> Environment:
    """A whole block, each line with its line feed. Raises HostileEnvironmentError."""
    lines = _check_size(block)
    pairs = _LINE.findall(block)
    if len(pairs) != lines:
        raise HostileEnvironmentError("a line that is not agi_<key>: <value>")
    values = dict(pairs)
    if len(values) != lines:
        raise HostileEnvironmentError("a key given twice")
    for key in _REQUIRED:
        if key not in values:
            raise HostileEnvironmentError(f"without {key.decode()}")
    return _typed(values)


def _check_size(block: bytes) -> int:
    """Count the lines of a block within its limits."""
    if not block.startswith(_FIRST):
        raise HostileEnvironmentError("does not begin with agi_network: yes")
    if len(block) > ENVIRONMENT_BYTES:
        raise HostileEnvironmentError("more than 16 KiB")
    lines = block.count(b"\n")
    if lines > ENVIRONMENT_LINES:
        raise HostileEnvironmentError("more than 64 lines")
    longest = len(block)
    if longest > ENVIRONMENT_LINE_BYTES:
        longest = max(map(len, block.split(b"\n")))
    if longest > ENVIRONMENT_LINE_BYTES:
        raise HostileEnvironmentError("a line over 1,024 bytes")
    return lines


def _typed(values: Mapping[bytes, bytes]) -> Environment:
    get = values.get
    arguments: list[str] = []
    for key in _ARGUMENTS:
        argument = get(key)
        if argument is None:
            break
        arguments.append(argument.decode("utf-8", "surrogateescape"))
    fields = [get(key, b"").decode("utf-8", "surrogateescape") for key in _KEYS]
    return Environment._make([*fields, tuple(arguments)])
