"""Monitor files as Asterisk leaves them, and the stereo file made of two of them.

Asterisk writes 16-bit mono PCM behind a 44-byte header and fills in the lengths when it closes the
file; killed before that, the header says 0 bytes and the samples are there all the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from calls.errors import RecordingError

RATE: Final = 8000
"""Samples a second when a header cannot say."""

SAMPLE_BYTES: Final = 2
HEADER_BYTES: Final = 44
_PLAIN_PCM: Final = 1
_BLOCK_FRAMES: Final = 32_768
_HEADER_MOST: Final = 4096
_SIZE_MOST: Final = 0xFFFF_FFFF

Samples = NDArray[np.int16]


class Writable(Protocol):
    """Anything bytes can be written to."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WavFile:
    """What a PCM wav file holds, judged by its real size."""

    path: Path
    rate: int
    channels: int
    frames: int
    """Whole frames that are really in the file."""

    data_at: int
    """Byte offset of the first sample."""

    claimed: int
    """Bytes of sound the header claims; -1 when there is no readable header."""

    size: int
    """Bytes of the whole file when it was looked at."""

    @property
    def present(self) -> int:
        """Bytes behind the header."""
        return max(self.size - self.data_at, 0)

    @property
    def final(self) -> bool:
        """Whether the header was filled in at a clean close and all of it is there."""
        return 0 < self.claimed <= self.present <= self.claimed + 1

    @property
    def duration_ms(self) -> int:
        """Length of the sound."""
        return self.frames * 1000 // self.rate


