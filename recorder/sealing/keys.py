"""The keys of one state folder: master keys, and the key of each file wrapped by one of them.

A file's key is random, wrapped (AES key wrap, RFC 3394) and kept in `keys/files/`, never in the
file: shredding those few bytes makes every copy of the recording unreadable, backups too.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from calls.errors import LostKeyError, RecordingError
from recorder.disk import make_folder, overwrite, shred, write_whole
from recorder.sealing.sources import KEY_BYTES, KeySource, MasterKey, source_of

KEYS: Final = "keys"
_CURRENT: Final = "current"
_FILES: Final = "files"
_SUFFIX: Final = ".key"
_ID: Final = re.compile(r"^[0-9a-f]{16}\Z")


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of one file, and which master key wraps it."""

    key_id: str
    key: bytes

    def __repr__(self) -> str:
        return f"FileKey({self.key_id})"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A file's key as it is kept."""

    key_id: str
    wrapped: bytes


class Keyring:
    """The keys below `STATE/keys`; made and read as they are needed.

    Several processes may use it at once. Master keys that were read stay in memory until `forget`.
    """

    def __init__(self, state: Path) -> None:
        self.folder = state / KEYS
        self._files = self.folder / _FILES
        self._known: dict[str, MasterKey] = {}

    @property
    def source(self) -> KeySource:
        """Where the master keys are. Raises LostKeyError when the note of it is damaged."""
        return source_of(self.folder)

    def current_id(self) -> str:
        """Id of the master key that wraps new files; empty before the first."""
        try:
            return (self.folder / _CURRENT).read_text("ascii").strip()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            return "damaged"

    def master(self, key_id: str) -> MasterKey:
        """The master key of this id. Raises LostKeyError."""
        if not _ID.match(key_id):  # it becomes a file's name, or a program's argument
            raise LostKeyError(
                f"{self.folder}: {key_id[:40]!r} is no key's id (16 digits and a to f);"
                " restore `keys` from a backup, or `recordings keys use ID`"
            )
        found = self._known.get(key_id)
        if found is None:
            found = self._known[key_id] = self.source.get(key_id)
        return found

    def forget(self) -> None:
        """Ask for each master key again from now on."""
        self._known.clear()

    def begin(self) -> str | None:
        """Make the first master key; None when there was one before.

        Returns where it is kept. A folder that lost its keys gets no new one: that would hide the
        loss. Raises LostKeyError.
        """
        with self._locked():
            if self.current_id() or any(self._files.rglob(f"*{_SUFFIX}")):
                return None
            there = self.source.ids()
            if there:
                self._make_current(self.master(there[0]))
                return None
            return self._new()

    def new(self) -> tuple[MasterKey, str]:
        """Make a master key and let it wrap new files; returns it and where it is kept."""
        with self._locked():
            where = self._new()
            return self.master(self.current_id()), where

    def use(self, key_id: str) -> MasterKey:
        """Let a key that the source has wrap new files. Raises LostKeyError."""
        self.forget()
        with self._locked():
            key = self.master(key_id)
            self._make_current(key)
            return key

    def file_key(self, file: str, *, make: bool = False) -> FileKey:
        """The key of a file of the store; `make` wraps a new one when there is none.

        Raises LostKeyError, and OSError when a new one cannot be written.
        """
        path = self._path(file)
        try:
            return self._unwrapped(self._read(path), file)
        except FileNotFoundError:
            if not make:
                raise LostKeyError(
                    f"{file}: its key {path} is not there; restore it from a backup of the keys"
                    " (a recording that was erased has none)"
                ) from None
        return self._make(path, file)

    def erase(self, file: str) -> bool:
        """Shred the key of a file: nobody can hear it again, nor a copy. False without a key."""
        with self._locked():
            return shred(self._path(file))

    def has_key(self, file: str) -> bool:
        """Whether there is a key for this file."""
        return self._path(file).is_file()

    def kept(self) -> Iterator[tuple[str, Wrapped]]:
        """Every file's key that can be read: its name below `keys/files`, and what is kept."""
        for path in sorted(self._files.rglob(f"*{_SUFFIX}")):
            with suppress(LostKeyError):
                yield path.relative_to(self._files).as_posix(), self._read(path)

    def damaged(self) -> Iterator[str]:
        """What is wrong with those that cannot be read, each with what to do."""
        for path in sorted(self._files.rglob(f"*{_SUFFIX}")):
            try:
                self._read(path)
            except LostKeyError as problem:
                yield str(problem)

    def recordings(self) -> Iterator[str]:
        """Ids of the recordings that a key is kept for."""
        for path in sorted(self._files.rglob(f"*{_SUFFIX}")):
            yield path.stem

    def sweep(self) -> None:
        """Remove what a kill left half written."""
        if not self.folder.is_dir():
            return
        with self._locked():
            for part in self.folder.rglob(".*.part"):
                part.unlink(missing_ok=True)

    def wrap_again(self, name: str) -> bool:
        """Wrap one file's key with the current master key; False when it is already.

        The old wrapping is overwritten. Raises LostKeyError, OSError.
        """
        path = self._files / name
        with self._locked():
            kept = self._read(path)
            current = self.master(self.current_id())
            if kept.key_id == current.id:
                return False
            key = self._unwrapped(kept, name).key
            with path.open("r+b") as old:
                write_whole(path, _packed(current, key), 0o600)
                overwrite(old)
            return True

    def _make(self, path: Path, file: str) -> FileKey:
        with self._locked():
            if path.exists():  # made meanwhile: what was sealed with it must stay readable
                return self._unwrapped(self._read(path), file)
            current = self.current_id()
            if not current:
                raise LostKeyError(
                    f"{self.folder}: no key to seal with; `thirdring recordings keys new` makes one"
                )
            master = self.master(current)
            key = secrets.token_bytes(KEY_BYTES)
            make_folder(path.parent, 0o700)
            write_whole(path, _packed(master, key), 0o600)
        return FileKey(master.id, key)

    def _read(self, path: Path) -> Wrapped:
        try:
            told = json.loads(path.read_bytes())
            return Wrapped(str(told["key"]), bytes.fromhex(told["wrapped"]))
        except (ValueError, KeyError, TypeError):
            raise LostKeyError(
                f"{path}: is damaged; restore it from a backup of the keys"
            ) from None

    def _unwrapped(self, kept: Wrapped, name: str) -> FileKey:
        master = self.master(kept.key_id)
        try:
            return FileKey(master.id, aes_key_unwrap(master.key, kept.wrapped))
        except (InvalidUnwrap, ValueError):
            raise LostKeyError(
                f"{name}: its key in {self._files} is damaged; restore it from a backup of the keys"
            ) from None

    def _new(self) -> str:
        key = MasterKey.new()
        where = self.source.keep(key)
        self._known[key.id] = key
        self._make_current(key)
        return where

    def _make_current(self, key: MasterKey) -> None:
        make_folder(self.folder, 0o700)
        write_whole(self.folder / _CURRENT, f"{key.id}\n".encode(), 0o600)

    def _path(self, file: str) -> Path:
        """`recordings/2026/11/22/a.wav.sealed` -> `keys/files/2026/11/22/a.key`."""
        parts = PurePosixPath(file).parts[1:]
        if not parts or ".." in parts or PurePosixPath(file).is_absolute():
            raise RecordingError(f'"{file}" is no file of the recordings')
        return self._files.joinpath(*parts[:-1], parts[-1].split(".", 1)[0] + _SUFFIX)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time among processes: no erased key comes back by being wrapped again."""
        make_folder(self.folder, 0o700)
        with (self.folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _packed(master: MasterKey, key: bytes) -> bytes:
    wrapped = aes_key_wrap(master.key, key).hex()
    return json.dumps({"key": master.id, "wrapped": wrapped}).encode() + b"\n"
