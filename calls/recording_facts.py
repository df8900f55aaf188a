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
    began_ms: int | None = None
    """Offset at which Asterisk began to write; None: not known better than by its start."""


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

    begins_ms: int | None = None
    """Offset of the file's first sample since the call was offered, as measured; None: that of
    `recording_started`."""

    filled: tuple[tuple[int, int], ...] = ()
    """Where Asterisk had written nothing, as nobody sent anything, and silence was put in: from
    and to, offsets of the call."""

    anchors: tuple[int, ...] = ()
    """Offsets of the house's lines that were found, each where its fact says to 50 ms."""

    key: str = ""
    """Id of the key that wraps the file's own; empty: the file is not sealed."""

    unproved: tuple[tuple[int, int], ...] | None = None
    """Where nothing shows that its clock is right to 50 ms: from and to, offsets of the call. None:
    nobody saw the file grow, and only the anchors prove it."""


@value
class RecordingMeasured(Fact):
    """What the sound itself tells, by the recorder's measures; offsets are of the call."""

    kind: ClassVar[str] = "recording_measured"
    recording: str
    version: int
    """Of the measures: figures of two versions are not compared."""

    caller_talk_ms: int
    house_talk_ms: int
    """The house's leg: prompts and the agent alike."""

    agent_talk_ms: int
    """The house's leg while an agent was on the line."""

    silence_ms: int
    """Neither spoke."""

    talk_over_ms: int
    """The agent spoke into the caller's speech (A22)."""

    talk_overs: tuple[tuple[int, int], ...]
    """Where, at most the 50 longest, in order."""

    dead_air_ms: int
    """The longest time in a talk in which nobody spoke; hold and music do not count."""

    dead_air_from_ms: int | None
    caller_level_dbov: float | None
    house_level_dbov: float | None
    """Mean level of the talk; None when there was none."""

    caller_noise_dbov: float | None
    """Level of the caller's line between words."""


@value
class RecordingErased(Fact):
    """The recording can no longer be heard by anybody: its key, then its file, are gone."""

    kind: ClassVar[str] = "recording_erased"
    recording: str
    why: str
    """`retention`, or `asked` by the person it is about."""

    by: str
