"""Sealing a file while it is written."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recorder.sealing.layout import CHUNK_BYTES, Header, authenticated
from recorder.wav import Writable


class SealingWriter:
    """Takes sound in any portions and writes whole chunks to `out`; `finish` writes the last.

    The prefix of the nonces is random for every writing, so that writing the same file once more
    with its key repeats none.
    """

    def __init__(
        self,
        out: Writable,
        key: bytes,
        *,
        recording: str,
        key_id: str,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self._out = out
        self._cipher = AESGCM(key)
        self._header = Header(
            recording=recording,
            key_id=key_id,
            prefix=secrets.token_bytes(8),
            chunk_bytes=chunk_bytes,
        )
        self._packed = self._header.pack()
        self._waiting = bytearray()
        self._chunk = 0
        out.write(self._packed)

    def write(self, data: bytes) -> int:
        """Take all of `data`."""
        self._waiting += data
        width = self._header.chunk_bytes
        # What fills a chunk exactly waits: it may be the last.
        while len(self._waiting) > width:
            self._put(bytes(self._waiting[:width]), last=False)
            del self._waiting[:width]
        return len(data)

    def finish(self) -> None:
        """Write what is left as the last chunk, empty if need be."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, sound: bytes, *, last: bool) -> None:
        proved = authenticated(self._packed, self._chunk, last=last)
        self._out.write(self._cipher.encrypt(self._header.nonce(self._chunk), sound, proved))
        self._chunk += 1
