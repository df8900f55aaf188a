"""Where the keys that wrap others come from: a folder, or a program of the site."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from calls.errors import LostKeyError
from recorder.disk import make_folder, sync_folder, write_whole

KEY_BYTES: Final = 32
PLACE_FILE: Final = "place.json"
_SUFFIX: Final = ".kek"
_LINE: Final = re.compile(r"^thirdring-key 1 (?P<id>[0-9a-f]{16}) (?P<key>[0-9a-f]{64})$")
_PATIENCE_S: Final = 15


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key-encryption key: it wraps the keys of files and nothing else."""

    id: str
    """16 hex digits of a hash of the key: a wrong key never passes for another."""

    key: bytes

    @classmethod
    def of(cls, key: bytes) -> MasterKey:
        """The key with its name."""
        return cls(hashlib.sha256(b"thirdring key id\0" + key).hexdigest()[:16], key)

    @classmethod
    def new(cls) -> MasterKey:
        """A random one."""
        return cls.of(secrets.token_bytes(KEY_BYTES))

    @property
    def line(self) -> str:
        """The key as text: one line, to be kept where nobody else reads."""
        return f"thirdring-key 1 {self.id} {self.key.hex()}"

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"


def read_line(text: str, wanted: str, where: str) -> MasterKey:
    """The key of one line. Raises LostKeyError when it is none, or another than `wanted`."""
    found = _LINE.match(text.strip())
    if found is None:
        raise LostKeyError(
            f"{where}: holds no key; it should be one line `thirdring-key 1 {wanted} ...`:"
            " put the key back from where you keep its copy"
        )
    key = MasterKey.of(bytes.fromhex(found["key"]))
    if key.id != wanted:
        raise LostKeyError(
            f"{where}: holds the key {key.id} and not {wanted};"
            " put the right key back from where you keep its copy"
        )
    return key


class KeySource(Protocol):
    """Where master keys are had from."""

    def get(self, key_id: str) -> MasterKey:
        """The key of this id. Raises LostKeyError when it cannot be had."""

    def ids(self) -> tuple[str, ...]:
        """The keys there are, as far as that can be known."""

    def keep(self, key: MasterKey) -> str:
        """Put a new key there; returns where it is. Raises LostKeyError when it can't be kept."""


@dataclass(frozen=True, slots=True)
class FolderKeys:
    """One file a key, `<id>.kek`, for its owner's eyes alone."""

    folder: Path

    def get(self, key_id: str) -> MasterKey:
        path = self._path(key_id)
        try:
            return read_line(path.read_text("ascii"), key_id, str(path))
        except FileNotFoundError:
            raise LostKeyError(
                f"{path}: the key is not there; put it back from where you keep its copy"
                " (is its disk mounted?)"
            ) from None
        except UnicodeDecodeError:
            raise LostKeyError(
                f"{path}: is damaged; put the key back from where you keep its copy"
            ) from None
        except OSError as error:
            raise LostKeyError(
                f"{path}: {error.strerror}; let the user of `serve` read it"
            ) from error

    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.folder.glob(f"*{_SUFFIX}")))

    def keep(self, key: MasterKey) -> str:
        path = self._path(key.id)
        make_folder(self.folder, 0o700)
        write_whole(path, f"{key.line}\n".encode(), 0o400)
        sync_folder(self.folder)
        return str(path)

    def _path(self, key_id: str) -> Path:
        return self.folder / f"{key_id}{_SUFFIX}"


@dataclass(frozen=True, slots=True)
class CommandKeys:
    """A program of the site that prints a key's line: a vault, a token. `{key}` is the id."""

    command: tuple[str, ...]

    def get(self, key_id: str) -> MasterKey:
        command = [part.replace("{key}", key_id) for part in self.command]
        try:
            # The program is named in the settings of the site.
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, timeout=_PATIENCE_S, check=False
            )
        except OSError as error:
            raise LostKeyError(
                f"{command[0]}: cannot be run ({error.strerror}); see recorder.key_command"
            ) from error
        except subprocess.TimeoutExpired:
            raise LostKeyError(
                f"{command[0]}: gave no key within {_PATIENCE_S} s; see recorder.key_command"
            ) from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise LostKeyError(f"{command[0]}: gave no key {key_id} ({said[-1][:200]})")
        return read_line(done.stdout.decode("ascii", "replace"), key_id, command[0])

    def ids(self) -> tuple[str, ...]:
        return ()

    def keep(self, key: MasterKey) -> str:
        raise LostKeyError(
            f"keys come from {self.command[0]}: make one with `recordings keys new --print`, put"
            " the line there, then `recordings keys use ID`"
        )


def tell_place(keys: Path, folder: Path | None, command: Sequence[str]) -> None:
    """Note in `keys` where the master keys are, so that every reader of recordings finds them."""
    place: dict[str, object] = {}
    if command:
        place = {"command": list(command)}
    elif folder is not None:
        place = {"folder": str(folder.resolve())}
    path = keys / PLACE_FILE
    text = json.dumps(place, ensure_ascii=False) + "\n"
    if (not place and not path.exists()) or (path.exists() and path.read_text("utf-8") == text):
        return
    make_folder(keys, 0o700)
    write_whole(path, text.encode())


def source_of(keys: Path) -> KeySource:
    """Where the master keys of this folder are. Raises LostKeyError when its note is damaged."""
    path = keys / PLACE_FILE
    try:
        place = json.loads(path.read_text("utf-8"))
        if place.get("command"):
            return CommandKeys(tuple(str(part) for part in place["command"]))
        return FolderKeys(Path(os.fspath(place["folder"])) if place.get("folder") else keys)
    except FileNotFoundError:
        return FolderKeys(keys)
    except (ValueError, AttributeError, TypeError):
        raise LostKeyError(
            f"{path}: is damaged; start `thirdring serve` once with your settings"
        ) from None
