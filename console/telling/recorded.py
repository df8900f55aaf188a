"""What a recording's facts say beside their name: its clock, its measures, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from calls.certainty import unsure
from console.telling.recording_flaws import flaws_in_chinese
from console.telling.terms import STOPPED

Note = tuple[str, str]
"""Chinese and English; both empty when there is nothing to say."""

_CLOCK: Final = ("begins_ms", "duration_ms", "anchors")
_MANY: Final = (list, tuple)


def recording_note(kind: str, data: Mapping[str, Any]) -> Note:
    """What to say of a `recording_...` fact, from the fact's own data."""
    if kind == "recording_measured":
        return _measured(data)
    told = str(data.get("problem") or data.get("reason") or data.get("why") or "")
    in_chinese = STOPPED.get(told) or flaws_in_chinese(told)
    places = _not_proved(data)
    if not places:
        return in_chinese, told
    zh, en = f"{places} 秒的时刻未经证实", f"its clock is not proved from {places} s"
    return (f"{in_chinese}；{zh}", f"{told}; {en}") if told else (zh, en)


def _not_proved(data: Mapping[str, Any]) -> str:
    """`14-38, 60-62`: the stretches of the call in seconds."""
    found = data.get("unproved")
    if found is None:
        # Nobody saw the file grow: only the house's lines that were found prove its clock.
        begins, lasted, anchors = (data.get(name) for name in _CLOCK)
        if not (isinstance(begins, int) and isinstance(lasted, int) and isinstance(anchors, _MANY)):
            return ""
        found = unsure(anchors, begins, begins + lasted)
    if not isinstance(found, _MANY):
        return ""
    return ", ".join(f"{one[0] / 1000:.0f}-{one[1] / 1000:.0f}" for one in found)


def _measured(data: Mapping[str, Any]) -> Note:
    names = ("caller_talk_ms", "agent_talk_ms", "talk_over_ms", "dead_air_ms")
    found = [data.get(name) for name in names]
    caller, agent, over, still = (
        f"{value / 1000:.1f}" if isinstance(value, int | float) else "?" for value in found
    )
    return (
        f"客户说话 {caller} 秒，坐席 {agent} 秒，抢话 {over} 秒，最长无声 {still} 秒",
        f"caller {caller} s, agent {agent} s, talk-over {over} s, longest dead air {still} s",
    )
