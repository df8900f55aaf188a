"""What the recorder does beside taking in: orders to erase, and retention every night."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import CallCenterError
from recorder.erasing import Eraser
from recorder.looked import LookedNote
from recorder.orders import Orders, Outcome
from recorder.ports import KeptRecordings
from recorder.retention import ClockDoubtError, Retention

log = structlog.get_logger("recorder")

RETENTION: Final = "retention"
_BATCH: Final = 200
_RETRY_MS: Final = 600_000
_DOUBT_MS: Final = 30_000
"""So often it is looked whether a doubted clock was put right, or confirmed."""


def _no_trouble() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Retained:
    """What one look for recordings that are due came to."""

    erased: int
    held: int
    """Due, and kept by a legal hold or for another reason."""


class Keeper:
    """Carries out orders and retention; called by the recorder between recordings.

    `work` is quick when there is nothing to do. Only with the store's lock held.
    """

    def __init__(
        self,
        state: Path,
        source: KeptRecordings,
        eraser: Eraser,
        retention: Retention,
        clock: Clock,
        *,
        newest: datetime | None = None,
        trouble: Callable[[], str] = _no_trouble,
    ) -> None:
        """`newest`: when the ledger's last fact is from, for a folder where retention never looked.

        `trouble` says what is wrong with the clock; while it says anything nothing is erased by it.
        """
        self._newest, self._trouble = newest, trouble
        self._orders, self._note = Orders(state), LookedNote(state)
        self._source = source
        self._eraser = eraser
        self._retention = retention
        self._clock = clock
        self._looked_at: datetime | None = None
        self._again_ms = 0
        self.doubt = ""
        """Why retention waits; empty when it does not."""

    def work(self) -> None:
        """Carry out what waits. What goes wrong is logged and tried again, never raised."""
        for order in self._orders.waiting():
            try:
                outcome = self._eraser.carry_out(order)
            except (CallCenterError, OSError) as error:
                left = {one: str(error) for ids in order.calls.values() for one in ids}
                outcome = Outcome(left=left)
                log.error("an order to erase failed", problem=str(error))
            self._orders.done(order, outcome)
        if self._is_night():
            self._look_after()

    def retain(self, *, clock_is_right: bool = False) -> Retained:
        """Erase everything that is due now. Raises CallCenterError, OSError.

        Raises ClockDoubtError instead of erasing by a clock that may be wrong.
        """
        now = self._clock.utc_now()
        doubt = "" if clock_is_right else self.doubt_of(now)
        if doubt:
            raise ClockDoubtError(doubt)
        done = self._erase_due(now)
        self._looked_at = now
        self._note.write(now)
        return done

    def doubt_of(self, now: datetime) -> str:
        """Why nothing is to be erased by this time; empty when it may be."""
        if trouble := self._trouble():
            return f"the clock is in doubt: {trouble}"
        return self._retention.doubt(now, self._last(now))

    def _erase_due(self, now: datetime) -> Retained:
        before, of_queues = self._retention.cutoffs(now)
        erased, left = 0, set[str]()
        while True:
            # What is left stays due: ask for that much more, or a held batch would hide the rest.
            due = self._source.due(before, of_queues, _BATCH + len(left))
            fresh = [one for one in due if one.id not in left]
            if not fresh:
                break
            outcome = self._eraser.erase(fresh, RETENTION, "system")
            erased += len(outcome.erased)
            left.update(outcome.left)
        if before is not None:
            erased += self._eraser.erase_orphans(before)
        return Retained(erased, len(left))

    def _is_night(self) -> bool:
        if self._retention.keeps_all or self._clock.monotonic_ms() < self._again_ms:
            return False
        now = self._clock.utc_now()
        if self._looked_at is None or self.doubt:
            # Doubted, it is read again: somebody may have confirmed the clock meanwhile.
            self._looked_at = self._last(now)
            if self._note.read() is None:
                with suppress(OSError):  # the next start begins with its own now, then
                    self._note.write(self._looked_at)
        # A clock that was set back would keep the next night away for as long as it was ahead.
        self._looked_at = min(self._looked_at, now)
        night = now >= self._retention.next_after(self._looked_at)
        if not night:
            self.doubt = ""
        return night

    def _look_after(self) -> None:
        try:
            done = self.retain()
        except ClockDoubtError as error:
            self._again_ms = self._clock.monotonic_ms() + _DOUBT_MS
            if not self.doubt:
                log.error("retention waits, nothing is erased", problem=str(error))
            self.doubt = str(error)
            return
        except (CallCenterError, OSError) as error:
            self._again_ms = self._clock.monotonic_ms() + _RETRY_MS
            log.error("retention failed, nothing was erased wrongly", problem=str(error))
            return
        self.doubt = ""
        if done.erased or done.held:
            log.info("retention looked after", erased=done.erased, held=done.held)

    def _last(self, now: datetime) -> datetime:
        return self._note.last(self._retention, now, self._newest)
