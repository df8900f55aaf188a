"""One caller's hearing, seen from the loop: put questions, play prompts, close."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from agi.ears.answer import Answer, PromptPlayed
from agi.ears.audiosocket import AudioSocketProtocol
from agi.ears.connecting import Ears, connecting
from agi.ears.features import FRAME_MS
from agi.ears.listener import (
    Answered,
    Asked,
    HearingChanged,
    Held,
    LineDown,
    Listener,
    Message,
    Missing,
    Pressed,
    PromptOver,
    Report,
    Watched,
    WindowOpened,
    Withdrawn,
)
from agi.ears.metering import Meter, Reading, Voice
from agi.ears.onset import END_MS
from agi.ears.pacer import Playing
from agi.ears.question import HearingCallback
from agi.ears.vad import EarsError
from calls.actions import Listen
from calls.outcomes import SaidEnd

GRACE_MS = 600
"""Gaps in the audio up to this are jitter; after it, silence stands in for what never came."""

MOST_AHEAD_FRAMES = 500
"""A peer more than ten seconds ahead of real time is no telephone."""

PromptCallback = Callable[[PromptPlayed], None]
VoiceCallback = Callable[[Voice], None]


class HearingSession:
    """Made by `EarsService.expect`; Asterisk connects to it by `address`.

    All times of its answers are milliseconds since its first frame, which came at
    `first_frame_at_ms` of the service's clock.
    """

    def __init__(
        self, ears: Ears, identity: UUID, address: str, listener: Listener, max_wait_s: float
    ) -> None:
        self.uuid = str(identity)
        self.address = address
        """For `EXEC AudioSocket`: `uuid,host:port`."""

        self.first_frame_at_ms: int | None = None
        self.identity = identity
        self.listener = listener
        self.inbox: list[Message] = []
        self._ears = ears
        self._max_wait_s = max_wait_s
        self._connection: AudioSocketProtocol | None = None
        self._connected = connecting()
        self._connected_at = 0.0
        self._over = asyncio.Event()
        self._held = b""
        self._tap = False
        self._down = ""
        self.frames = 0
        """Frames that came so far."""

        self._gap_ms = 0.0
        self._stood_in_ms = 0
        self._number = 0
        self._answer: asyncio.Future[Answer] | None = None
        self._playing: Playing | None = None
        self._on_prompt_end: PromptCallback | None = None
        self._on_hearing: HearingCallback | None = None
        self._on_voice: VoiceCallback | None = None
        self.reading: Reading | None = None
        """The line just now, once it is watched and audio came."""

    @property
    def connected(self) -> bool:
        """Whether Asterisk is on the line now."""
        return self._connection is not None

    @property
    def says_nothing(self) -> bool:
        """Whether Asterisk is on the line and no prompt plays."""
        played = self._playing is None or self._playing.left_s <= 0
        return played and self._connection is not None

    async def ask(
        self,
        question: Listen,
        *,
        prompt_pcm: bytes | None = None,
        on_prompt_end: PromptCallback | None = None,
        on_hearing: HearingCallback | None = None,
        late_ms: int = 0,
    ) -> Answer:
        """Put a question; waits for Asterisk to connect first.

        The window opens with the next frame, or, with `prompt_pcm` (signed 16-bit, 8 kHz), when
        the prompt has been played or was cut by speech or a key; `on_prompt_end` is called then.
        On a watched line it can open `late_ms` before that, as far back as three seconds.
        `on_hearing(what, level_dbov)` is called at each change of what is heard. A line that goes
        down is an answer. One question at a time (RuntimeError). Raises EarsError when nobody
        connects in time or the detector fails.
        """
        if self._answer is not None:
            raise RuntimeError("a session takes one question at a time")
        loop = asyncio.get_running_loop()
        self._number += 1
        self._answer = loop.create_future()
        self._on_prompt_end, self._on_hearing = on_prompt_end, on_hearing
        try:
            # Before the connection: the window opens with its very first frame.
            late = late_ms // FRAME_MS
            self._post(Asked(self._number, question, prompt_pcm is not None, late))
            await self.connection()
            self._gap_ms, self._stood_in_ms = 0.0, 0
            if self._down:
                self._post(LineDown())
            elif prompt_pcm is not None:
                self._play(prompt_pcm)
            return await self._answer
        finally:
            self._stop_prompt()
            self._answer = self._on_prompt_end = self._on_hearing = None
            self._post(Withdrawn())

    def watch(
        self, on_voice: VoiceCallback | None = None, *, end_ms: int = END_MS, sounds: bool = True
    ) -> None:
        """Keep `reading` from the next frame on, and tell when somebody begins or stops to speak.

        `end_ms` without speech ends an utterance; without `sounds` no noise or faint voice is told.
        """
        self._on_voice = on_voice
        self._ears.filler.forget((self,))  # a tap: nobody hears what it says
        self._tap = True
        self._post(Watched(Meter(end_ms=end_ms, sounds=sounds)))

    def hold(self, *, late_ms: int = 0) -> None:
        """Let windows stand still from `late_ms` ago: what comes reaches no question.

        The line is to be watched, else nothing is put back. Harmless when they stand already.
        """
        self._post(Held(on=True, late=late_ms // FRAME_MS))

    def resume(self, *, late_ms: int = 0) -> None:
        """Let windows go on, as of `late_ms` ago; harmless when they do."""
        self._post(Held(on=False, late=late_ms // FRAME_MS))

    async def over(self) -> None:
        """Return once the line is down."""
        await self._over.wait()

    def release(self) -> bool:
        """Let `EXEC AudioSocket` return with the question still open; False if nobody is on.

        Asterisk is to connect again by the same address, to go on where it left off.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return False
        self._connected = connecting()
        connection.hang_up()
        self._ears.filler.forget((self,))
        return True

    def release_in_pause(self, left_s: float) -> bool:
        """`release` now, if a prompt plays for longer than `left_s` and is between two words."""
        playing = self._playing
        if playing is None or playing.left_s <= left_s or not playing.in_pause:
            return False
        return self.release()

    def close(self) -> None:
        """Send the hang-up message: `EXEC AudioSocket` returns and the call goes on."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.hang_up()
        self.line_down("closed by us")
        self._ears.forget(self)

    # What the connection brings; see `audiosocket.Caller`.

    def take_connection(self, connection: AudioSocketProtocol) -> bool:
        """Asterisk connected under this identity; False when it already had."""
        if self._connected.done():
            return False
        self._connection = connection
        self._connected_at = self._connected_at or asyncio.get_running_loop().time()
        self._connected.set_result(None)
        if not self._tap:
            self._ears.filler.watch(self)
        held, self._held = self._held, b""
        if held:
            connection.send(held)
        return True

    def frame(self, pcm: bytes) -> bool:
        if self.first_frame_at_ms is None:
            self.first_frame_at_ms = self._ears.clock.monotonic_ms() - FRAME_MS
        self.frames += 1
        self._gap_ms = 0.0
        self._stood_in_ms = 0
        self.inbox.append(pcm)
        self._ears.wake(self)
        return self.frames % 250 != 0 or not self._too_far_ahead()

    def key(self, digit: str) -> None:
        self._post(Pressed(digit))

    def line_down(self, why: str) -> None:
        self._connection = None
        self._ears.filler.forget((self,))
        if self._down:
            return
        self._down = why
        self._over.set()
        if not self._connected.done():
            self._connected.set_exception(EarsError(f"the session was {why} before it began"))
        self._stop_prompt()
        self._post(LineDown())

    # What the service brings.

    @property
    def waits_for_audio(self) -> bool:
        """Whether a question is open on a line that is up."""
        return self._answer is not None and self._connection is not None

    def time_passed(self, elapsed_ms: float) -> None:
        """No frame may come at all (no RTP, a phone that sends none in silence): timers go on."""
        self._gap_ms += elapsed_ms
        due_ms = int(self._gap_ms) - self._stood_in_ms
        if self._gap_ms < GRACE_MS or due_ms < FRAME_MS:
            return
        if self.first_frame_at_ms is None:
            self.first_frame_at_ms = self._ears.clock.monotonic_ms() - due_ms
        frames = due_ms // FRAME_MS
        self._stood_in_ms += frames * FRAME_MS
        self._post(Missing(frames))

    def report(self, report: Report) -> None:
        """Carry out what the worker found; late news of an old question are dropped."""
        if isinstance(report, Reading):
            self.reading = report
        elif not isinstance(report, Voice):
            self._told(report)
        elif self._on_voice is not None:
            self._on_voice(report)

    def _told(self, report: Answered | HearingChanged | WindowOpened) -> None:
        if report.number != self._number or self._answer is None or self._answer.done():
            return
        match report:
            case Answered(_, answer):
                self._answer.set_result(answer)
            case HearingChanged(_, what, level_dbov):
                if self._on_hearing is not None:
                    self._on_hearing(what, level_dbov)
            case WindowOpened(_, prompt):
                if prompt.ended is not SaidEnd.COMPLETED:
                    self._stop_prompt()
                if self._on_prompt_end is not None:
                    self._on_prompt_end(prompt)

    def fail(self, error: EarsError) -> None:
        """The detector failed under this session."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    async def connection(self) -> None:
        """Return once Asterisk is on the line. Raises EarsError when it does not come in time."""
        try:
            # Not `wait_for`: cancelled just when the wait is over, that goes on as if it were not.
            async with asyncio.timeout(self._max_wait_s):
                await asyncio.shield(self._connected)
        except TimeoutError:
            raise EarsError(
                f"no AudioSocket connection within {self._max_wait_s:g} s; "
                "is the module app_audiosocket loaded and the port reachable?"
            ) from None

    def _play(self, pcm: bytes) -> None:
        self._playing = self._ears.pacer.play(pcm, self.send, lambda: self._post(PromptOver()))

    def send(self, messages: bytes) -> None:
        """Send whole messages of audio, now or as soon as Asterisk is there."""
        if self._connection is None:
            # Between two connections; what is due is played when the next one is there.
            self._held += messages
        else:
            self._connection.send(messages)

    def _stop_prompt(self) -> None:
        self._held = b""
        if self._playing is not None:
            self._ears.pacer.cut(self._playing)
            self._playing = None

    def _post(self, message: Message) -> None:
        self.inbox.append(message)
        self._ears.wake(self)

    def _too_far_ahead(self) -> bool:
        elapsed_s = asyncio.get_running_loop().time() - self._connected_at
        return self.frames > elapsed_s * 1000 / FRAME_MS + MOST_AHEAD_FRAMES
