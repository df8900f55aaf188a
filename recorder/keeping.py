"""What the recorder does beside taking in: orders to erase, and retention every night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import CallCenterError
from recorder.disk import make_folder, write_whole
from recorder.erasing import Eraser
from recorder.orders import Orders, Outcome
from recorder.ports import KeptRecordings
from recorder.retention import Retention

log = structlog.get_logger("recorder")

RETENTION: Final = "retention"
_LOOKED: Final = "retained.txt"
_BATCH: Final = 200
_RETRY_MS: Final = 600_000


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
    ) -> None:
        self._orders = Orders(state)
        self._source = source
        self._eraser = eraser
        self._retention = retention
        self._clock = clock
        self._looked_at: datetime | None = None
        self._again_ms = 0

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

    def retain(self) -> Retained:
        """Erase everything that is due now. Raises CallCenterError, OSError."""
        before, of_queues = self._retention.cutoffs(self._clock.utc_now())
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
        if self._looked_at is None:
            self._looked_at = self._read_looked(now)
        # A clock that was set back would keep the next night away for as long as it was ahead.
        self._looked_at = min(self._looked_at, now)
        return now >= self._retention.next_after(self._looked_at)

    def _look_after(self) -> None:
        try:
            done = self.retain()
            self._looked_at = self._clock.utc_now()
            self._write_looked(self._looked_at)
        except (CallCenterError, OSError) as error:
            self._again_ms = self._clock.monotonic_ms() + _RETRY_MS
            log.error("retention failed, nothing was erased wrongly", problem=str(error))
            return
        if done.erased or done.held:
            log.info("retention looked after", erased=done.erased, held=done.held)

    def _read_looked(self, now: datetime) -> datetime:
        """When it was looked last; a folder that never was begins with now."""
        try:
            text = (self._orders.folder / _LOOKED).read_text("ascii")
            found = datetime.fromisoformat(text.strip())
            return min(found.astimezone(UTC), now)
        except (OSError, ValueError):
            self._write_looked(now)
            return now

    def _write_looked(self, at: datetime) -> None:
        make_folder(self._orders.folder, 0o700)
        write_whole(self._orders.folder / _LOOKED, f"{at.isoformat()}\n".encode())
