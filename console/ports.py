"""What the console needs of the ledger and the recorder, as protocols; `launch` hands them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol

from calls.events import CallEvent
from ledger.filters import CallFilter, Cursor, Page
from ledger.rows import CallRow, RecordingRow


class Calls(Protocol):
    """The ledger, read (`ledger.reader.LedgerReader`). Blocks; LedgerError when it cannot be."""

    def search(self, asked: CallFilter, *, before: Cursor | None = None, limit: int = 50) -> Page:
        """Calls that fit, newest first; `before` is the `next` of the page before."""

    def call(self, call_id: str) -> CallRow:
        """A call by its whole id or the beginning of it; LedgerError when there is none."""

    def events(self, call_id: str) -> list[CallEvent]:
        """All events of a call, in order."""

    def recordings(self, *, call_id: str | None = None) -> list[RecordingRow]:
        """Recordings of a call, oldest first."""


class HouseState(NamedTuple):
    """Whether the rules and forms that are used are those of the files."""

    problems: tuple[str, ...] = ()
    """Why files that changed were not taken; the ones of before are used. Empty: all is well."""

    read_at: datetime | None = None
    """When those that are used were read."""


class SoundFile(NamedTuple):
    """All that was recorded of one call, as one stereo wav on the call's own clock."""

    file: BinaryIO
    """Seekable; left the caller, right the house; sample 0 is when the call was offered."""

    bytes: int


class Waves(NamedTuple):
    """What the wave is drawn from."""

    caller: Sequence[float]
    """Peak of each step, 0 to 1."""

    house: Sequence[float]
    duration_ms: int
    gaps: Sequence[tuple[int, int, str]]
    """From, to and why nothing was recorded there: `before paused stopped missing erased`;
    offsets of the call."""


class SoundShelf(Protocol):
    """Recordings to listen to. Called from threads; blocks; RecordingError when unreadable."""

    def has(self, call_id: str) -> bool:
        """Whether anything of the call can be heard."""

    def open(self, call_id: str) -> SoundFile | None:
        """The sound of a call; None when there is none. Whoever takes it closes the file."""

    def asides(self, call_id: str) -> Sequence[tuple[str, int]]:
        """Recordings of a supervisor's own voice on this call: id, and offset where it begins."""

    def open_aside(self, call_id: str, recording: str) -> SoundFile | None:
        """One of them, by itself; None when it is not there."""

    def waves(self, call_id: str) -> Waves | None:
        """What to draw; None when there is no sound."""

    def proven(self, call_id: str) -> str:
        """Empty when every file is what the ledger says it is, else what is wrong."""
