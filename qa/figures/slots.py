"""Which day, half hour and weekday a moment belongs to, by the site's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

QUARTER_S: Final = 15 * 60
"""Every time zone's offset is a multiple of a quarter of an hour."""

QUARTER_US: Final = QUARTER_S * 1_000_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at_us: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at_us)


class Slot(NamedTuple):
    """A half hour of a day."""

    day: date
    half: int
    """0 is 00:00 to 00:30, 47 is 23:30 to 24:00."""

    @property
    def hour(self) -> int:
        return self.half // 2


class Slots:
    """Finds the slot of a moment; remembers quarters of an hour, so that a million calls cost
    little. `zone` None is the machine's own.
    """

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._known: dict[int, Slot] = {}

    def of(self, at: datetime) -> Slot:
        """The slot of an aware moment."""
        return self.of_quarter(int(at.timestamp()) // QUARTER_S)

    def of_quarter(self, quarter: int) -> Slot:
        """The slot of so many quarters of an hour since 1970 UTC."""
        found = self._known.get(quarter)
        if found is None:
            local = (_EPOCH + timedelta(seconds=quarter * QUARTER_S)).astimezone(self._zone)
            found = Slot(local.date(), local.hour * 2 + local.minute // 30)
            self._known[quarter] = found
        return found


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of whole days, both ends within, by one time zone."""

    first: date
    last: date
    zone: tzinfo | None = None

    @property
    def since(self) -> datetime:
        """The first moment, aware UTC."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it, aware UTC."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def all(self) -> tuple[date, ...]:
        """Every day of it, in order."""
        count = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=number) for number in range(count))

    @classmethod
    def month(cls, of: date, zone: tzinfo | None = None) -> Days:
        """The calendar month that this day is in."""
        first = of.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        return cls(first, after - timedelta(days=1), zone)

    def before(self) -> Days:
        """As many days just before."""
        length = timedelta(days=(self.last - self.first).days + 1)
        return Days(self.first - length, self.last - length, self.zone)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    local = datetime.combine(day, time())
    aware = local.astimezone() if zone is None else local.replace(tzinfo=zone)
    return aware.astimezone(UTC)
