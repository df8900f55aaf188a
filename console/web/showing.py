"""Values as people read them: times, lengths, numbers masked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from calls.masking import called, mask, plain, plain_name


def clock(ms: int | None, *, tenths: bool = True) -> str:
    """An offset as `m:ss.t`; empty for None."""
    if ms is None:
        return ""
    sign, ms = ("-" if ms < 0 else ""), abs(ms)
    told = f"{sign}{ms // 60_000}:{ms // 1000 % 60:02d}"
    return f"{told}.{ms // 100 % 10}" if tenths else told


def seconds(ms: float | None) -> str:
    """A length: `4.2 s` below a minute, else `m:ss`; empty for None."""
    if ms is None:
        return ""
    return f"{ms / 1000:.1f} s" if ms < 60_000 else clock(int(ms), tenths=False)


def when(at: datetime | str | None, zone: tzinfo | None = None) -> str:
    """A moment by the clock of that zone (None: this machine's), to the second."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


_ENDED: Final = {
    "completed": ("办完", "completed"),
    "caller_hung_up": ("来电者挂机", "caller hung up"),
    "agent_hung_up": ("坐席挂机", "agent hung up"),
    "network": ("网络中断", "network"),
    "failed": ("出错", "failed"),
    "interrupted": ("服务中断", "interrupted"),
}


def ended(
    reason: str | None,
    disposition: str | None,
    *,
    language: str,
    titles: Mapping[str, Mapping[Any, str]],
) -> str:
    """How a call ended and what it was, in words; `titles` are those of the dispositions."""
    words = _ENDED.get(reason or "")
    told = (words[language != "zh"] if words else reason) or ""
    # `hung_up` is what a flow calls a caller who went: the reason says so already.
    if not disposition or disposition == "hung_up":
        return told
    return f"{told} · {titles.get(disposition, {}).get(language, plain(disposition))}"


def masked_number(number: str | None) -> str:
    """A telephone number with its middle covered."""
    return plain(mask(number)) if number else ""


def called_number(number: str | None, direction: str) -> str:
    """The number that was called, covered where it is a customer's."""
    return plain(called(number, direction)) if number else ""


def masked_name(name: Any) -> str:
    """A caller's name: no controls, no numbers, not long."""
    return plain_name(str(name)) if name else ""


def plain_text(text: Any) -> str:
    """What a person wrote: no control characters."""
    return plain(str(text), most_cells=4000) if text else ""
