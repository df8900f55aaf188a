"""The folder of kept recordings: where a file goes, how it gets there whole, what it holds."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from calls.errors import RecordingError
from recorder.disk import make_folder, sync_folder
from recorder.sealing.keys import FileKey, Keyring
from recorder.sealing.layout import MAGIC
from recorder.sealing.reading import open_sealed
from recorder.sealing.writing import SealingWriter
from recorder.wav import WavFile, Writable, look_in

MONITOR: Final = "monitor"
RECORDINGS: Final = "recordings"
SEALED: Final = ".sealed"
"""Behind the name of a file that is encrypted."""

_PART: Final = ".part"
_ID: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,95}$")
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is on disk for good."""

    file: str
    """Below the state folder."""

    sha256: str
    """Of the file as it lies there, sealed or not."""

    bytes: int
    key: str = ""
    """Id of the master key that wraps the file's own; empty: not sealed."""


class _Hashing:
    """A file being written, hashed as it grows."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self._out.write(data)
        self.sha256.update(data)
        self.bytes += len(data)
        return len(data)


class Store:
    """Recordings and raw monitor files below one state folder.

    With `seal` what is put there is encrypted; both kinds are read, whatever it says.
    """

    def __init__(self, state: Path, *, seal: bool = False) -> None:
        self.state = state
        self.seal = seal
        self.keys = Keyring(state)
        self.monitor = state / MONITOR
        self.recordings = state / RECORDINGS

    def place(self, recording: str, at: datetime) -> str:
        """`recordings/YYYY/MM/DD/<recording>.wav`, the day in UTC, below the state folder.

        With `.sealed` behind it when the store seals.

        Raises RecordingError for an id that is no safe file name.
        """
        if not _ID.match(recording):
            raise RecordingError(
                f'recording id "{recording[:40]}" is no file name of ours;'
                " use letters, digits, - and _"
            )
        return f"{RECORDINGS}/{at:%Y/%m/%d}/{recording}.wav{SEALED if self.seal else ''}"

    def path(self, file: str) -> Path:
        """The full path of a file named below the state folder.

        Raises RecordingError when the name leads out of it.
        """
        root = self.state.resolve()
        path = (root / file).resolve()
        if not path.is_relative_to(root):
            raise RecordingError(f'"{file}" lies outside the state folder {self.state}')
        return path

    def open(self, file: str) -> BinaryIO:
        """A kept recording to read from, as the wav it was made as; seekable.

        Every reader of `recordings/` goes through here; for one thread at a time. Raises
        FileNotFoundError when it is not there, LostKeyError when its key cannot be had,
        SealBrokenError (here or while reading) when it is not what was sealed.
        """
        path = self.path(file)
        with path.open("rb") as begun:
            sealed = begun.read(len(MAGIC)) == MAGIC or file.endswith(SEALED)
        if not sealed:
            return path.open("rb")
        return open_sealed(path, self.keys.file_key(file).key, file, recording_of(file))

    def look(self, file: str) -> WavFile:
        """What a kept recording holds, sealed or not; raises as `open` and `look_in` do."""
        with self.open(file) as sound:
            return look_in(sound, self.path(file))

    def put(self, file: str, write: Callable[[Writable], object]) -> Stored:
        """Write `file` so that it is there whole or not at all, even after a power cut.

        A name that ends in `.sealed` is sealed; its key is safe on disk before the file is there.
        OSError (a full disk) leaves nothing behind. LostKeyError when there is no key to seal with.
        """
        target = self.path(file)
        key = self.keys.file_key(file, make=True) if file.endswith(SEALED) else None
        make_folder(target.parent)
        part = target.with_name(f".{target.name}{_PART}")
        try:
            with part.open("wb") as out:
                hashing = _Hashing(out)
                _write(write, hashing, key, file)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        digest = hashing.sha256.hexdigest()
        return Stored(file, digest, hashing.bytes, key.key_id if key else "")

    def erase(self, file: str) -> None:
        """Make a kept recording unreadable for good: first its key, then the file.

        Harmless for what is gone already. Raises OSError, LostKeyError.
        """
        self.keys.erase(file)
        self._unlink(file)
        self.erase_other(file)

    def erase_other(self, file: str) -> None:
        """Remove the same recording in its other form, sealed or not: what a kill left behind
        just before sealing was switched on or off."""
        self._unlink(other_form(file))

    def _unlink(self, file: str) -> None:
        path = self.path(file)
        with suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def remove(self, paths: list[Path]) -> None:
        """Remove raw files that are taken in."""
        for path in paths:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed intake left half written; only with the lock held."""
        for part in self.recordings.rglob(f".*{_PART}"):
            part.unlink(missing_ok=True)
        self.keys.sweep()

    def kept_files(self) -> Iterator[str]:
        """Every sound file below `recordings/`, by its name below the state folder."""
        for path in sorted(self.recordings.rglob("*.wav*")):
            if path.name.startswith(".") or path.suffix not in (".wav", SEALED):
                continue
            yield path.relative_to(self.state).as_posix()

    def kept_before(self, before: datetime) -> Iterator[str]:
        """The kept files of days before that of `before`, by their folders."""
        day = f"{RECORDINGS}/{before.astimezone(UTC):%Y/%m/%d}/"
        for file in self.kept_files():
            if file < day:
                yield file

    def raw_files(self) -> Iterator[str]:
        """Every file below `monitor/`, by its name below the state folder."""
        for path in sorted(self.monitor.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.state).as_posix()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the intake's lock; gives False when another process holds it."""
        self.recordings.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.recordings / ".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def recording_of(file: str) -> str:
    """Id of the recording that a file of the store holds, by its name."""
    return PurePosixPath(file).name.split(".", 1)[0]


def other_form(file: str) -> str:
    """The name that a kept file would have if it were sealed, or were not."""
    return file.removesuffix(SEALED) if file.endswith(SEALED) else f"{file}{SEALED}"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _write(
    write: Callable[[Writable], object], out: Writable, key: FileKey | None, file: str
) -> None:
    if key is None:
        write(out)
        return
    sealing = SealingWriter(out, key.key, recording=recording_of(file), key_id=key.key_id)
    write(sealing)
    sealing.finish()
