"""What a coached flow asks of the call's own line: tap it, record it, send it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never
from uuid import UUID

from calls.actions import Queue, RecordCommand, Transfer
from calls.call import Call
from calls.events import RecordingPaused, RecordingResumed
from calls.outcomes import Done, Failed, Outcome, TransferLeft
from desk.ami.client import AmiClient
from desk.ami.listening import tap
from desk.control.calls import CallControl
from desk.control.errors import ControlError
from desk.control.live import LiveCall


class LineTapper:
    """Implements `desk.coaching.ports.Tapper`."""

    def __init__(self, ami: AmiClient) -> None:
        self._ami = ami

    async def __call__(self, channel: str, address: str) -> None:
        identity, _, place = address.partition(",")
        host, _, port = place.rpartition(":")
        await tap(self._ami, channel, host, int(port), UUID(identity))


class LineRecorder:
    """Implements `desk.coaching.ports.RecordPort`: a pause is silence of its very length."""

    def __init__(self, control: CallControl, live_of: Callable[[Call], LiveCall | None]) -> None:
        self._control = control
        self._live_of = live_of

    async def record(self, call: Call, command: RecordCommand) -> Outcome:
        live = self._live_of(call)
        if not call.recording or live is None:
            # The flow that answered the call begins and ends its recording.
            return Done() if command is not RecordCommand.START else Failed(reason="not recorded")
        match command:
            case RecordCommand.START | RecordCommand.STOP:
                return Done()
            case RecordCommand.PAUSE:
                return await self._pause(call, live, on=True)
            case RecordCommand.RESUME:
                return await self._pause(call, live, on=False)
            case _:
                assert_never(command)

    async def _pause(self, call: Call, live: LiveCall, *, on: bool) -> Outcome:
        try:
            await self._control.pause_recording(live, on)
        except ControlError as error:
            return Failed(reason=f"the recording: {error.word}")
        fact = RecordingPaused if on else RecordingResumed
        call.record(fact(recording=call.recording))
        return Done()


class LineMover:
    """Implements `desk.coaching.ports.MovePort`: the caller is sent on, the agent is out."""

    def __init__(self, control: CallControl, live_of: Callable[[Call], LiveCall | None]) -> None:
        self._control = control
        self._live_of = live_of

    async def transfer(self, call: Call, agent: str, action: Transfer) -> Outcome:
        live = self._live_of(call)
        if live is None:
            return Failed(reason=f"{agent}: no call at the ear")
        try:
            await self._control.transfer_blind(live, action.to)
        except ControlError as error:
            return Failed(reason=f"transfer to {action.to}: {error.word}")
        return TransferLeft(name="answered", waited_ms=0, talked_ms=0)

    async def queue(self, call: Call, agent: str, action: Queue) -> Outcome:
        return Failed(reason=f"{action.name}: an agent's flow cannot queue its caller")
