"""What a coach needs from outside; `agi.ears`, `desk.ami` and the launcher provide it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from calls.actions import Listen, Queue, RecordCommand, Transfer
from calls.call import Call
from calls.outcomes import Outcome, Sound
from calls.ports import EarsAnswer

Tapper = Callable[[str, str], Awaitable[None]]
"""`tapper(channel, address)`: let Asterisk send what comes from `channel` to the ears' `address`
(`uuid,host:port`). Returns when it was ordered; raises CallCenterError when it cannot be had."""


class Voice(Protocol):
    """Somebody began to speak, or has stopped; times as of an answer."""

    @property
    def speaks(self) -> bool: ...

    @property
    def began_ms(self) -> int: ...

    @property
    def ended_ms(self) -> int: ...

    @property
    def known_ms(self) -> int: ...


class Reading(Protocol):
    """The line just now."""

    @property
    def level_dbov(self) -> float: ...

    @property
    def what(self) -> Sound | None: ...

    @property
    def speaks(self) -> bool: ...

    @property
    def spoken_ms(self) -> int: ...

    @property
    def quiet_ms(self) -> int: ...

    @property
    def rising_ms(self) -> int:
        """How long a sound has gone on that may turn out to be a voice."""

    @property
    def waited_ms(self) -> int | None:
        """How far the open window has run, by frames; None while none is open."""

    @property
    def answering(self) -> bool:
        """The open window waits for the end of an utterance."""

    @property
    def stands(self) -> bool:
        """Windows stood still as of this reading."""


class TapSession(Protocol):
    """One tap's audio, from the first frame to `close`."""

    @property
    def address(self) -> str: ...

    @property
    def first_frame_at_ms(self) -> int | None: ...

    @property
    def frames(self) -> int: ...

    @property
    def reading(self) -> Reading | None: ...

    def watch(
        self,
        on_voice: Callable[[Voice], None] | None = None,
        *,
        end_ms: int = 400,
        sounds: bool = True,
    ) -> None:
        """Keep `reading`; tell when somebody begins to speak and when `end_ms` have passed."""

    async def connection(self) -> None:
        """Return once audio can come. Raises CallCenterError when Asterisk does not connect."""

    async def over(self) -> None:
        """Return once the line is down."""

    async def ask(
        self,
        question: Listen,
        /,
        *,
        on_hearing: Callable[[Sound, float], None] | None = None,
        late_ms: int = 0,
    ) -> EarsAnswer:
        """Open a window, `late_ms` ago. A line that goes down is an answer.

        Raises CallCenterError when the ears fail.
        """

    def hold(self, *, late_ms: int = 0) -> None:
        """Let windows stand still from `late_ms` ago."""

    def resume(self, *, late_ms: int = 0) -> None:
        """Let them go on, as of `late_ms` ago."""

    def close(self) -> None:
        """End it; harmless twice."""


class TapEars(Protocol):
    """The ears, as taps use them."""

    def expect(self) -> TapSession:
        """A session whose address may be given to Asterisk now. Raises CallCenterError."""


class RecordPort(Protocol):
    """The recording of a call whose caller sits in Asterisk's queue."""

    async def record(self, call: Call, command: RecordCommand) -> Outcome:
        """Carry it out and record its facts: `Done` or `Failed`."""


class MovePort(Protocol):
    """Takes the caller from the agent to somebody else. Records nothing of the call."""

    async def transfer(self, call: Call, agent: str, action: Transfer) -> Outcome:
        """`TransferLeft`, `Failed` or `HungUp`."""

    async def queue(self, call: Call, agent: str, action: Queue) -> Outcome:
        """`QueueLeft`, `Failed` or `HungUp`."""
