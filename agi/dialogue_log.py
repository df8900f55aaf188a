"""The AGI dialogue for the log: debug only, numbers masked, never what a caller keyed."""

from __future__ import annotations

import re
import traceback

import structlog

from agi.replies import Reply
from calls.masking import mask, plain

_log = structlog.get_logger("agi.dialogue")

_NUMBER = re.compile(r"\d(?:[ ().\-]{0,2}\d){3,}")
_NOT_A_DIGIT = re.compile(r"\D")


def shown(text: str, most_cells: int = 120) -> str:
    """Text of a peer, fit for the log: numbers of four digits and more masked, no controls."""
    return plain(
        _NUMBER.sub(lambda found: mask(_NOT_A_DIGIT.sub("", found[0])), text),
        most_cells=most_cells,
    )


def log_sent(call: str, line: bytes) -> None:
    """A command on its way."""
    _log.debug("agi command", call=call, line=shown(line.decode("utf-8", "replace").rstrip("\n")))


def log_received(call: str, reply: Reply) -> None:
    """Its reply: that it came and how large, not what it held (it may be keyed digits)."""
    _log.debug("agi reply", call=call, code=reply.code, size=len(reply.value) + len(reply.data))


def masked_trace(error: BaseException) -> str:
    """Where an error came from, with the numbers its text may hold masked."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(shown(line, 200) for line in lines)
