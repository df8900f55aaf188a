"""The facts of the recording, each with when it is recorded."""

from __future__ import annotations

from typing import ClassVar

from calls.fact import Fact
from calls.values import value


@value
class RecordingStarted(Fact):
    """The recording is about to start. Durable before the first sample."""

    kind: ClassVar[str] = "recording_started"
    recording: str
    """Our own id of the recording; the file is `recordings/<recording>.wav` once taken in."""

    caller_file: str
    """Monitor file of what the caller said, below the state folder."""

    house_file: str
    """Monitor file of what the caller heard."""


@value
class RecordingPaused(Fact):
    """The flow paused the recording; its part ends here, nothing is written until resumed."""

    kind: ClassVar[str] = "recording_paused"
    recording: str


@value
class RecordingResumed(Fact):
    """The flow resumed the recording: a new part has begun."""

    kind: ClassVar[str] = "recording_resumed"
    recording: str


@value
class RecordingStopped(Fact):
    """The recording was stopped, by the flow or by the end of the call."""

    kind: ClassVar[str] = "recording_stopped"
    recording: str
    reason: str


@value
class RecordingKept(Fact):
    """The recorder took the files in: merged, measured, hashed."""

    kind: ClassVar[str] = "recording_kept"
    recording: str
    file: str
    sha256: str
    bytes: int
    duration_ms: int
    problem: str
    """Empty when all is well; else what differs from the call (cut, missing leg)."""
