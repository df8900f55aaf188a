"""How long recordings are kept: what is due at a time, and when to look. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from calls.errors import RecordingError


class ClockDoubtError(RecordingError):
    """Nothing is erased by a clock that may be wrong; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The rule of one site. 0 days: for ever."""

    days: int = 180
    queues: Mapping[str, int] = field(default_factory=dict)
    """Queue of the call -> days, in place of `days`."""

    at: time = time(3, 30)
    """When to look every night, UTC."""

    doubt_after_days: int = 14
    """A clock that has gone on by more since it was looked last is not believed; 0: always is."""

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever due."""
        return not self.days and not any(self.queues.values())

    def cutoffs(self, now: datetime) -> tuple[datetime | None, dict[str, datetime | None]]:
        """What began before these times is due: by default, and by queue; None: never."""
        return _before(now, self.days), {
            queue: _before(now, days) for queue, days in self.queues.items()
        }

    def doubt(self, now: datetime, last: datetime) -> str:
        """Why `now` is not to be erased by, when it was looked last at `last`; empty: it is."""
        gone = now - last
        if not self.doubt_after_days or gone <= timedelta(days=self.doubt_after_days):
            return ""
        return (
            f"by this clock {gone.days} days went by since {last:%Y-%m-%d}, it shows"
            f" {now:%Y-%m-%d %H:%M} UTC: nothing is erased before somebody has seen that it is"
            " right; then `thirdring recordings retain --clock-is-right`"
        )

    def next_after(self, then: datetime) -> datetime:
        """The first time to look after `then` (aware UTC)."""
        today = datetime.combine(then.date(), self.at, then.tzinfo)
        return today if today > then else today + timedelta(days=1)


def _before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None
