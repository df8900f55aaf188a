"""The layout of a sealed file: a header, then chunks that each prove where they belong.

Each chunk is AES-256-GCM (NIST SP 800-38D) of up to `chunk_bytes` of sound. Its nonce is the file's
own random prefix and the chunk's number; the header, the number and whether it is the last one are
authenticated with it (the STREAM construction, Hoang, Reyhanitabar, Rogaway, Vizar 2015). So a
chunk that was edited, moved, taken out, put in from another file or cut off shows.

    magic      8 bytes  `TRSEALED`
    version    u16      1
    id length  u16
    chunk size u32      bytes of sound in a chunk
    prefix     8 bytes  first part of every nonce
    key id     16 bytes ASCII: what wrapped the file's key when it was sealed
    recording  UTF-8    `id length` bytes

All numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from calls.errors import SealBrokenError

MAGIC: Final = b"TRSEALED"
CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
_VERSION: Final = 1
_FIXED: Final = struct.Struct("<8sHHI8s16s")
_CHUNK: Final = struct.Struct("<I?")
_NONCE: Final = struct.Struct("<8sI")
_LONGEST_ID: Final = 96
_MOST_CHUNK: Final = 16 * 1024 * 1024
HEADER_MOST: Final = _FIXED.size + _LONGEST_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands before the chunks, in the clear."""

    recording: str
    key_id: str
    prefix: bytes
    """8 random bytes."""

    chunk_bytes: int = CHUNK_BYTES

    def pack(self) -> bytes:
        """The header as it is stored."""
        named = self.recording.encode()
        fixed = _FIXED.pack(
            MAGIC, _VERSION, len(named), self.chunk_bytes, self.prefix, self.key_id.encode("ascii")
        )
        return fixed + named

    def nonce(self, chunk: int) -> bytes:
        """12 bytes that no other chunk of this key has."""
        return _NONCE.pack(self.prefix, chunk)


def authenticated(header: bytes, chunk: int, *, last: bool) -> bytes:
    """What is proved along with a chunk's sound."""
    return header + _CHUNK.pack(chunk, last)


def read_header(raw: bytes, name: str) -> Header:
    """The header at the beginning of `raw` (`HEADER_MOST` bytes or the whole file).

    Raises SealBrokenError when it is none, or of a later version.
    """
    if len(raw) < _FIXED.size:
        raise SealBrokenError(f"{name}: cut inside its header; restore it from a backup")
    magic, version, length, chunk_bytes, prefix, key_id = _FIXED.unpack_from(raw)
    if magic != MAGIC:
        raise SealBrokenError(f"{name}: no sealed recording; restore it from a backup")
    if version != _VERSION:
        raise SealBrokenError(f"{name}: sealed by a later version ({version}); update thirdring")
    named = raw[_FIXED.size : _FIXED.size + length]
    if len(named) != length or not 0 < length <= _LONGEST_ID or not 0 < chunk_bytes <= _MOST_CHUNK:
        raise SealBrokenError(f"{name}: its header is damaged; restore it from a backup")
    try:
        recording, key = named.decode(), key_id.decode("ascii")
    except UnicodeDecodeError:
        raise SealBrokenError(f"{name}: its header is damaged; restore it from a backup") from None
    return Header(recording=recording, key_id=key, prefix=prefix, chunk_bytes=chunk_bytes)


@dataclass(frozen=True, slots=True)
class Chunks:
    """Where the chunks of one file lie, from its size alone."""

    header_bytes: int
    chunk_bytes: int
    file_bytes: int

    @property
    def _body(self) -> int:
        return max(self.file_bytes - self.header_bytes, 0)

    @property
    def count(self) -> int:
        """Chunks, the last one however short."""
        return -(-self._body // (self.chunk_bytes + TAG_BYTES))

    @property
    def sound_bytes(self) -> int:
        """Bytes in the clear."""
        _, last = self.place(self.count - 1)
        return (self.count - 1) * self.chunk_bytes + max(last - TAG_BYTES, 0)

    def place(self, chunk: int) -> tuple[int, int]:
        """Offset and length of a chunk in the file."""
        width = self.chunk_bytes + TAG_BYTES
        at = chunk * width
        return self.header_bytes + at, min(width, self._body - at)
