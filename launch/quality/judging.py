"""Judging calls that no running server judged, or judged by other rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callflow.rules.monitor import RuleSet
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from qa.judging import judged, judged_by


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """What a run came to."""

    looked_at: int
    judged: int
    broke: int
    """Of those judged, how many broke a rule."""


def judge_all(
    path: Path,
    rules: RuleSet,
    *,
    again: bool = False,
    shown: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> JudgedReport:
    """Judge every call of the ledger at `path` that is over and was not judged.

    With `again` also those that other rules judged, by the digest of the file. `shown` passes the
    ids on, with a bar where there is a terminal. Raises LedgerError when somebody else writes.
    """
    LedgerReader(path).close()  # a ledger that is not there is not made
    count = broke = 0
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        call_ids = reader.ended(judged=None if again else False)
        for call_id in shown(call_ids):
            events = reader.events(call_id)
            if judged_by(events) == rules.digest:
                continue
            verdict = judged(events, rules)
            writer.append_late(call_id, verdict)
            count += 1
            broke += bool(verdict.broken)
    return JudgedReport(len(call_ids), count, broke)
