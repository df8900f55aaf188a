"""pyst2's `AGI` with its defects repaired; the only file of the product that imports `asterisk`.

pyst2 keeps the command methods (`answer`, `get_data`, `say_number`, ...) and the exceptions.
Its constructor, its reading and its writing are replaced: they seize the process's SIGHUP, write
callers' numbers to stderr, quote nothing, and loop for ever on a cut reply (rows A1 to A19 of the
defects tested in `tests/agi/test_pyst2_defects.py`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from asterisk.agi import (
    AGI,
    AGIAppError,
    AGIDBError,
    AGIError,
    AGIException,
    AGIHangup,
    AGIInvalidCommand,
    AGIResultHangup,
    AGISIGHUPHangup,
    AGISIGPIPEHangup,
    AGIUnknownError,
    AGIUsageError,
)

from agi.commands import encode
from agi.environment import Environment
from agi.replies import Reply

__all__ = [
    "LIVE_STATES",
    "AGIAppError",
    "AGICommandError",
    "AGICommandTimeout",
    "AGIDBError",
    "AGIDeadChannel",
    "AGIError",
    "AGIException",
    "AGIHangup",
    "AGIHangupDuring",
    "AGIInvalidCommand",
    "AGILineLost",
    "AGIResultHangup",
    "AGISIGHUPHangup",
    "AGISIGPIPEHangup",
    "AGIUnknownError",
    "AGIUsageError",
    "Played",
    "Recorded",
    "SafeAGI",
    "played",
]

Exchange = Callable[[bytes], Reply]
"""Send one command line, return its reply. Raises AGIHangup (or OSError) when the line is gone."""

_DEAD_CHANNEL = 511
_HANGUP_IN_DATA = frozenset(
    {"RECORD FILE", "GET DATA", "GET OPTION", "STREAM FILE", "CONTROL STREAM FILE", "EXEC"}
)
"""Commands for which `(hangup)` is Asterisk's word; elsewhere it is a stored value."""

_CONSTANT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\([A-Za-z0-9_-]+\))?")


LIVE_STATES = frozenset({4, 5, 6})
"""What `channel_status` says of a line that is up: ringing, ringing at the far end, up."""

_LIVE_REPLIES = frozenset(map(str, LIVE_STATES))


class AGIDeadChannel(AGIHangup):
    """511: the channel was hung up and the command needs it alive."""


class AGILineLost(AGISIGPIPEHangup):
    """The connection ended or broke its rules without a word of a hang-up."""


class AGICommandTimeout(AGILineLost):
    """No reply within the command's own longest time and the slack."""


class AGICommandError(AGIAppError):
    """A command failed although the channel is alive; `endpos` samples were played before."""

    def __init__(self, why: str, endpos: int) -> None:
        super().__init__(why)
        self.endpos = endpos


class AGIHangupDuring(AGIResultHangup):
    """The caller hung up during a command; `endpos` samples were played before."""

    def __init__(self, endpos: int) -> None:
        super().__init__("hung up during the command")
        self.endpos = endpos


@dataclass(frozen=True, slots=True)
class Played:
    """How STREAM FILE ended: the key that cut it (or empty) and the samples played."""

    digit: str
    endpos: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """How RECORD FILE ended."""

    reason: str
    """`dtmf`, `timeout`, `hangup`, or Asterisk's word for what failed."""

    digit: str
    endpos: int


