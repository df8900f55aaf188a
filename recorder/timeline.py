"""The sound of a whole call: all its recordings on the call's own clock, gaps as silence.

A call whose recording was paused, for a card number, has several parts (docs/adr/0009). Here they
are one stereo wav that can be read and sought in like a file; sample 0 is the moment the call was
offered, so a place in the sound is the offset of an event.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import numpy as np

from calls.asides import is_aside
from calls.errors import RecordingError
from recorder.catalog import Recording
from recorder.wav import HEADER_BYTES, SAMPLE_BYTES, Samples, WavFile, Writable, header, look_in

_WIDTH: Final = 2 * SAMPLE_BYTES
_BLOCK_BYTES: Final = 1 << 18
_NEVER: Final = 1 << 62
_LEAST_GAP_MS: Final = 100
"""Less between two parts is the time that starting takes."""


class Shelf(Protocol):
    """Who opens kept recordings: `recorder.store.Store`."""

    def open(self, file: str) -> BinaryIO:
        """A kept recording as the wav it was made as, seekable."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of the call of which there is no sound; offsets of the call in milliseconds."""

    from_ms: int
    to_ms: int
    reason: str
    """`before` the recording began, `paused` by the flow (card numbers), `stopped` by it, `missing`
    (a file that is not there), `erased`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One recording in its place."""

    recording: str
    file: str
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class _Piece:
    first: int
    """Frame of the call at which it begins."""

    behind: int
    file: BinaryIO
    data_at: int
    mono: bool


