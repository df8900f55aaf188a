"""All that the house keeps of one caller, as one file to hand over (PIPL 45, GDPR 15).

Evaluations go in with score and answers, and what QA wrote about the calls, but without the names
of those who work for the house: that is somebody else's data.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from calls.clock import SystemClock
from calls.errors import CallCenterError
from calls.events import CallEvent
from casework.phone_numbers import NumberPlan
from launch.exporting.remarks import Staff, remarks_of
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.quality.rows import EvaluationFilter, EvaluationRow
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from recorder.catalog import Recording
from recorder.disk import private, sync_folder
from recorder.source import LedgerSource
from recorder.store import Store

_MOST_CALLS: Final = 100_000
_BLOCK_BYTES: Final = 1 << 20
_OTHERS: Final = frozenset({"evaluator", "opened_by", "agent", "seq"})
_READ_ME: Final = """\
这里是本呼叫中心保存的、与一个电话号码有关的全部数据。
All that this call center keeps about one telephone number.

calls.json         每次来电一条 / one entry a call
events/            每次来电的全部事实 / all facts of each call
lines/             本中心在来电中说的话 / what the house said in each call
recordings/        录音（左声道为来电人）/ recordings, caller left
evaluations.json   对来电的质检评分 / quality scores of the calls
remarks.json       对来电的批注、辅导、异议，以角色代替姓名
                   remarks, coaching, disputes about the calls; who wrote them by role, not name
manifest.json      每个文件的 SHA-256，以及缺少的内容 / SHA-256 of each file, and what is missing
"""


@dataclass(slots=True)
class Manifest:
    """What went into the file."""

    number: str
    made_at: str
    calls: int = 0
    files: dict[str, str] = field(default_factory=dict)
    """Name -> SHA-256."""

    missing: dict[str, str] = field(default_factory=dict)
    """Recording -> why it is not in it."""


class Person:
    """One caller's data in one state folder."""

    def __init__(
        self,
        state: Path,
        number: str,
        plan: NumberPlan | None = None,
        agents: Sequence[str] = (),
    ) -> None:
        """Find the calls from a number and those placed to it, however a trunk wrote it then.

        `agents`: names of the house's agents, which give way to their role.
        """
        self._state, self._agents = state, agents
        self.number = number
        found: list[CallRow] = []
        with self._ledger() as reader:
            for spelling in spellings(number, plan or NumberPlan()):
                found += reader.calls_of(spelling, _MOST_CALLS)
                found += reader.calls_to(spelling, _MOST_CALLS)
        whole = {call.id: call for call in found}
        self.calls: Sequence[CallRow] = [whole[name] for name in sorted(whole)]

    def write(self, to: Path, calls: Iterable[CallRow]) -> Manifest:
        """Write the zip whole or not at all; `calls` are its own, shown as they go in.

        Raises CallCenterError, OSError. A recording that cannot be read is named in the manifest.
        """
        made_at = SystemClock().utc_now().isoformat(timespec="seconds")
        manifest = Manifest(number=self.number, made_at=made_at, calls=len(self.calls))
        part = to.with_name(f".{to.name}.part")
        with private(part) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            writing = _Writing(archive, manifest)
            writing.text("README.txt", _READ_ME)
            writing.json("calls.json", [asdict(call) for call in self.calls])
            with self._ledger() as reader:
                for call in calls:
                    self._one_call(reader, call.id, writing)
            self._of_quality(writing)
            writing.json("manifest.json", asdict(manifest))
        part.replace(to)
        sync_folder(to.resolve().parent)
        return manifest

    def _one_call(self, reader: LedgerReader, call_id: str, writing: _Writing) -> None:
        events = reader.events(call_id)
        writing.json(f"events/{call_id}.json", [_event(event) for event in events])
        lines = "".join(_line(event) for event in events if event.kind == "said")
        if lines:
            writing.text(f"lines/{call_id}.txt", lines)
        store = Store(self._state)
        for recording in LedgerSource(reader).of_call(call_id):
            self._sound(store, recording, writing)

    def _sound(self, store: Store, recording: Recording, writing: _Writing) -> None:
        kept = recording.kept
        if recording.erased is not None or kept is None or not kept.file:
            why = "erased" if recording.erased else kept.problem if kept else "not taken in yet"
            writing.manifest.missing[recording.id] = why
            return
        try:
            with store.open(kept.file) as sound:
                sound.read(1)  # a damaged file shows before it is begun in the archive
                sound.seek(0)
                writing.stream(f"recordings/{recording.id}.wav", sound)
        except FileNotFoundError:
            writing.manifest.missing[recording.id] = f"{kept.file} is not there"
        except CallCenterError as error:
            writing.manifest.missing[recording.id] = str(error)

    def _of_quality(self, writing: _Writing) -> None:
        """What QA's work holds of these calls; empty lists when there was none."""
        scored: list[dict[str, Any]] = []
        remarks: list[dict[str, Any]] = []
        path = self._state / QUALITY_FILE
        if path.exists():
            with QualityBook.open(path) as book:
                staff = Staff(book, self._agents)
                for call in self.calls:
                    for row in book.evaluations(EvaluationFilter(call_id=call.id)):
                        scored.append({**_about(row, staff), "answers": _answers(book, row)})
                    remarks += remarks_of(book, call.id, staff)
        writing.json("evaluations.json", scored)
        writing.json("remarks.json", remarks)

    def _ledger(self) -> LedgerReader:
        return LedgerReader(self._state / LEDGER_FILE)


