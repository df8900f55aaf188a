"""A queue's figures of one day, from counts. Pure.

Service level = answered within T / (offered - abandoned within T); strict = / offered. These are
formulas 4 and 3 of the five that ICMI lists ("Service Level Calculations", Queue Tips, 2002): with
860 of 1000 answered in time, 20 of 60 abandoned in time, they give 82.7 % and 81.1 %. A caller who
waits and whose T is not over yet is judged by neither: what becomes of the call is open. One who
waits longer than T, or left the queue unanswered, has not been answered in time.
Average speed of answer = waits of the answered / answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from desk.supervision.limits import Variant


@dataclass(slots=True)
class Tally:
    """What one queue counts on one day; every call that came is in exactly one of `answered`,
    `abandoned`, `left` or waits still.
    """

    offered: int = 0
    """Came to the queue."""

    answered: int = 0
    """An agent took the call."""

    abandoned: int = 0
    """The caller hung up before that."""

    left: int = 0
    """Left it otherwise: the longest wait was over, nobody on duty, the queue failed."""

    within: int = 0
    """Answered within the target."""

    abandoned_within: int = 0
    """Abandoned within it."""

    waited_ms: int = 0
    """Waits of the answered, added up."""

    @property
    def waiting(self) -> int:
        """Callers who wait still."""
        return self.offered - self.answered - self.abandoned - self.left

    @property
    def average_ms(self) -> int | None:
        """Average speed of answer; None before the first answer."""
        return round(self.waited_ms / self.answered) if self.answered else None

    def plus(self, other: Tally) -> Tally:
        """Both together: several queues, or several hours."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


def judged(tally: Tally, open_calls: int, variant: Variant) -> int:
    """How many calls the service level is a share of; `open_calls` wait and may yet be in time."""
    short = tally.abandoned_within if variant is Variant.SHORT_ABANDONS_OUT else 0
    return tally.offered - open_calls - short


def service_level(tally: Tally, open_calls: int, variant: Variant) -> float | None:
    """0 to 1; None with no call to judge."""
    whole = judged(tally, open_calls, variant)
    return tally.within / whole if whole > 0 else None


def formula(tally: Tally, open_calls: int, variant: Variant, target_s: int) -> Mapping[str, str]:
    """The service level's formula in words with today's numbers, by `zh` and `en`."""
    zh, en = f"进队 {tally.offered}", f"offered {tally.offered}"
    if variant is Variant.SHORT_ABANDONS_OUT:
        zh += f" − {target_s} 秒内放弃 {tally.abandoned_within}"
        en += f" − abandoned within {target_s} s {tally.abandoned_within}"
    if open_calls:
        zh += f" − 等待未满 {target_s} 秒 {open_calls}"
        en += f" − waiting for less than {target_s} s {open_calls}"
    if " − " in zh:
        zh, en = f"({zh})", f"({en})"
    level = service_level(tally, open_calls, variant)
    result = "–" if level is None else f"{level:.1%}"
    return {
        "zh": f"{target_s} 秒内接听 {tally.within} ÷ {zh} = {result}",
        "en": f"answered within {target_s} s {tally.within} ÷ {en} = {result}",
    }
