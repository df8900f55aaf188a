"""Both legs of a call as waves in the terminal, with markers where rules were kept or broken."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from calls.errors import CallCenterError, LedgerError, LostKeyError, SealBrokenError

if TYPE_CHECKING:
    from callflow.rules.monitor import Verdict
    from console.work.remarking import Remark
    from recorder.waves_text import Marker

_FINE, _COARSE = 25, 5
_LONG_MS = 600_000
_MARKS = {"kept": "✓", "broken": "✗"}
_REMARK = "●"
_SIGN_CELLS = 6


def wave_lines(
    state: Path,
    call_id: str,
    width: int,
    verdicts: Iterable[Verdict],
    remarks: Iterable[Remark],
    legs: tuple[str, str],
) -> list[str]:
    """The lines to print; empty when there is nothing to hear, what is wrong when it is hurt.

    Above the waves: `✓A08` where a rule was fulfilled, `✗A12` where it was broken, ● a remark.
    """
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader
    from recorder.source import LedgerSource
    from recorder.store import Store
    from recorder.timeline import open_call_sound
    from recorder.waves import peaks
    from recorder.waves_text import Marker, draw

    try:
        with LedgerReader(state / LEDGER_FILE) as reader:
            recordings = [*LedgerSource(reader).of_call(call_id)]
            length_ms = reader.call(call_id).ended_ms
    except LedgerError:  # another node's call: its sound is there
        return []
    try:
        sound = open_call_sound(Store(state), recordings, call_ms=length_ms)
    except CallCenterError as error:
        return _unheard(error)
    with sound:
        per_s = _COARSE if sound.duration_ms > _LONG_MS else _FINE
        try:
            found = peaks(cast(BinaryIO, sound), per_s, wav=sound.wav)
        except CallCenterError as error:  # a hurt chunk
            return _unheard(error)
        # A sign at the very end would be cut off.
        last_ms = sound.duration_ms * (width - _SIGN_CELLS) // max(width, 1)
        markers = [
            Marker(min(each.at_ms, last_ms), each.sign) for each in _markers(verdicts, remarks)
        ]
        return draw(found, width, markers=markers, gaps=sound.gaps, legs=legs)


def _markers(verdicts: Iterable[Verdict], remarks: Iterable[Remark]) -> list[Marker]:
    from recorder.waves_text import Marker

    shown = [
        Marker(_place(verdict), f"{_MARKS[verdict.status]}{verdict.rule.id}")
        for verdict in verdicts
        if verdict.evidence and verdict.status in _MARKS
    ]
    return [*shown, *(Marker(remark.from_ms, _REMARK) for remark in remarks)]


def _place(verdict: Verdict) -> int:
    """Where it was broken; where what it asks for began, when it was kept."""
    return verdict.evidence[-1 if verdict.status == "broken" else 0].offset_ms


def _unheard(error: CallCenterError) -> list[str]:
    """What is wrong with the sound, where it is not simply that there is none."""
    return [str(error)] if isinstance(error, LostKeyError | SealBrokenError) else []
