"""What coaches work with, and a talk as it is kept over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callflow.house import House
from calls.call import Call
from calls.ports import Office, Talk
from desk.coaching.journal import Kept
from desk.coaching.live_events import LiveEvents
from desk.coaching.ports import MovePort, RecordPort, TapEars, Tapper


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What all coaches of a desk work with; a part that is missing is done without."""

    house: House
    live: LiveEvents
    language: str = "zh-Hans"
    """Of a call that does not say its own."""

    ears: TapEars | None = None
    tapper: Tapper | None = None
    office: Office | None = None
    recorder: RecordPort | None = None
    mover: MovePort | None = None
    state: Path | None = None
    """Where calls are kept for a restart; None keeps none."""


def kept_of(talk: Talk, began_ms: int) -> Mapping[str, Any]:
    """A talk that began at `began_ms` of its call, JSON-ready."""
    return {
        "agent": talk.agent,
        "caller_channel": talk.caller_channel,
        "agent_channel": talk.agent_channel,
        "queue": talk.queue,
        "flow": talk.flow,
        "variables": dict(talk.variables),
        "began_ms": began_ms,
    }


def talk_of(call: Call, kept: Kept) -> Talk:
    """The talk again."""
    names = ("agent", "caller_channel", "agent_channel", "queue", "flow")
    told = {name: str(kept.talk[name]) for name in names}
    return Talk(call=call, variables=kept.talk["variables"], **told)
