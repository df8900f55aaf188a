"""Reading a sealed file anywhere in it: only the chunks that are asked for are decrypted."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calls.errors import SealBrokenError
from recorder.sealing.layout import HEADER_MOST, Chunks, authenticated, read_header

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class SealedFile(io.RawIOBase):
    """The sound of a sealed file as a seekable stream.

    A chunk that is not what was sealed raises SealBrokenError when it is read; all others stay
    readable. Closing it closes `file`. For one thread at a time.
    """

    def __init__(self, file: BinaryIO, key: bytes, name: str, recording: str) -> None:
        """Read the header of `file`, which stands at its beginning.

        Raises SealBrokenError when it is damaged or is that of another recording.
        """
        self._file = file
        self._name = name
        raw = file.read(HEADER_MOST)
        self._header = read_header(raw, name)
        if self._header.recording != recording:
            raise SealBrokenError(
                f"{name}: holds recording {self._header.recording}, not {recording};"
                " files were swapped: put each back in its place"
            )
        self._packed = self._header.pack()
        size = file.seek(0, os.SEEK_END)
        self._chunks = Chunks(len(self._packed), self._header.chunk_bytes, size)
        if not self._chunks.count:
            raise SealBrokenError(f"{name}: cut behind its header; restore it from a backup")
        self._cipher = AESGCM(key)
        self._at = 0
        self._have = -1
        self._sound = b""

    @property
    def chunk_count(self) -> int:
        """Chunks in the file."""
        return self._chunks.count

    @property
    def chunk_bytes(self) -> int:
        """Bytes of sound in each chunk but the last."""
        return self._header.chunk_bytes

    @property
    def sound_bytes(self) -> int:
        """Bytes of sound, header of the wav included."""
        return self._chunks.sound_bytes

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.sound_bytes}[whence]
        if start + offset < 0:
            raise ValueError(f"{self._name}: no place before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        into = memoryview(buffer).cast("B")
        if not len(into):
            return 0
        if self._at >= self.sound_bytes:
            self.chunk(self._chunks.count - 1)  # a tail cut to less than a tag has no sound
            return 0
        chunk, skip = divmod(self._at, self._header.chunk_bytes)
        part = memoryview(self.chunk(chunk))[skip : skip + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)

    def chunk(self, number: int) -> bytes:
        """The sound of one chunk, from 0; the last one read is kept. SealBrokenError."""
        if number != self._have:
            self._sound = self._open(number, last=number == self._chunks.count - 1)
            self._have = number
        return self._sound

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._sound = b""
        super().close()

    def _open(self, number: int, *, last: bool) -> bytes:
        at, length = self._chunks.place(number)
        self._file.seek(at)
        sealed = self._file.read(length)
        try:
            return self._decrypt(number, sealed, last=last)
        except InvalidTag:
            pass
        raise SealBrokenError(self._diagnosis(number, sealed, last=last), chunk=number)

    def _decrypt(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        proved = authenticated(self._packed, number, last=last)
        return self._cipher.decrypt(self._header.nonce(number), sealed, proved)

    def _diagnosis(self, number: int, sealed: bytes, *, last: bool) -> str:
        which = f"{self._name}: chunk {number + 1} of {self._chunks.count}"
        if last:
            try:
                self._decrypt(number, sealed, last=False)
            except InvalidTag:
                return (
                    f"{which}, the last, is cut or edited; restore the file from a backup,"
                    " what comes before it can be heard"
                )
            return (
                f"{which} is not the last that was sealed, the file was cut behind it;"
                " restore it from a backup, what is left can be heard"
            )
        return (
            f"{which} is not what was sealed (edited, or of another file or key);"
            " restore the file from a backup, the other chunks can be heard"
        )


def open_sealed(path: Path, key: bytes, name: str, recording: str) -> BinaryIO:
    """A sealed file as a buffered seekable stream of its sound. Raises SealBrokenError, OSError."""
    file = path.open("rb")
    try:
        sealed = SealedFile(file, key, name, recording)
    except BaseException:
        file.close()
        raise
    return cast("BinaryIO", io.BufferedReader(sealed, 32 * 1024))
