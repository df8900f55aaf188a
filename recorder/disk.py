"""Writing that survives a power cut, and removing that leaves nothing to read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def sync_folder(folder: Path) -> None:
    """Make a rename or a new entry in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make `folder` and what is missing above it, for good."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
        sync_folder(one.parent)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put a small file there whole or not at all; OSError (a full disk) leaves nothing behind."""
    part = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as out:
            os.fchmod(handle, mode)
            out.write(data)
            out.flush()
            os.fsync(handle)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def private(path: Path) -> Iterator[BinaryIO]:
    """A new file for its owner's eyes alone; gone again when writing it fails."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            os.fchmod(handle, 0o600)
            yield out
    except BaseException:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def overwrite(file: BinaryIO) -> None:
    """Write random bytes over a small file, twice its length at least, and have them on disk."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(secrets.token_bytes(max(length, 64) * 2))
    file.flush()
    os.fsync(file.fileno())


def shred(path: Path) -> bool:
    """Overwrite a small file, then remove it; False when there is none.

    A file system that copies on write, and a backup, may hold the old bytes all the same.
    """
    try:
        path.chmod(0o600)
        with path.open("r+b") as file:
            overwrite(file)
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True