class SafeAGI(AGI):
    """One call's commands. Does no I/O of its own: `exchange` does, so any transport will do."""

    def __init__(self, exchange: Exchange, environment: Environment) -> None:
        # No super(): it takes the process's SIGHUP and writes the caller's number to stderr.
        self._exchange = exchange
        self._environment = environment
        self._got_sighup = False

    @property
    def env(self) -> dict[str, str]:
        """pyst2's own view of the environment, for `goto_on_exit` and `send_image`."""
        environment = self._environment
        return {
            "agi_channel": environment.agi_channel,
            "agi_context": environment.context,
            "agi_extension": environment.extension,
            "agi_priority": environment.priority,
        }

    @property
    def hung_up(self) -> bool:
        """Asterisk has said, or a reply has shown, that the line is down."""
        return self._got_sighup

    def note_hangup(self) -> None:
        """A `HANGUP` line came."""
        self._got_sighup = True

    def _quote(self, string: object) -> object:
        # Quoting happens once, for every argument, where the line is made.
        return string

    def _process_digit_list(self, digits: object) -> str:
        return "".join(map(str, digits)) if isinstance(digits, list) else str(digits)

    def execute(self, command: str, *args: object) -> Mapping[str, tuple[str, str]]:
        """Send, await and judge one command; the answer in pyst2's shape.

        Raises CommandRefusedError before anything is sent, AGIHangup when the line is down,
        AGIAppError for `result=-1` on a live channel, AGIInvalidCommand, AGIUsageError.
        """
        self.test_hangup()
        return self.judge(command, self._send(encode(command, args)))

    def judge(self, command: str, reply: Reply) -> Mapping[str, tuple[str, str]]:
        """What `execute` returns or raises for a reply; may send CHANNEL STATUS to know."""
        code, value, data, endpos, _ = reply
        if code != 200:
            raise self._refusal(reply)
        if value == "-1" and command != "CHANNEL STATUS":
            self._raise_minus_one(command, reply)
        if data == "hangup" and command in _HANGUP_IN_DATA:
            self._got_sighup = True
            raise AGIResultHangup("hung up during the command")
        if endpos is None:
            return {"result": (value, data)}
        return {"result": (value, data), "endpos": (str(endpos), "")}

    def _send(self, line: bytes) -> Reply:
        try:
            return self._exchange(line)
        except OSError as error:
            self._got_sighup = True
            raise AGILineLost("the connection broke") from error

    def _refusal(self, reply: Reply) -> AGIException:
        if reply.code == _DEAD_CHANNEL:
            self._got_sighup = True
            return AGIDeadChannel("the channel is dead")
        if reply.code == 510:
            return AGIInvalidCommand(reply.text)
        if reply.code == 520:
            return AGIUsageError(reply.text)
        return AGIUnknownError(reply.code, "a code no AGI reply has")

    def _raise_minus_one(self, command: str, reply: Reply) -> None:
        """`-1` is said of a hang-up and of a failure; the channel's state tells them apart."""
        endpos = reply.endpos or 0
        if reply.data == "hangup" or self._line_is_down():
            self._got_sighup = True
            raise AGIHangupDuring(endpos)
        raise AGICommandError(f"{command} failed", endpos)

    def _line_is_down(self) -> bool:
        if self._got_sighup:
            return True
        try:
            state = self._send(encode("CHANNEL STATUS", ()))
        except AGIHangup:
            return True
        return state.code != 200 or state.value not in _LIVE_REPLIES

    def stream_file(
        self, filename: str, escape_digits: str | list[object] = "", sample_offset: int = 0
    ) -> Played:
        """Play a file; `filename` without its extension. Raises as `played`, AGIHangupDuring.

        A file that Asterisk cannot open is 0 samples and no error of its own.
        """
        digits = self._process_digit_list(escape_digits)
        reply = self.execute("STREAM FILE", filename, digits, sample_offset)
        endpos = int(reply["endpos"][0]) if "endpos" in reply else 0
        return played(reply["result"][0], endpos, sample_offset)

    def record_file(
        self,
        filename: str,
        format: str = "wav",
        escape_digits: str = "#",
        timeout: int = 20_000,
        offset: int = 0,
        beep: str = "beep",
        silence: int = 0,
    ) -> Recorded:
        """Record the caller; `timeout` ms, `silence` s. A hang-up is a reason, not an exception."""
        self.test_hangup()
        arguments: list[object] = [filename, format, escape_digits, timeout, offset]
        arguments += [word for word in (beep, f"s={silence}" if silence else "") if word]
        reply = self._send(encode("RECORD FILE", tuple(arguments)))
        if reply.code != 200:
            raise self._refusal(reply)
        reason = reply.data or ("hangup" if reply.value == "-1" else "dtmf")
        if reason == "hangup":
            self._got_sighup = True
        digit = _key(reply.value) if reason == "dtmf" else ""
        return Recorded(reason, digit, reply.endpos or 0)

    def database_get(self, family: str, key: str) -> str:
        """A value of Asterisk's own database. Raises AGIAppError when there is none."""
        # pyst2 puts quotes of its own around both before it quotes them.
        value, data = self.execute("DATABASE GET", family, key)["result"]
        if value != "1":
            raise AGIDBError("no such key in Asterisk's database")
        return data

    def get_variable(self, name: str) -> str | None:
        """A channel variable, None when it is not set. Not for what a stranger can fill."""
        value, data = self.execute("GET VARIABLE", name)["result"]
        return data if value == "1" else None

    def get_full_variable(self, name: str, channel: str | None = None) -> str | None:
        """An expression evaluated by Asterisk: must be a constant of ours. None when not set."""
        arguments = (name, channel) if channel else (name,)
        value, data = self.execute("GET FULL VARIABLE", *arguments)["result"]
        return data if value == "1" else None

    def read_hostile(self, name: str) -> str | None:
        """A variable or function (`CALLERID(name)`) a stranger can fill, read as base64.

        A value with a line feed would otherwise become two replies. `name` is a constant of ours.
        """
        if not _CONSTANT_NAME.fullmatch(name):
            raise ValueError("a constant name is wanted, as X or CALLERID(name)")
        coded = self.get_full_variable("${BASE64_ENCODE(${" + name + "})}")
        if not coded:
            return None
        try:
            plain_bytes = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise AGIError("a value that is no base64") from error
        return plain_bytes.decode("utf-8", "surrogateescape")


def played(value: str, endpos: int, sample_offset: int) -> Played:
    """How a file that played from `sample_offset` ended. Raises AGICommandError, AGIError."""
    if value == "0" and endpos <= sample_offset:
        raise AGICommandError("STREAM FILE played nothing", endpos)
    return Played("" if value == "0" else _key(value), endpos)


def _key(value: str) -> str:
    """The key whose character code `value` is."""
    if not value.isascii() or not value.isdigit() or not 32 <= int(value) <= 126:
        raise AGIError("a result that is no key")
    return chr(int(value))