def look_at(path: Path) -> WavFile:
    """Read the header of `path` and measure what is behind it, whatever the header says.

    A file without a usable header is taken as 8 kHz mono behind 44 bytes, as Asterisk writes it.
    Raises RecordingError for another coding than 16-bit PCM, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        return look_in(file, path)


def look_in(file: BinaryIO, path: Path) -> WavFile:
    """The same of an opened, seekable file; `path` is its name in messages."""
    file.seek(0)
    head = file.read(_HEADER_MOST)
    size = file.seek(0, 2)
    rate, channels, data_at, claimed = _header(head, path)
    sound = max(size - data_at, 0)
    if 0 < claimed < sound - 1:
        file.seek(data_at + claimed + claimed % 2)
        sound = claimed if _is_chunk(file.read(8), sound - claimed) else sound
    return WavFile(
        path=path,
        rate=rate,
        channels=channels,
        frames=sound // (SAMPLE_BYTES * channels),
        data_at=data_at,
        claimed=claimed,
        size=size,
    )


def _is_chunk(head: bytes, left: int) -> bool:
    """Whether a RIFF chunk begins here, and not samples that a stale header does not count."""
    named = head[:4].isascii() and head[:4].strip().isalnum()
    return named and int.from_bytes(head[4:], "little") <= left


def _header(head: bytes, path: Path) -> tuple[int, int, int, int]:
    """Rate, channels, offset of the data and the claimed length of a RIFF header."""
    rate, channels = RATE, 1
    if len(head) < HEADER_BYTES or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return rate, channels, HEADER_BYTES, -1
    at = 12
    while at + 8 <= len(head):
        name, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"data":
            return rate, channels, at + 8, length
        if name == b"fmt ":
            rate, channels = _format(head[at + 8 : at + 24], path)
        at += 8 + length + length % 2
    return RATE, 1, HEADER_BYTES, -1


def _format(chunk: bytes, path: Path) -> tuple[int, int]:
    if len(chunk) < 16:
        return RATE, 1
    coding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk)
    if coding != _PLAIN_PCM or bits != 8 * SAMPLE_BYTES or not rate or channels not in (1, 2):
        raise RecordingError(
            f"{path}: not 16-bit PCM (coding {coding}, {bits} bits, {channels} channels);"
            " let MixMonitor write .wav files"
        )
    return rate, channels


def header(rate: int, channels: int, frames: int) -> bytes:
    """The 44 bytes before `frames` frames of 16-bit PCM (RIFF WAVE, format 1)."""
    width = SAMPLE_BYTES * channels
    sound = min(frames * width, _SIZE_MOST - 36)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + sound,
        b"WAVE",
        b"fmt ",
        16,
        _PLAIN_PCM,
        channels,
        rate,
        rate * width,
        width,
        8 * SAMPLE_BYTES,
        b"data",
        sound,
    )


def blocks(wav: WavFile) -> Iterator[Samples]:
    """The samples of a file in order, shape (frames, channels), at most 32,768 frames a block."""
    with wav.path.open("rb") as file:
        yield from blocks_in(file, wav)


def blocks_in(file: BinaryIO, wav: WavFile, *, most: int = _BLOCK_FRAMES) -> Iterator[Samples]:
    """The same of an opened file, at most `most` frames a block."""
    width = SAMPLE_BYTES * wav.channels
    file.seek(wav.data_at)
    left = wav.frames
    while left:
        raw = file.read(min(left, most) * width)
        got = len(raw) // width
        if not got:
            raise RecordingError(f"{wav.path}: became shorter while it was read; try again")
        left -= got
        yield np.frombuffer(raw[: got * width], dtype="<i2").reshape(-1, wav.channels)


@dataclass(frozen=True, slots=True)
class Mend:
    """Silence to be put into a leg, or taken out of it."""

    at: int
    """Frame of the file before which it goes, or from which on it is taken out."""

    frames: int
    """Below zero: taken out."""


Mends = tuple[tuple[Mend, ...], tuple[Mend, ...]]
"""Those of the caller's leg and those of the house's, each in order."""


def write_stereo(
    caller: WavFile | None, house: WavFile | None, out: Writable, mends: Mends = ((), ())
) -> int:
    """Write a stereo wav, caller left and house right; returns its frames.

    The shorter or missing leg is filled up with silence; `mends` are carried out before. Both legs
    must be mono and of one rate, else RecordingError.
    """
    legs = [leg for leg in (caller, house) if leg is not None]
    rates = {leg.rate for leg in legs}
    if len(rates) > 1 or any(leg.channels != 1 for leg in legs):
        raise RecordingError(
            f"{legs[0].path}: not two mono legs of one rate; let MixMonitor write both"
        )
    rate = rates.pop() if rates else RATE
    frames = stereo_frames(caller, house, mends)
    out.write(header(rate, 2, frames))
    pairs = zip((caller, house), mends, strict=True)
    left, right = (_padded(leg, own, frames) for leg, own in pairs)
    for one, other in zip(left, right, strict=True):
        out.write(np.column_stack((one, other)).astype("<i2").tobytes())
    return frames


def stereo_frames(caller: WavFile | None, house: WavFile | None, mends: Mends) -> int:
    """Frames of the stereo file of these legs: the mended legs need not be of one length."""
    return max(_mended_frames(leg, own) for leg, own in zip((caller, house), mends, strict=True))


def _mended_frames(leg: WavFile | None, mends: Sequence[Mend]) -> int:
    return 0 if leg is None else leg.frames + sum(mend.frames for mend in mends)


def _padded(leg: WavFile | None, mends: Sequence[Mend], frames: int) -> Iterator[Samples]:
    """A leg in even blocks, silence after its end, `frames` in all."""
    source = _mended((block[:, 0] for block in blocks(leg)), mends) if leg is not None else iter(())
    rest: Samples = np.zeros(0, np.int16)
    for start in range(0, frames, _BLOCK_FRAMES):
        length = min(_BLOCK_FRAMES, frames - start)
        while len(rest) < length:
            more = next(source, None)
            if more is None:
                more = np.zeros(length - len(rest), np.int16)
            rest = np.concatenate((rest, more)) if len(rest) else more
        yield rest[:length]
        rest = rest[length:]


def _mended(blocks: Iterable[Samples], mends: Sequence[Mend]) -> Iterator[Samples]:
    """Blocks of one leg with silence put in and taken out; what goes behind its end goes there."""
    waiting, at, skip = list(mends), 0, 0
    for block in blocks:
        begin = min(skip, len(block))
        skip -= begin
        while waiting and waiting[0].at < at + len(block):
            mend = waiting.pop(0)
            upto = max(mend.at - at, begin)
            yield block[begin:upto]
            begin = min(upto + max(-mend.frames, 0), len(block))
            skip += upto + max(-mend.frames, 0) - begin
            yield np.zeros(max(mend.frames, 0), np.int16)
        yield block[begin:]
        at += len(block)
    for mend in waiting:
        yield np.zeros(max(mend.frames, 0), np.int16)


def write_leg_of(file: BinaryIO, stereo: WavFile, leg: int, out: Writable) -> None:
    """Write one channel of an opened recording as a mono wav; 0 is the caller, 1 the house."""
    out.write(header(stereo.rate, 1, stereo.frames))
    for block in blocks_in(file, stereo):
        out.write(block[:, leg if stereo.channels > leg else 0].astype("<i2").tobytes())
