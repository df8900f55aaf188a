"""Whether the agent who ended a talk said goodbye (A05): the rule's trace ends with the house's own
hang-up, and in a coached talk it is the agent who hangs up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from calls.events import CallEvent
from qa.answering.measures import Found

CLOSING: Final = "closing"
_AFTERWARDS: Final = frozenset({"saying", "said", "surveyed"})
"""What the house does with a caller whom the agent left on the line."""


def agents_goodbye(events: Sequence[CallEvent]) -> Found:
    """1 when the agent's last line was tagged closing, 0 when not.

    Does not apply where no agent talked, where the caller (or the network) ended the talk, or where
    it was passed on. Not known where no line of the agent's is on record: then a person hears it.
    """
    talks = [event for event in events if event.kind == "agent_answered"]
    if not talks or not _left_by_agent(events):
        return Found(applies=False)
    said = [event for event in events if event.kind == "said" and _by_agent(event)]
    if not said:
        return Found()
    last = said[-1]
    tags = last.data.get("tags")
    closes = isinstance(tags, list | tuple) and CLOSING in tags
    start, end = last.data.get("start_ms"), last.data.get("end_ms")
    return Found(
        value=int(closes),
        seqs=(last.seq,),
        from_ms=start if isinstance(start, int) else None,
        to_ms=end if isinstance(end, int) else None,
    )


def _by_agent(event: CallEvent) -> bool:
    skipped = event.data.get("ended") in ("failed", "skipped")
    return event.data.get("performer") == "agent" and not skipped


def _left_by_agent(events: Sequence[CallEvent]) -> bool:
    """Whether the talk was the agent's to end."""
    if any(
        event.kind == "transferred" and event.data.get("result") == "answered" for event in events
    ):
        return False
    down = next((event for event in events if event.kind == "hung_up"), None)
    if down is None or down.data.get("by") in ("agent", "us"):
        return down is not None
    left = next((event for event in events if event.kind == "left_queue"), None)
    # The caller hung up: in the talk, or in what the house said after it.
    return left is not None and any(
        left.seq < event.seq < down.seq and event.kind in _AFTERWARDS for event in events
    )
