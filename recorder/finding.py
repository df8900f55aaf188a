"""Picks the recording a person means."""

from __future__ import annotations

from collections.abc import Sequence

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
