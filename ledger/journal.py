"""Where acknowledged events wait while the database refuses them.

A file beside the ledger whose space is taken beforehand, so that a full disk can still be written
to. A record is length, CRC-32 and a JSON list of rows, and zeros stand behind the last one. Rows
that were applied before are known by their numbers, so reading one twice does no harm.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ledger.encoding import EventRow, LateRow, Row
from ledger.floor import FloorRow

RESERVE_BYTES = 8 * 1024 * 1024
"""About 30,000 events: several minutes of a busy house on a full disk."""

_HEAD = struct.Struct("<II")
_NOTHING = _HEAD.pack(0, 0)


class JournalFullError(Exception):
    """No room left in the reserve."""


class Journal:
    """The spill file of one ledger; used by the writer's thread alone."""

    def __init__(self, ledger: Path, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.path = ledger.with_name(ledger.name + ".journal")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._reserve(reserve_bytes)
        self._end = 0
        self._damaged = False
        self._find_end()

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._end == 0

    @property
    def damaged(self) -> bool:
        """Whether a record does not fit its check sum: bits turned, or a crash cut the write."""
        return self._damaged

    def append(self, rows: Sequence[Row | FloorRow]) -> None:
        """Write `rows` and return once they are on disk.

        Raises JournalFullError when the reserve is used up, OSError when the disk refuses.
        """
        body = json.dumps([_values(row) for row in rows], ensure_ascii=True).encode()
        record = _HEAD.pack(len(body), zlib.crc32(body)) + body
        if self._end + len(record) + _HEAD.size > self._size:
            raise JournalFullError
        self._write(record + _NOTHING, self._end)
        self._end += len(record)

    def read(self) -> list[Row | FloorRow]:
        """All rows that wait, in order; a damaged record between good ones is passed over."""
        rows: list[Row | FloorRow] = []
        for _, body in self._records():
            if body is not None:
                rows.extend(_row(values) for values in json.loads(body))
        return rows

    def clear(self) -> None:
        """Forget everything: it is in the database. OSError when the disk refuses."""
        self._write(_NOTHING, 0)
        self._end = 0

    def set_aside(self) -> Path:
        """Copy a damaged journal to a file of its own for a person to look at."""
        number = 1
        while (kept := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        kept.write_bytes(os.pread(self._file, self._size, 0).rstrip(b"\0"))
        self._damaged = False
        return kept

    def close(self) -> None:
        """Let go of the file; harmless when done already."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _reserve(self, size: int) -> None:
        have = os.fstat(self._file).st_size
        try:
            os.posix_fallocate(self._file, 0, max(size, have))
            os.fsync(self._file)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            # No room for the reserve: what is there already must do.
            pass
        self._size = os.fstat(self._file).st_size

    def _write(self, data: bytes, position: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, position)
            view, position = view[written:], position + written
        os.fdatasync(self._file)

    def _find_end(self) -> None:
        for end, body in self._records(self._size):
            if body is None:
                self._damaged = True
            else:
                self._end = end

    def _records(self, stop: int | None = None) -> Iterator[tuple[int, bytes | None]]:
        """Where each record ends and its body, None for one that does not fit its check sum."""
        position = 0
        while position + _HEAD.size <= (self._end if stop is None else stop):
            length, check = _HEAD.unpack(os.pread(self._file, _HEAD.size, position))
            position += _HEAD.size + length
            if not length or position > self._size:
                return
            body = os.pread(self._file, length, position - length)
            yield position, body if zlib.crc32(body) == check else None


def _values(row: Row | FloorRow) -> tuple[Any, ...]:
    if isinstance(row, FloorRow):
        return ("floor", *row)
    return row[:6] if isinstance(row, EventRow) else row[:4]


def _row(values: Sequence[Any]) -> Row | FloorRow:
    if len(values) == 5:
        return FloorRow(*values[1:])
    if len(values) == 6:
        call_id, seq, at, offset_ms, kind, data = values
        facts = json.loads(data)
        return EventRow(call_id, seq, at, offset_ms, kind, data, facts)
    call_id, at, kind, data = values
    return LateRow(call_id, at, kind, data, json.loads(data))
