"""Implements the console's data requests over a state folder, by the services of the terminal."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from casework.phone_numbers import NumberPlan
from console.private.ports import Erased, KeptCall
from launch.exporting.one_call import call_vcon, sounds_of
from launch.exporting.person import Person
from launch.recordings.erasing import carry_out
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from recorder.orders import Order
from recorder.source import LedgerSource

if TYPE_CHECKING:
    from launch.settings.site import Settings

FOLDER: Final = "handing-over"
"""Below the state folder: files on their way to a browser, each for as long as that takes."""

_PATIENCE_S: Final = 15.0


class StateRequests:
    """Implements `console.private.ports.DataRequests`."""

    def __init__(self, state: Path, reader: LedgerReader, settings: Settings) -> None:
        self._state, self._reader = state, reader
        self._house = settings.house
        self._plan = NumberPlan(settings.office.country, settings.office.trunk)
        self._agents = [agent.name for agent in settings.agents.values()]
        # What a console that was killed left there is open data.
        shutil.rmtree(state / FOLDER, ignore_errors=True)

    def of_number(self, number: str) -> list[KeptCall]:
        return [self._kept(call) for call in Person(self._state, number, self._plan).calls]

    def of_call(self, call_id: str) -> KeptCall:
        return self._kept(self._reader.call(call_id))

    def erase(self, calls: Sequence[KeptCall], by: str) -> Erased:
        wanted = {call.id: call.recordings for call in calls if call.recordings}
        if not wanted:
            return Erased()
        order = Order.new(wanted, "asked", by)
        outcome = carry_out(self._state, order, patience_s=_PATIENCE_S).outcome
        if outcome is None:
            return Erased(waiting=True)
        return Erased(recordings=outcome.erased, left=outcome.left)

    @contextmanager
    def person(self, number: str) -> Iterator[Path]:
        (self._state / FOLDER).mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._state / FOLDER) as folder:
            one = Person(self._state, number, self._plan, self._agents)
            to = Path(folder) / "person.zip"
            one.write(to, one.calls)
            yield to

    def vcon(self, call_id: str, *, masked: bool) -> bytes:
        call = self._reader.call(call_id)
        sounds = sounds_of(self._state, self._reader, call)
        told = call_vcon(self._reader, call, sounds, self._house, masked=masked)
        return (json.dumps(told, ensure_ascii=False) + "\n").encode()

    def _kept(self, call: CallRow) -> KeptCall:
        found = list(LedgerSource(self._reader).of_call(call.id))
        return KeptCall(
            id=call.id,
            offered_at=call.offered_at,
            queue=call.queue,
            agent=call.agent,
            recordings=tuple(one.id for one in found if one.erased is None),
            erased=sum(one.erased is not None for one in found),
        )