def spellings(number: str, plan: NumberPlan) -> tuple[str, ...]:
    """The ways a caller's number may stand in the ledger: with country code, trunk prefix, or not.

    A number that is none of the plan (an extension, a service number) is taken as it is.
    """
    normal = plan.normal(number)
    if not normal.startswith(f"+{plan.country}"):
        return tuple(dict.fromkeys((number, *filter(None, [normal]))))
    bare = normal.removeprefix(f"+{plan.country}")
    written = (f"{plan.trunk}{bare}", normal, normal[1:], f"00{normal[1:]}")
    return tuple(dict.fromkeys((number, bare, *written)))


@dataclass(frozen=True, slots=True)
class _Writing:
    """An archive being written, with its manifest."""

    archive: zipfile.ZipFile
    manifest: Manifest

    def text(self, name: str, text: str) -> None:
        raw = text.encode("utf-8", "replace")
        self.archive.writestr(name, raw)
        self.manifest.files[name] = hashlib.sha256(raw).hexdigest()

    def json(self, name: str, value: object) -> None:
        self.text(name, json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")

    def stream(self, name: str, sound: BinaryIO) -> None:
        """Copy a sound; what cannot be read ends it, and the manifest says so."""
        digest = hashlib.sha256()
        with self.archive.open(name, "w") as out:
            try:
                while block := sound.read(_BLOCK_BYTES):
                    out.write(block)
                    digest.update(block)
            except CallCenterError as error:
                self.manifest.missing[name] = f"from here on: {error}"
        self.manifest.files[name] = digest.hexdigest()


def _event(event: CallEvent) -> dict[str, Any]:
    told = {"seq": event.seq, "at": event.at, "offset_ms": event.offset_ms}
    return {**told, "kind": event.kind, "data": dict(event.data)}


def _line(event: CallEvent) -> str:
    start_ms = int(event.data.get("start_ms") or event.offset_ms)
    return f"{start_ms / 1000:8.1f} s  {event.data.get('text', '')}\n"


def _about(row: EvaluationRow, staff: Staff) -> dict[str, Any]:
    told = {name: value for name, value in asdict(row).items() if name not in _OTHERS}
    return {**told, "why": staff.without_names(row.why)}


def _answers(book: QualityBook, row: EvaluationRow) -> dict[str, str]:
    """The answers that count: of the resolution, else of the submission."""
    answers: dict[str, str] = {}
    for event in book.events(f"evaluation/{row.id}"):
        if event.kind in ("submitted", "resolved"):
            answers = dict(event.data.get("answers", {}))
    return answers
