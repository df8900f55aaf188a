"""What a supervisor says into a call, recorded apart from the call's own two legs.

The caller never heard a whisper, so it must not be in the recording of what the caller heard; yet
it explains what the agent did next. Only what the supervisor's phone sends is written, and only
while the supervisor may be heard: whoever only listens is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from calls.asides import aside_id
from calls.call import Call
from calls.errors import CallCenterError
from calls.events import Fault, RecordingStarted, RecordingStopped
from calls.floor.states import SpyMode

OVER: Final = "aside_over"
"""Why such a recording stopped."""

_log = structlog.get_logger("desk.supervision")


def may_be_heard(mode: SpyMode) -> bool:
    """Whether anybody hears the supervisor in this mode."""
    return mode is not SpyMode.LISTEN


class Asides:
    """The recordings of supervisors' voices on the calls of this process."""

    def __init__(self, call_of: Callable[[str], Call | None], state: Path) -> None:
        """`call_of` gives a live call by its id; `state` is the state folder."""
        self._call_of = call_of
        self._monitor = state / "monitor"
        self._running: dict[str, Call] = {}
        self._began_ms: dict[str, int] = {}

    async def begin(self, call_id: str) -> str:
        """Record that one begins; its id once that is on disk. Empty: it may not be recorded.

        A ledger that cannot keep the fact keeps no supervisor from helping: the fault is told and
        nothing is written.
        """
        call = self._call_of(call_id)
        if call is None or call.hung_up_by:
            return ""
        recording = self._new_id(call)
        self._running[recording] = call
        call.record(
            RecordingStarted(
                recording=recording,
                caller_file=f"monitor/{recording}-in.wav",
                house_file=f"monitor/{recording}-out.wav",
            )
        )
        try:
            await call.sink.durable()
        except CallCenterError as error:
            _log.error("a supervisor is not recorded", call=call_id, problem=str(error))
            self.end(recording)
            return ""
        return recording

    def begun(self, recording: str) -> None:
        """Asterisk writes from now on."""
        call = self._running.get(recording)
        if call is not None:
            self._began_ms[recording] = call.elapsed_ms()

    def end(self, recording: str, problem: str = "") -> None:
        """Record that it is over; harmless for one that is over or never was."""
        call = self._running.pop(recording, None)
        began_ms = self._began_ms.pop(recording, None)
        if call is None or call.hung_up_by:
            return  # the call's own end has closed it
        if problem:
            call.record(Fault(where="recording", problem=problem))
        call.record(RecordingStopped(recording=recording, reason=OVER, began_ms=began_ms))

    def _new_id(self, call: Call) -> str:
        """One that no file and no running recording has: a desk may have died meanwhile."""
        count = 1
        while (found := aside_id(call.id, count)) in self._running or self._is_written(found):
            count += 1
        return found

    def _is_written(self, recording: str) -> bool:
        return (self._monitor / f"{recording}-out.wav").exists()
