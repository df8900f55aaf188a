"""The recording of both legs: two monitor files that Asterisk writes, named by our own id.

Asterisk can mute a recording only over its manager port, not from AGI, and for card numbers a
recording must be stopped, not muted. So a pause ends one recording and a resume begins another:
each file's time line is whole, and the facts say what lies between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from agi.phone_line import PhoneLine
from agi.pyst2 import AGIAppError, AGIHangup
from calls.actions import Record, RecordCommand
from calls.errors import ConfigError
from calls.events import (
    Fault,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
)
from calls.outcomes import Done, Failed, Outcome

_MIXMONITOR_SYNTAX = set(",()|&\"'\\;${}")


class Recorder:
    """Starts and stops the recordings of one call."""

    __slots__ = ("_folder", "_line", "_paused")

    def __init__(self, line: PhoneLine, state: Path) -> None:
        self._line = line
        self._folder = state
        self._paused = False

    async def perform(self, action: Record) -> Outcome:
        """Carry out one command. Raises AGIHangup."""
        match action.command:
            case RecordCommand.START:
                return await self._begin()
            case RecordCommand.PAUSE:
                return await self._pause()
            case RecordCommand.RESUME:
                return await self._resume()
            case RecordCommand.STOP:
                return await self._end("flow")
            case _:
                assert_never(action.command)

    async def _begin(self) -> Outcome:
        line, call = self._line, self._line.call
        if call.recording:
            return Done()
        await line.answer()
        call.recordings += 1
        self._paused = False
        recording = f"{call.id}-{call.recordings}"
        caller_file, house_file = f"monitor/{recording}-in.wav", f"monitor/{recording}-out.wav"
        call.record(
            RecordingStarted(recording=recording, caller_file=caller_file, house_file=house_file)
        )
        await call.sink.durable()
        files = f",r({self._folder / caller_file})t({self._folder / house_file})"
        call.recording = recording
        try:
            await line.session.run(line.session.agi.appexec, "MixMonitor", files)
            call.recording_began_ms = call.elapsed_ms()
        except AGIHangup:
            raise
        except AGIAppError as error:
            call.record(Fault(where="recording", problem=f"MixMonitor: {error}"))
            call.recording_over("failed")
            return Failed(reason="MixMonitor did not start")
        return Done()

    async def _end(self, reason: str) -> Outcome:
        line, call = self._line, self._line.call
        self._paused = False
        if not call.recording:
            return Done()
        try:
            await line.session.run(line.session.agi.appexec, "StopMixMonitor")
        except AGIHangup:
            raise
        except AGIAppError as error:
            call.record(Fault(where="recording", problem=f"StopMixMonitor: {error}"))
            return Failed(reason="StopMixMonitor failed")
        call.recording_over(reason)
        return Done()

    async def _pause(self) -> Outcome:
        recording = self._line.call.recording
        if not recording:
            return Done()
        outcome = await self._end("paused")
        if isinstance(outcome, Done):
            self._line.call.record(RecordingPaused(recording=recording))
            self._paused = True
        return outcome

    async def _resume(self) -> Outcome:
        if not self._paused:
            return Done()
        outcome = await self._begin()
        if isinstance(outcome, Done):
            self._line.call.record(RecordingResumed(recording=self._line.call.recording))
        return outcome


def prepare_monitor_folder(state: Path) -> Path:
    """Make `state/monitor`; the absolute state folder, as Asterisk is told it.

    Raises ConfigError for a path that MixMonitor's arguments cannot hold.
    """
    state = state.absolute()
    if not _MIXMONITOR_SYNTAX.isdisjoint(str(state)):
        raise ConfigError(
            f"state folder {state}: MixMonitor cannot write to a path with any of , ( ) | & ; $ "
            "braces, quotes or backslash; choose another --state"
        )
    (state / "monitor").mkdir(parents=True, exist_ok=True)
    return state
