"""When retention was looked after last: a note beside the orders, that outlives the server.

It is what a clock that jumped years ahead is found out by, at whatever start that happened.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from recorder.disk import make_folder, write_whole
from recorder.orders import Orders
from recorder.retention import Retention

_NAME: Final = "retained.txt"


class LookedNote:
    """The note of one state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = Orders(state).folder

    def read(self) -> datetime | None:
        """What it says; None when there is none, or none that can be read."""
        try:
            text = (self._folder / _NAME).read_text("ascii")
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        except (OSError, ValueError):
            return None

    def write(self, at: datetime) -> None:
        """It was looked after, or somebody said that the clock is right. Raises OSError."""
        make_folder(self._folder, 0o700)
        write_whole(self._folder / _NAME, f"{at.isoformat()}\n".encode())

    def last(self, rule: Retention, now: datetime, newest: datetime | None) -> datetime:
        """From when on `now` is to be doubted, never later than `now`.

        A folder that was never looked after begins with its `newest` fact where that is too long
        ago for `rule`, else with now.
        """
        found = self.read()
        if found is None:
            found = newest if newest is not None and rule.doubt(now, newest) else now
        return min(found, now)
