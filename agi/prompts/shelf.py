"""The folder `state/prompts/`: every file that Asterisk plays, ASCII names, readable by all.

`studio/` and `bundled/` hold copies made fit to play, `spoken/` the cache of the engines. A file's
content never changes under its name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from pathlib import Path
from typing import Final

from agi.prompts import sound
from agi.prompts.prompt import Prompt
from agi.prompts.sources import Rendering, Studio
from calls.actions import Line
from calls.errors import NoRoomError, PromptError

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class Shelf:
    """Files below one folder. Called from worker threads only, safely from several at once."""

    def __init__(self, folder: Path, most_cached: int) -> None:
        self._folder = folder
        self._most_cached = most_cached
        self._lock = threading.Lock()
        if not str(folder).isascii():
            raise PromptError(
                f"{folder}: Asterisk needs a path of ASCII letters; choose another --state folder"
            )
        self._make(folder / "spoken")

    def from_studio(self, recording: Path, line: Line) -> Prompt:
        """A studio recording, converted once for each version of the file."""
        try:
            seen = recording.stat()
        except OSError as error:
            raise PromptError(f"{recording}: cannot be read ({error.strerror})") from error
        version = hashlib.sha256(
            f"{recording.resolve()}\0{seen.st_size}\0{seen.st_mtime_ns}".encode()
        ).hexdigest()[:12]
        path = self._folder / "studio" / line.language / f"{line.name}-{version}.wav"
        return self._ready(path, "studio") or self._write(path, Studio.samples(recording), "studio")

    def from_bundled(self, folder: Path, rendering: Rendering) -> Prompt:
        """A copy of a shipped rendering, checked against the index."""
        name = f"{rendering.line}-{rendering.sha256[:12]}.wav"
        path = self._folder / "bundled" / rendering.language / name
        if ready := self._ready(path, "bundled"):
            return ready
        source = folder / rendering.file
        remedy = "run `thirdring prompts build --ship` to render it again"
        try:
            data = source.read_bytes()
        except OSError as error:
            raise PromptError(f"{source}: cannot be read ({error.strerror}); {remedy}") from error
        if hashlib.sha256(data).hexdigest() != rendering.sha256:
            raise PromptError(f"{source}: is not the file the index lists; {remedy}")
        signal, rate = sound.read_wav(source)
        samples = sound.to_int16(sound.resample(signal, rate, sound.RATE))
        return self._write(path, samples, "bundled")

    def cached(self, name: str) -> Prompt | None:
        """A synthesized file of an earlier time, marked as used."""
        path = self._spoken(name)
        ready = self._ready(path, "cache")
        if ready is not None:
            os.utime(path)
        return ready

    def keep_spoken(self, name: str, samples: sound.Samples, engine: str) -> Prompt:
        """Put an engine's output into the cache."""
        return self._write(self._spoken(name), samples, engine)

    def prune(self, in_use: frozenset[Path]) -> None:
        """Drop the cached files used longest ago once there are too many, never one `in_use`."""
        with self._lock:
            found = self._folder.glob("spoken/*/*.wav")
            files = sorted(found, key=lambda path: path.stat().st_mtime_ns)
            for path in files[: max(0, len(files) - self._most_cached)]:
                if path not in in_use:
                    path.unlink(missing_ok=True)

    def _spoken(self, name: str) -> Path:
        return self._folder / "spoken" / name[:2] / f"{name}.wav"

    def _ready(self, path: Path, source: str) -> Prompt | None:
        if not path.is_file():
            return None
        prompt = Prompt(path, 0, source)
        try:
            count = len(prompt.pcm()) // 2
        except (OSError, EOFError, ValueError):
            return None
        return Prompt(path, count * 1000 // sound.RATE, source) if count else None

    def _write(self, path: Path, samples: sound.Samples, source: str) -> Prompt:
        self._make(path.parent)
        try:
            sound.write_wav(path, samples)
        except OSError as error:
            kind = NoRoomError if error.errno in _NO_ROOM else PromptError
            raise kind(
                f"{path}: cannot be written ({error.strerror}); free space or check permissions"
            ) from error
        prompt = Prompt(path, len(samples) * 1000 // sound.RATE, source)
        prompt.pcm()
        return prompt

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Asterisk runs as another user; the state folder itself is not ours to open.
            while folder != self._folder.parent:
                folder.chmod(0o755)
                folder = folder.parent
        except OSError as error:
            kind = NoRoomError if error.errno in _NO_ROOM else PromptError
            raise kind(
                f"{folder}: cannot be made ({error.strerror}); choose a --state folder you may "
                "write to"
            ) from error
