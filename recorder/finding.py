"""Picks the recording a person means."""

from __future__ import annotations

from collections.abc import Sequence

from calls.asides import is_aside
from calls.errors import RecordingError
from recorder.catalog import Recording


def pick(recordings: Sequence[Recording], wanted: str) -> Recording:
    """The recording with this id, or the one of this call, or whose id alone begins so.

    Raises RecordingError when there is none or more than one.
    """
    exact = [one for one in recordings if one.id == wanted]
    of_call = [one for one in recordings if one.call_id == wanted]
    begun = [one for one in recordings if wanted and one.id.startswith(wanted)]
    for found in (exact, of_call, begun):
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(one.id for one in found[:8])
            raise RecordingError(f'"{wanted}" means several recordings: {ids}; give the whole id')
    raise RecordingError(f'no recording "{wanted}"; `thirdring recordings list` shows them')


def parts_of(recordings: Sequence[Recording], wanted: str) -> list[Recording]:
    """All parts of the one call that is meant, or that one recording when its id is given.

    A supervisor's own voice is no part of a call. Raises RecordingError as `pick` does.
    """
    legs = [one for one in recordings if not is_aside(one.id)]
    begun = [one for one in legs if wanted and one.call_id.startswith(wanted)]
    exact = any(one.id == wanted for one in recordings)
    if not exact and len({one.call_id for one in begun}) == 1:
        return begun
    return [pick(recordings, wanted)]