class CallSound(io.RawIOBase):
    """A wav of 44 bytes and 16-bit stereo PCM, caller left and house right. Close it.

    One reader at a time: it holds one place, like any file.
    """

    def __init__(
        self,
        rate: int,
        frames: int,
        pieces: Sequence[_Piece],
        parts: tuple[Part, ...],
        gaps: tuple[Gap, ...],
        opened: ExitStack,
    ) -> None:
        super().__init__()
        self.rate = rate
        self.frames = frames
        """Of the whole call, from its offer to the end of its last part."""

        self.parts = parts
        self.gaps = gaps
        self._pieces = tuple(pieces)
        self._firsts = [piece.first for piece in pieces]
        self._opened = opened
        self._head = header(rate, 2, frames)
        self._at = 0

    @property
    def size(self) -> int:
        """Bytes of the whole wav."""
        return HEADER_BYTES + self.frames * _WIDTH

    @property
    def duration_ms(self) -> int:
        """Length of the sound."""
        return self.frames * 1000 // self.rate

    @property
    def wav(self) -> WavFile:
        """What a reader of wav files would find."""
        return WavFile(
            path=Path(self.parts[0].recording if self.parts else "call"),
            rate=self.rate,
            channels=2,
            frames=self.frames,
            data_at=HEADER_BYTES,
            claimed=self.frames * _WIDTH,
            size=self.size,
        )

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        raw = self._bytes(self._at, min(self._at + len(view), self.size))
        view[: len(raw)] = raw
        self._at += len(raw)
        return len(raw)

    def samples(self, from_ms: int, to_ms: int) -> Samples:
        """The samples between two offsets of the call, shape (frames, 2); what is outside of the
        sound is left out."""
        first = min(max(from_ms, 0) * self.rate // 1000, self.frames)
        behind = min(max(to_ms, 0) * self.rate // 1000, self.frames)
        return self._frames(first, max(first, behind))

    def close(self) -> None:
        self._opened.close()
        super().close()

    def _bytes(self, begin: int, end: int) -> bytes:
        if end <= begin:
            return b""
        head = self._head[begin:end] if begin < HEADER_BYTES else b""
        begin = max(begin, HEADER_BYTES)
        if end <= begin:
            return head
        first, behind = (begin - HEADER_BYTES) // _WIDTH, -(-(end - HEADER_BYTES) // _WIDTH)
        raw = self._frames(first, behind).tobytes()
        skip = (begin - HEADER_BYTES) - first * _WIDTH
        return head + raw[skip : skip + end - begin]

    def _frames(self, first: int, behind: int) -> Samples:
        out: Samples = np.zeros((behind - first, 2), "<i2")
        at = max(bisect_right(self._firsts, first) - 1, 0)
        for piece in self._pieces[at:]:
            if piece.first >= behind:
                break
            begin, end = max(piece.first, first), min(piece.behind, behind)
            if begin < end:
                out[begin - first : end - first] = _read(piece, begin - piece.first, end - begin)
        return out


def _read(piece: _Piece, first: int, count: int) -> Samples:
    """`count` frames of a file; what it lacks is silence."""
    channels = 1 if piece.mono else 2
    width = channels * SAMPLE_BYTES
    piece.file.seek(piece.data_at + first * width)
    raw = piece.file.read(count * width)
    got = len(raw) // width
    found = np.frombuffer(raw[: got * width], "<i2").reshape(-1, channels)
    out: Samples = np.zeros((count, 2), "<i2")
    out[:got] = found
    return out


def open_call_sound(
    shelf: Shelf, recordings: Iterable[Recording], *, call_ms: int | None = None
) -> CallSound:
    """The sound of one call from all of its recordings, in any order.

    A part that is not there is a gap; with `call_ms` the sound goes on to the end of the call.
    Raises RecordingError when there is no part at all, one cannot be opened (its key, an edit), or
    their rates differ.
    """
    with ExitStack() as opened:
        legs = (one for one in recordings if not is_aside(one.id))
        found = sorted(legs, key=lambda one: one.begins_ms)
        parts = [part for one in found if (part := _open(shelf, one, opened)) is not None]
        if not parts:
            raise RecordingError(_why_none(found))
        rate = parts[0].wav.rate
        if any(part.wav.rate != rate for part in parts):
            raise RecordingError(f"{found[0].call_id}: its recordings have different rates")
        behind = [part.first for part in parts[1:]] + [_NEVER]
        pieces = [part.piece(most) for part, most in zip(parts, behind, strict=True)]
        told = tuple(part.told(piece) for part, piece in zip(parts, pieces, strict=True))
        end_ms = max(told[-1].ends_ms, call_ms or 0)
        frames = max(pieces[-1].behind, end_ms * rate // 1000)
        gaps = tuple(_gaps(found, told, end_ms))
        return CallSound(rate, frames, pieces, told, gaps, opened.pop_all())


def write_sound(sound: CallSound, out: Writable, leg: int | None = None) -> None:
    """Write a call from its first part on: a stereo wav, or one leg (0 the caller, 1 the house)."""
    first = sound.parts[0].begins_ms * sound.rate // 1000
    out.write(header(sound.rate, 2 if leg is None else 1, sound.frames - first))
    sound.seek(HEADER_BYTES + first * _WIDTH)
    while raw := sound.read(_BLOCK_BYTES):
        both = np.frombuffer(raw, "<i2").reshape(-1, 2)
        out.write(raw if leg is None else both[:, leg].tobytes())


@dataclass(frozen=True, slots=True)
class _Opened:
    recording: Recording
    file: BinaryIO
    wav: WavFile

    @property
    def first(self) -> int:
        return max(self.recording.begins_ms, 0) * self.wav.rate // 1000

    def piece(self, most: int) -> _Piece:
        """Its place, ending where the next part begins."""
        behind = min(self.first + self.wav.frames, most)
        return _Piece(self.first, behind, self.file, self.wav.data_at, self.wav.channels == 1)

    def told(self, piece: _Piece) -> Part:
        kept, rate = self.recording.kept, self.wav.rate
        file = kept.file if kept is not None else ""
        return Part(
            self.recording.id, file, piece.first * 1000 // rate, piece.behind * 1000 // rate
        )


def _open(shelf: Shelf, recording: Recording, opened: ExitStack) -> _Opened | None:
    if recording.erased is not None or recording.kept is None or not recording.kept.file:
        return None
    try:
        file = opened.enter_context(shelf.open(recording.kept.file))
    except FileNotFoundError:
        return None
    return _Opened(recording, file, look_in(file, Path(recording.kept.file)))


def _why_none(recordings: Sequence[Recording]) -> str:
    if not recordings:
        return "the call was not recorded; a flow records with `record: start`"
    return (
        f"{recordings[0].call_id}: no part of its recording is there;"
        " `thirdring recordings verify` says why"
    )


def _gaps(recordings: Sequence[Recording], parts: Sequence[Part], end_ms: int) -> Iterable[Gap]:
    """What lies between the parts, and why."""
    there = {part.recording for part in parts}
    at_ms, reason = 0, "before"
    for one in recordings:
        if one.id not in there:
            reason = "missing" if one.erased is None else "erased"
            continue
        part = next(part for part in parts if part.recording == one.id)
        if part.begins_ms - at_ms >= _LEAST_GAP_MS:
            yield Gap(at_ms, part.begins_ms, reason)
        at_ms = part.ends_ms
        reason = "paused" if one.stop_reason == "paused" else "stopped"
    if end_ms - at_ms >= _LEAST_GAP_MS:
        yield Gap(at_ms, end_ms, reason)
