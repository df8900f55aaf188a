"""Raw files no fact speaks of: a lost ledger, a foreign file. Kept, never thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from calls.errors import RecordingError
from recorder.measure import Legs
from recorder.store import Store
from recorder.wav import WavFile, look_at, write_stereo

log = structlog.get_logger("recorder")

_LEG: Final = re.compile(r"^(?P<recording>[A-Za-z0-9][A-Za-z0-9_-]{0,80})-(?P<leg>in|out)\.wav$")


def take_in_orphans(store: Store, names: Iterable[str], still_since: datetime) -> tuple[str, ...]:
    """Merge raw files that no fact names into `recordings/`, by the day of their last change.

    Only what has not changed since `still_since` (aware). They get no fact, as no call can be named
    for them; `verify` lists them. Returns the files written. Files that cannot be read, or do not
    look like a leg of ours, stay where they are.
    """
    written = []
    for recording, legs in _pairs(store, names).items():
        seconds = max(leg.path.stat().st_mtime for leg in legs.present)
        changed_at = datetime.fromtimestamp(seconds, UTC)
        file = store.place(recording, changed_at)
        if changed_at > still_since or store.path(file).exists():
            continue
        try:
            store.put(file, partial(write_stereo, legs.caller, legs.house))
        except (OSError, RecordingError) as error:
            log.warning("orphan recording stays", recording=recording, problem=str(error))
            continue
        store.remove([leg.path for leg in legs.present])
        log.warning("orphan recording taken in, no call names it", file=file)
        written.append(file)
    return tuple(written)


def _pairs(store: Store, names: Iterable[str]) -> dict[str, Legs]:
    found: dict[str, dict[str, WavFile]] = {}
    for name in names:
        path = store.path(name)
        matched = _LEG.match(path.name)
        if matched is None or not path.is_file():
            continue
        try:
            found.setdefault(matched["recording"], {})[matched["leg"]] = look_at(path)
        except RecordingError as error:
            log.warning("orphan recording stays", file=name, problem=str(error))
    return {
        recording: Legs(legs.get("in"), legs.get("out"))
        for recording, legs in found.items()
        if legs
    }
