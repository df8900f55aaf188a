"""What can be heard of a sealed recording that was hurt: silence stands for the lost chunks."""

from __future__ import annotations

from typing import Final

from calls.errors import SealBrokenError
from recorder.sealing.reading import SealedFile
from recorder.store import SEALED, Store, recording_of
from recorder.wav import HEADER_BYTES, RATE, SAMPLE_BYTES, Writable, header

_WIDTH: Final = 2 * SAMPLE_BYTES
_BLOCK_BYTES: Final = 1 << 20


def salvage(store: Store, file: str, out: Writable) -> list[tuple[int, int]]:
    """Write what can be read of a kept recording as a wav; gives what is lost, from and to in ms.

    Kept recordings are 8 kHz stereo behind 44 bytes, so a lost first chunk costs no more than its
    own sound. Raises LostKeyError, FileNotFoundError; SealBrokenError for a damaged header.
    """
    if not file.endswith(SEALED):
        with store.open(file) as sound:
            while block := sound.read(_BLOCK_BYTES):
                out.write(block)
        return []
    key = store.keys.file_key(file).key
    with store.path(file).open("rb") as raw:
        return _written(SealedFile(raw, key, file, recording_of(file)), out)


def _written(sealed: SealedFile, out: Writable) -> list[tuple[int, int]]:
    sound_bytes = max(sealed.sound_bytes - HEADER_BYTES, 0)
    out.write(header(RATE, 2, sound_bytes // _WIDTH))
    lost: list[tuple[int, int]] = []
    at = 0
    for number in range(sealed.chunk_count):
        try:
            sound = sealed.chunk(number)
        except SealBrokenError:
            sound = bytes(min(sealed.chunk_bytes, sealed.sound_bytes - at))
            _lose(lost, at, at + len(sound))
        skip = max(HEADER_BYTES - at, 0)
        out.write(sound[skip:])
        at += len(sound)
    return lost


def _lose(lost: list[tuple[int, int]], from_byte: int, to_byte: int) -> None:
    from_ms, to_ms = _ms(from_byte), _ms(to_byte)
    if to_ms == from_ms:
        return
    if lost and lost[-1][1] >= from_ms:
        from_ms = lost.pop()[0]
    lost.append((from_ms, to_ms))


def _ms(at: int) -> int:
    return max(at - HEADER_BYTES, 0) * 1000 // (RATE * _WIDTH)
