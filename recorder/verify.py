"""Compares what the ledger says of recordings with what is on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calls.errors import RecordingError
from recorder.catalog import Kept, Recording
from recorder.measure import is_cut
from recorder.store import Store, sha256_of
from recorder.wav import look_at


class Finding(StrEnum):
    """What is wrong with a recording."""

    MISSING = "missing"
    """The ledger names a file that is not there, or there was nothing to keep."""

    CUT = "cut"
    """Shorter than the call, than its header says, or than when it was kept."""

    CHANGED = "changed"
    """Not the bytes that were kept."""

    DAMAGED = "damaged"
    """Taken in with a flaw, or no readable sound file."""

    WAITING = "waiting"
    """The call is over and the raw files are not taken in yet."""

    ORPHAN = "orphan"
    """A file that no call in the ledger speaks of."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One recording, or one orphan file, and all that is wrong with it; good when `findings` is
    empty."""

    recording: str
    call_id: str
    file: str
    findings: tuple[tuple[Finding, str], ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(store: Store, recordings: Sequence[Recording]) -> Iterator[Checked]:
    """Check every recording in turn, then name files nobody speaks of.

    Reads each kept file once from end to end. Running recordings pass.
    """
    for recording in recordings:
        yield check(store, recording)
    yield from orphans(store, recordings)


def check(store: Store, recording: Recording) -> Checked:
    """Compare one recording with its file: there, whole, unchanged, as long as the call."""
    kept = recording.kept
    if kept is None:
        findings = _not_kept(recording)
        return Checked(recording.id, recording.call_id, "", tuple(findings))
    if not kept.file:
        return Checked(
            recording.id, recording.call_id, "", ((Finding.MISSING, kept.problem or "no file"),)
        )
    flaws = list(_of_file(store, kept))
    if not flaws and kept.problem:
        flaws.append(_of_intake(recording, kept))
    return Checked(recording.id, recording.call_id, kept.file, tuple(flaws))


def orphans(store: Store, recordings: Sequence[Recording]) -> Iterator[Checked]:
    """Files in `recordings/` and `monitor/` that none of `recordings`, all there are, names."""
    known = {name for one in recordings for name in (one.caller_file, one.house_file)}
    known.update(one.kept.file for one in recordings if one.kept is not None)
    for file in (*store.kept_files(), *store.raw_files()):
        if file not in known:
            yield Checked("", "", file, ((Finding.ORPHAN, "no call in the ledger names it"),))


def _not_kept(recording: Recording) -> Iterator[tuple[Finding, str]]:
    if recording.over:
        raw = f"{recording.caller_file}, {recording.house_file}"
        yield Finding.WAITING, f"not taken in yet, raw files {raw}; keep `thirdring serve` running"


def _of_intake(recording: Recording, kept: Kept) -> tuple[Finding, str]:
    cut = recording.call_ms is not None and is_cut(kept.duration_ms, recording.call_ms)
    return (Finding.CUT if cut or "cut:" in kept.problem else Finding.DAMAGED), kept.problem


def _of_file(store: Store, kept: Kept) -> Iterator[tuple[Finding, str]]:
    try:
        path = store.path(kept.file)
        wav = look_at(path)
    except FileNotFoundError:
        yield Finding.MISSING, f"{kept.file} is not there; restore it from a backup"
        return
    except RecordingError as error:
        yield Finding.DAMAGED, str(error)
        return
    if wav.size < kept.bytes:
        yield Finding.CUT, f"{wav.size} of {kept.bytes} bytes are left; restore it from a backup"
        return
    if sha256_of(path) != kept.sha256:
        yield Finding.CHANGED, "not the bytes that were kept (SHA-256); restore it from a backup"
        return
    if abs(wav.duration_ms - kept.duration_ms) > 1 or (wav.frames and not wav.final):
        yield Finding.DAMAGED, f"the header does not fit {kept.duration_ms} ms of sound"
