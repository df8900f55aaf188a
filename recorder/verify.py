"""Compares what the ledger says of recordings with what is on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from calls.errors import LostKeyError, RecordingError, SealBrokenError
from recorder.catalog import Kept, Recording
from recorder.measure import is_cut
from recorder.sealing.keys import KEYS
from recorder.store import SEALED, Store, other_form, recording_of, sha256_of

_NO_OTHERS: Final[Mapping[str, str]] = MappingProxyType({})


class Finding(StrEnum):
    """What is wrong with a recording."""

    MISSING = "missing"
    """The ledger names a file that is not there, or there was nothing to keep."""

    CUT = "cut"
    """Shorter than the call, than its header says, or than when it was kept."""

    CHANGED = "changed"
    """Not the bytes that were kept."""

    SWAPPED = "swapped"
    """The file of another recording lies in its place."""

    NO_KEY = "no key"
    """Sealed, and its key is missing or another one: nobody can hear it."""

    NOT_ERASED = "not erased"
    """The ledger says that it was erased, and file or key is still there."""

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
    others = owners(recordings)
    for recording in recordings:
        yield check(store, recording, others)
    yield from orphans(store, recordings)


def check(store: Store, recording: Recording, others: Mapping[str, str] = _NO_OTHERS) -> Checked:
    """Compare one recording with its file: there, whole, unchanged, as long as the call.

    `others` (`owners`) tells whose a file is that lies in the wrong place.
    """
    kept = recording.kept
    if recording.erased is not None:
        findings = _not_erased(store, recording)
        return Checked(recording.id, recording.call_id, kept.file if kept else "", tuple(findings))
    if kept is None:
        findings = _not_kept(recording)
        return Checked(recording.id, recording.call_id, "", tuple(findings))
    if not kept.file:
        told = _without(Finding.MISSING, kept.problem) or "no file"
        return Checked(recording.id, recording.call_id, "", ((Finding.MISSING, told),))
    flaws = list(_of_file(store, kept, others))
    if not flaws and kept.problem:
        flaws.append(_of_intake(recording, kept))
    return Checked(recording.id, recording.call_id, kept.file, tuple(flaws))


_NAMELESS = "no call in the ledger names it; restore the ledger that did, or move the file away"


def owners(recordings: Sequence[Recording]) -> Mapping[str, str]:
    """SHA-256 of each kept file -> id of its recording."""
    return {one.kept.sha256: one.id for one in recordings if one.kept is not None}


def orphans(store: Store, recordings: Sequence[Recording]) -> Iterator[Checked]:
    """Files in `recordings/` and `monitor/`, and keys, that none of `recordings`, all there are,
    names."""
    known = {name for one in recordings for name in (one.caller_file, one.house_file)}
    for one in recordings:
        if one.kept is not None:
            # `check` names the other form of what was erased.
            known.update((one.kept.file, other_form(one.kept.file) if one.erased else ""))
    for file in (*store.kept_files(), *store.raw_files()):
        if file not in known:
            yield Checked("", "", file, ((Finding.ORPHAN, _NAMELESS),))
    ids = {one.id for one in recordings}
    ids.update(recording_of(file) for file in store.kept_files())
    for recording in store.keys.recordings():
        if recording not in ids:
            detail = "the key of a recording that no call in the ledger names"
            yield Checked("", "", f"{KEYS}/{recording}", ((Finding.ORPHAN, detail),))


def _not_erased(store: Store, recording: Recording) -> Iterator[tuple[Finding, str]]:
    again = "`thirdring recordings erase` removes it"
    files = [recording.caller_file, recording.house_file]
    kept = recording.kept
    if kept is not None and kept.file:
        files += [kept.file, other_form(kept.file)]
        if store.keys.has_key(kept.file):
            yield Finding.NOT_ERASED, f"the key of {kept.file} is there again; {again}"
    for file in files:
        with suppress(RecordingError):  # a name of no file of ours was never one to erase
            if store.path(file).is_file():
                yield Finding.NOT_ERASED, f"{file} is there again (from a backup?); {again}"


def _not_kept(recording: Recording) -> Iterator[tuple[Finding, str]]:
    if recording.over:
        raw = f"{recording.caller_file}, {recording.house_file}"
        yield Finding.WAITING, f"not taken in yet, raw files {raw}; keep `thirdring serve` running"


def _of_intake(recording: Recording, kept: Kept) -> tuple[Finding, str]:
    cut = recording.call_ms is not None and is_cut(kept.duration_ms, recording.call_ms)
    found = Finding.CUT if cut or "cut:" in kept.problem else Finding.DAMAGED
    return found, _without(found, kept.problem)


def _without(finding: Finding, problem: str) -> str:
    """The problem without the word that stands before it already."""
    return problem.removeprefix(f"{finding}: ")


def _of_file(store: Store, kept: Kept, others: Mapping[str, str]) -> Iterator[tuple[Finding, str]]:
    try:
        path = store.path(kept.file)
        size = path.stat().st_size
        unchanged = size == kept.bytes and sha256_of(path) == kept.sha256
        if not unchanged:
            yield _what_was_done(store, kept, size, others)
        else:
            yield from _of_sound(store, kept)
    except FileNotFoundError:
        yield Finding.MISSING, f"{kept.file} is not there; restore it from a backup"
    except RecordingError as error:
        yield Finding.DAMAGED, str(error)
    except OSError as error:
        told = error.strerror or error
        yield Finding.DAMAGED, f"{kept.file} cannot be read ({told}); put that right and try again"


def _of_sound(store: Store, kept: Kept) -> Iterator[tuple[Finding, str]]:
    """What is wrong inside a file of the right bytes: a lost key, a header that does not fit."""
    try:
        read_through(store, kept.file)
        wav = store.look(kept.file)
    except LostKeyError as error:
        yield Finding.NO_KEY, str(error)
        return
    if abs(wav.duration_ms - kept.duration_ms) > 1 or (wav.frames and not wav.final):
        yield Finding.DAMAGED, f"the header does not fit {kept.duration_ms} ms of sound"


def _what_was_done(
    store: Store, kept: Kept, size: int, others: Mapping[str, str]
) -> tuple[Finding, str]:
    """Name what became of a file that is not the bytes that were kept."""
    owner = others.get(sha256_of(store.path(kept.file)), "")
    if owner:
        return Finding.SWAPPED, f"holds recording {owner}; put each file back in its place"
    where = ""
    if kept.file.endswith(SEALED):
        try:
            read_through(store, kept.file)
        except (SealBrokenError, LostKeyError) as error:
            where = f": {error}"
    if size < kept.bytes:
        detail = f"{size} of {kept.bytes} bytes are left; restore it from a backup"
        return Finding.CUT, f"{detail}{where}"
    detail = "not the bytes that were kept (SHA-256); restore it from a backup"
    return Finding.CHANGED, f"{detail}{where}"


def read_through(store: Store, file: str) -> None:
    """Read a recording to its end: of a sealed one, prove every chunk.

    Raises FileNotFoundError, SealBrokenError, LostKeyError.
    """
    if not file.endswith(SEALED):
        return
    with store.open(file) as sound:
        while sound.read(1 << 20):
            pass
