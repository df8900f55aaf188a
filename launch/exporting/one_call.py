"""One call as a vCon, from a state folder."""

from __future__ import annotations

import platform
from pathlib import Path

from calls.clock import SystemClock
from launch.exporting.vcon import Sound, Telling, vcon
from launch.settings.site import HouseSettings
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from recorder.source import LedgerSource
from recorder.store import Store


def call_vcon(
    reader: LedgerReader, call: CallRow, sounds: list[Sound], house: HouseSettings, *, masked: bool
) -> dict[str, object]:
    """The call with its facts and `sounds`; `masked`: the caller is anonymous in it."""
    return vcon(
        Telling(
            call=call,
            events=reader.events(call.id),
            sounds=sounds,
            house=house.company[house.language],
            made_at=SystemClock().utc_now(),
            host=platform.node(),
            masked=masked,
        )
    )


def sounds_of(state: Path, reader: LedgerReader, call: CallRow, url: str = "") -> list[Sound]:
    """What can be heard of a call; with `url`, as files below that address.

    Raises CallCenterError, OSError when a recording cannot be read.
    """
    begins = {row.id: row.begins_ms for row in reader.recordings(call_id=call.id)}
    store, sounds = Store(state), []
    for recording in LedgerSource(reader).of_call(call.id):
        if recording.erased or recording.kept is None or not recording.kept.file:
            continue
        with store.open(recording.kept.file) as sound:
            wav = sound.read()
        begins_ms = begins.get(recording.id)
        where = f"{url.rstrip('/')}/{recording.id}.wav" if url else ""
        at_ms = recording.started_ms if begins_ms is None else begins_ms
        sounds.append(Sound(recording=recording, wav=wav, url=where, begins_ms=at_ms))
    return sounds
