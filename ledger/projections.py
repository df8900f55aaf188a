"""The fold that makes `calls` and `recordings` from events. Pure: no database, no clock.

Every figure of a call is told by its events; a kind that is not named here changes nothing but
the seal. Data of a wrong type count as absent, so that no event can stop the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger.encoding import EventRow
from ledger.fold import Fold, text, whole
from ledger.states import CALL_COLUMNS as CALL_COLUMNS
from ledger.states import RECORDING_COLUMNS as RECORDING_COLUMNS
from ledger.states import CallState
from ledger.states import RecordingState as RecordingState
from ledger.telling_queues import QUEUE_TELLERS, line_is_down
from ledger.telling_sound import SOUND_TELLERS


def fold_call(call_id: str, events: Iterable[tuple[EventRow, bytes]]) -> Fold:
    """The whole of one call from its events in order, each with its stored hash."""
    fold = Fold(CallState(id=call_id))
    for row, digest in events:
        apply(fold, row, digest)
    return fold


def apply(fold: Fold, row: EventRow, digest: bytes) -> None:
    """Take in the next event of a call; `digest` is its hash in the chain."""
    _, fold.last_seq, fold.last_at, fold.last_ms, kind, _, facts, _ = row
    fold.last_hash = digest
    tell = _TELLERS.get(kind)
    if tell is not None:
        tell(fold, row, facts)
    if fold.call.ended_at is not None:
        fold.call.sealed_seq = fold.last_seq
        fold.call.sealed_hash = digest
        fold.changed = True


def _offered(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call = fold.call
    call.offered_at = row.at
    call.uniqueid = text(facts, "uniqueid")
    call.ani = text(facts, "ani")
    call.dnis = text(facts, "dnis")
    call.caller_name = text(facts, "caller_name")
    call.direction = text(facts, "direction")
    call.flow = text(facts, "flow")
    call.channel = text(facts, "channel")
    fold.changed = fold.renamed = True


def _answered(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.answered_at = row.at
    fold.call.answered_ms = row.offset_ms
    fold.call.rings = whole(facts, "rings")
    fold.changed = True


def _said(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    # Nearly every line is in the language of the one before.
    if facts.get("language") != fold.call.language:
        language = text(facts, "language")
        if language and language != fold.call.language:
            fold.call.language = language
            fold.changed = True


def _fault(fold: Fold, _row: EventRow, _facts: Mapping[str, Any]) -> None:
    fold.call.faults += 1
    fold.changed = True


def _hung_up(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    # The first to hang up did it; a second report of the same end changes nothing.
    if not fold.call.hung_up_by:
        fold.call.hung_up_by = text(facts, "by")
        fold.changed = True


def _ended(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    if fold.call.ended_at is None:
        fold.call.ended_at = row.at
        fold.call.ended_ms = row.offset_ms
        fold.call.end_reason = text(facts, "end_reason")
        line_is_down(fold.call, row.offset_ms)
        # An agent who wrapped up before the flow came to its end has said what the call was.
        if fold.call.disposition is None:
            fold.call.disposition = text(facts, "disposition")


def _rules_judged(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.judged = 1
    fold.call.kept = _ids(facts, "kept")
    fold.call.broken = _ids(facts, "broken")
    fold.changed = True


def _ids(facts: Mapping[str, Any], name: str) -> str:
    """Names parted by a space; what is no name counts as absent."""
    value = facts.get(name)
    listed = value if isinstance(value, list | tuple) else ()
    names = (text({name: one}, name) for one in listed)
    return " ".join(dict.fromkeys(one for one in names if one.split() == [one]))


def _tagged(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.tag = text(facts, "tag")
    fold.changed = True


def _surveyed(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    # The caller's verdict is one question; a site may ask more, and reads them in the events.
    if text(facts, "question") == "satisfaction":
        score = whole(facts, "score")
        fold.call.survey_asked = 1
        fold.call.survey = fold.call.survey if score is None else score
        fold.changed = True


_TELLERS: Mapping[str, Callable[[Fold, EventRow, Mapping[str, Any]], None]] = {
    "offered": _offered,
    "answered": _answered,
    "said": _said,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
    "rules_judged": _rules_judged,
    "tagged": _tagged,
    "surveyed": _surveyed,
    **QUEUE_TELLERS,
    **SOUND_TELLERS,
}
