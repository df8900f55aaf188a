"""Figures as people read them, in Chinese and English."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Final

from qa.figures.figure import Unit, Value

NONE: Final = "–"
WEEKDAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000


def amount(value: Value | None) -> str:
    """`82.7 %`, `3:05`, `8.2 s`, `1,024`; a dash where there was nothing to count."""
    return told(value.amount, value.figure.unit) if value else NONE


def told(number: float | None, unit: Unit) -> str:
    """The same for a plain number."""
    if number is None:
        return NONE
    match unit:
        case Unit.SHARE:
            return share(number)
        case Unit.MS:
            return length(number)
        case Unit.COUNT:
            return f"{number:,.0f}"
        case Unit.MEAN:
            return f"{number:.1f}"


def share(number: float | None) -> str:
    """0.827 as `82.7 %`. What is not all is never rounded up to `100.0 %`, nor a little to 0."""
    if number is None:
        return NONE
    percent = round(number * 100, 1)
    if number < 1 and percent == 100.0:
        percent = 99.9
    elif number > 0 and percent == 0.0:
        percent = 0.1
    return f"{percent:.1f} %"


def length(ms: float | None) -> str:
    """`8.2 s` below a minute, `3:05` below an hour, then `2:03:05`."""
    if ms is None:
        return NONE
    if ms < _MINUTE_MS:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if ms < _HOUR_MS:
        return f"{seconds // 60}:{seconds % 60:02}"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def basis(value: Value) -> str:
    """What a share is a share of: `860 / 1,000`; empty for other units and shares of time."""
    if value.figure.unit is not Unit.SHARE or value.figure.of_time or not value.over:
        return ""
    return f"{value.total:,.0f} / {value.over:,.0f}"


def change(value: Value | None, before: Value | None) -> str:
    """`+1.2` percent points, or percent of what it was; empty where one of them is not known."""
    new, old = (one.amount if one else None for one in (value, before))
    if value is None or new is None or old is None:
        return ""
    if value.figure.unit is Unit.SHARE:
        return f"{(new - old) * 100:+.1f} pp"
    return f"{(new - old) / old:+.1%}" if old else ""


def half_hour(half: int) -> str:
    """20 as `10:00`."""
    return f"{half // 2:02}:{half % 2 * 30:02}"


def day(of: date, language: str) -> str:
    """`2026-11-22 周日`."""
    return f"{of:%Y-%m-%d} {WEEKDAYS[language][of.weekday()]}"


def clock(at: datetime, zone: tzinfo | None) -> str:
    """`2026-11-22 09:15`, by the site's time zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
