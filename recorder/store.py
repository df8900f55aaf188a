"""The folder of kept recordings: where a file goes, how it gets there whole, what it holds."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from calls.errors import RecordingError
from recorder.wav import Writable

MONITOR: Final = "monitor"
RECORDINGS: Final = "recordings"
_PART: Final = ".part"
_ID: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,95}$")
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is on disk for good."""

    file: str
    """Below the state folder."""

    sha256: str
    bytes: int


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
    """Recordings and raw monitor files below one state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.monitor = state / MONITOR
        self.recordings = state / RECORDINGS

    def place(self, recording: str, at: datetime) -> str:
        """`recordings/YYYY/MM/DD/<recording>.wav`, the day in UTC, below the state folder.

        Raises RecordingError for an id that is no safe file name.
        """
        if not _ID.match(recording):
            raise RecordingError(
                f'recording id "{recording[:40]}" is no file name of ours;'
                " use letters, digits, - and _"
            )
        return f"{RECORDINGS}/{at:%Y/%m/%d}/{recording}.wav"

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

        Every reader of `recordings/` goes through here. FileNotFoundError when it is not there.
        """
        return self.path(file).open("rb")

    def put(self, file: str, write: Callable[[Writable], object]) -> Stored:
        """Write `file` so that it is there whole or not at all, even after a power cut.

        OSError (a full disk) leaves nothing behind.
        """
        target = self.path(file)
        self._make_folder(target.parent)
        part = target.with_name(f".{target.name}{_PART}")
        try:
            with part.open("wb") as out:
                hashing = _Hashing(out)
                write(hashing)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return Stored(file, hashing.sha256.hexdigest(), hashing.bytes)

    def remove(self, paths: list[Path]) -> None:
        """Remove raw files that are taken in."""
        for path in paths:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed intake left half written; only with the lock held."""
        for part in self.recordings.rglob(f".*{_PART}"):
            part.unlink(missing_ok=True)

    def kept_files(self) -> Iterator[str]:
        """Every wav file below `recordings/`, by its name below the state folder."""
        for path in sorted(self.recordings.rglob("*.wav")):
            yield path.relative_to(self.state).as_posix()

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

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            _sync_folder(one.parent)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename or a new entry in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
