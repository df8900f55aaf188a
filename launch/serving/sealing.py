"""Getting the keys ready before the first recording is sealed."""

from __future__ import annotations

from pathlib import Path

import structlog

from calls.errors import LostKeyError
from launch.settings.recorder import RecorderSettings
from recorder.sealing.keys import Keyring
from recorder.sealing.sources import tell_place

_log = structlog.get_logger(__name__)


def begin_sealing(settings: RecorderSettings, state: Path) -> bool:
    """Note where the keys are and make the first one; returns whether recordings are sealed.

    A key that cannot be had keeps no call from being answered: recordings then wait as raw files.
    """
    keys = Keyring(state)
    tell_place(keys.folder, settings.keys, settings.key_command)
    if not settings.seal:
        return False
    try:
        where = keys.begin()
        if where is not None:
            _log.warning(
                "a key was made for the recordings: copy it to a safe place elsewhere,"
                " without it they are lost",
                key=where,
            )
        keys.master(keys.current_id())
    except (LostKeyError, OSError) as error:
        _log.error("recordings wait as raw files until their key is there", problem=str(error))
    return True
