"""Values as people read them: times, lengths, numbers masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from calls.masking import mask, plain, plain_name


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


def when(at: datetime | str | None) -> str:
    """A moment in this machine's own time zone, to the second."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def masked_number(number: str | None) -> str:
    """A telephone number with its middle covered."""
    return plain(mask(number)) if number else ""


def masked_name(name: Any) -> str:
    """A caller's name: no controls, no numbers, not long."""
    return plain_name(str(name)) if name else ""


def plain_text(text: Any) -> str:
    """What a person wrote: no control characters."""
    return plain(str(text), most_cells=4000) if text else ""
