"""The facts of a recording, without any sound: a call in virtual time writes no file."""

from __future__ import annotations

from typing import Final

from calls.actions import RecordCommand
from calls.call import Call
from calls.events import RecordingPaused, RecordingResumed, RecordingStarted, RecordingStopped
from calls.outcomes import Done
from calls.values import maker

_DONE: Final = Done()
_START, _STOP = RecordCommand.START, RecordCommand.STOP
_PAUSE, _RESUME = RecordCommand.PAUSE, RecordCommand.RESUME
_started = maker(RecordingStarted)
_stopped = maker(RecordingStopped)


class VirtualRecorder:
    """Records what the recorder of a telephone call would; a pause ends a recording there too."""

    __slots__ = ("_call", "_count", "_paused")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._count = 0
        self._paused = False

    def perform(self, command: RecordCommand) -> Done:
        """Carry out one command; out of turn it means nothing."""
        running = self._call.recording
        if command is _STOP:
            self.stop("flow")
        elif command is _START:
            self._start()
        elif command is _PAUSE and running:
            self.stop("paused")
            self._paused = True
            self._call.record(RecordingPaused(recording=running))
        elif command is _RESUME and self._paused:
            self._start()
            self._call.record(RecordingResumed(recording=self._call.recording))
        return _DONE

    def stop(self, reason: str) -> None:
        """End the recording that runs, if one does."""
        self._paused = False
        if self._call.recording:
            recording, self._call.recording = self._call.recording, ""
            self._call.record(_stopped(recording=recording, reason=reason))

    def _start(self) -> None:
        call = self._call
        if call.recording:
            return
        self._paused = False
        self._count = count = self._count + 1
        call.recording = recording = f"{call.id}-{count}"
        call.record(
            _started(
                recording=recording,
                caller_file=f"monitor/{recording}-in.wav",
                house_file=f"monitor/{recording}-out.wav",
            )
        )
