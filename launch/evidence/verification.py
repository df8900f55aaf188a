"""Everything that can prove itself, proved: ledger, floor, recordings, scores, flows, forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calls.errors import CallCenterError
from calls.quality.events import FormFrozen
from launch.evidence.all_heads import AllHeads
from launch.evidence.flow_evidence import flow_findings
from launch.serving.kept_flows import KeptFlows
from launch.telling.progress import with_bar
from launch.telling.proof_texts import part_word
from ledger.heads import head_findings
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.quality.verify import verify as verify_book
from ledger.reader import LedgerReader
from ledger.used_flows import used_flows
from ledger.verify import verify as verify_ledger
from qa.rubric import load_form
from recorder.source import LedgerSource
from recorder.store import Store
from recorder.verify import check, orphans, owners

_SPOILED: Final = (LookupError, TypeError, ValueError)
"""What a row that somebody spoiled may raise: it must not keep the other parts from being read."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not as it was written."""

    part: str
    """`ledger`, `floor`, `recordings`, `quality`, `flows` or `forms`."""

    what: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class PartReport:
    """What was looked at in one part, and what was found."""

    part: str
    looked_at: str
    """In words: `8 calls, 163 events`."""

    found: tuple[Found, ...]
    notes: tuple[str, ...] = ()
    """What cannot be proved, and is no sign that anything was done."""


def verify_all(state: Path, kept: AllHeads | None, *, quiet: bool) -> Iterator[PartReport]:
    """Look at part after part. A part that cannot be read is a finding of its own.

    Raises LedgerMissingError when there is no ledger: then there is nothing to prove.
    """
    LedgerReader(state / LEDGER_FILE).close()
    parts: tuple[tuple[str, Callable[[], PartReport]], ...] = (
        ("ledger", lambda: _ledger(state, kept)),
        ("recordings", lambda: _recordings(state, quiet=quiet)),
        ("quality", lambda: _quality(state, kept)),
        ("flows", lambda: _flows(state)),
        ("forms", lambda: _forms(state)),
    )
    for name, look in parts:
        try:
            yield look()
        except (CallCenterError, OSError, *_SPOILED) as error:
            yield PartReport(name, "nothing", (Found(name, "unreadable", name, _why(error)),))


def _why(error: Exception) -> str:
    if isinstance(error, CallCenterError | OSError):
        return str(error)
    return f"{error!r}: something in it is of no kind of ours; restore it from a backup"


def _ledger(state: Path, kept: AllHeads | None) -> PartReport:
    report = verify_ledger(state / LEDGER_FILE)
    found = []
    for one in report.findings:
        where = f"call {one.call_id}" if one.call_id else f"agent {one.agent}" if one.agent else ""
        part = "floor" if one.agent or "floor's facts" in one.detail else "ledger"
        found.append(Found(part, one.what, where, one.detail))
    if kept is not None:
        for head in head_findings(state / LEDGER_FILE, kept.ledger):
            part = "floor" if head.table == "floor" else "ledger"
            found.append(Found(part, head.what, f"head of {kept.made_at}", head.detail))
    looked_at = f"{report.calls} calls, {report.events} events, {report.floor_events} of the floor"
    return PartReport("ledger", looked_at, tuple(found))


def _recordings(state: Path, *, quiet: bool) -> PartReport:
    store = Store(state)
    with LedgerReader(state / LEDGER_FILE) as reader:
        recordings = list(LedgerSource(reader).known()[0])
    others = owners(recordings)
    shown = with_bar(recordings, part_word("recordings"), quiet=quiet)
    checked = [*(check(store, one, others) for one in shown), *orphans(store, recordings)]
    found = tuple(
        Found("recordings", kind.value, one.recording or one.file, detail)
        for one in checked
        for kind, detail in one.findings
    )
    return PartReport("recordings", f"{len(recordings)} recordings", found)


def _quality(state: Path, kept: AllHeads | None) -> PartReport:
    path = state / QUALITY_FILE
    if not path.exists():
        lost = kept is not None and bool(kept.quality)
        gone = Found("quality", "missing", str(path), "it was there when the head was made")
        return PartReport("quality", "no quality book yet", (gone,) if lost else ())
    with QualityBook.open(path) as book:
        report = verify_book(book, head=kept.quality if kept is not None else "")
    found = tuple(Found("quality", one.what, one.stream, one.detail) for one in report.findings)
    looked_at = f"{report.streams} streams, {report.events} facts"
    return PartReport("quality", looked_at, found, report.notes)


def _flows(state: Path) -> PartReport:
    kept = KeptFlows(state)
    findings = flow_findings(kept, used_flows(state / LEDGER_FILE))
    found = tuple(Found("flows", one.what, one.where, one.detail) for one in findings)
    return PartReport("flows", f"{len(kept.versions())} versions of flows", found)


def _forms(state: Path) -> PartReport:
    path = state / QUALITY_FILE
    if not path.exists():
        return PartReport("forms", "no quality book yet", ())
    found, frozen = [], set()
    with QualityBook.open(path) as book:
        for event in book.events_of([FormFrozen.kind]):
            digest = str(event.data.get("digest", ""))
            frozen.add(digest)
            if not _is_form(str(event.data.get("text", "")), event.stream, digest):
                detail = "its text is not the version that its name says"
                found.append(Found("forms", "edited", event.stream, detail))
        for row in book.evaluations():
            if row.form_digest not in frozen:
                detail = f"the text of form {row.form} that it was scored by is not kept"
                found.append(Found("forms", "missing", f"evaluation/{row.id}", detail))
    return PartReport("forms", f"{len(frozen)} versions of forms", tuple(found))


def _is_form(text: str, name: str, digest: str) -> bool:
    try:
        return load_form(text, name).digest == digest
    except CallCenterError:
        return False
