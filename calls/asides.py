"""Names of recordings of one call: those of its two legs, and a supervisor's own voice apart."""

from __future__ import annotations

import re
from typing import Final

_ASIDE: Final = re.compile(r".+-s[0-9]{1,4}")


def aside_id(call_id: str, count: int) -> str:
    """The id of the `count`-th recording (from 1) of a supervisor's own voice on a call."""
    return f"{call_id}-s{count}"


def is_aside(recording: str) -> bool:
    """Whether it holds what a supervisor said to the agent or to both, and not the call's legs.

    It is evidence about the supervisor: no part of what the caller heard, and never joined to the
    call's own sound.
    """
    return _ASIDE.fullmatch(recording) is not None
