"""A simulated caller over SIP: a real telephone call with the persona's sound as RTP.

The caller knows the house by ear alone, as a person does: sound is a line, 0.6 s without sound is
the house listening. Hold music is sound, so a hang-up counted from the queue is not made.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from callers.acting import RING_CYCLE_MS, Acting
from callers.audio import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, from_pcm, to_pcm
from callers.audiosocket import HouseEar
from callers.caller_line import CallerLine
from callers.persona import Persona, Point
from callers.result import CallResult, Watch
from callers.tracks import write_wav
from callers.voicebank import VoiceBank
from calls.clock import Clock, SystemClock
from calls.errors import PersonaError

QUIET_MS: Final = 600
"""So long without sound, the house is listening: longer than between two lines or two clauses."""

PAUSE_MS: Final = 1500
"""A turn that was taken for one only this long ago is given back when the same voice goes on."""

_AHEAD_MS: Final = 40
"""How far ahead of its time sound is given to the RTP sender."""

_NO_ANSWER_S: Final = 90.0
_CLOSE_S: Final = 3.0
_RTP_PORTS: Final = 200


class SipPhones:
    """A SIP stack on one address, from which many simulated callers call at once.

    Use `async with sip_phones() as phones`; a process can have one at a time.
    """

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime

    async def dial(self, target_uri: str, ani: str, listener: Callable[[Any], None]) -> Any:
        """Call `sip:number@host:port` from `ani`; `listener` gets every event from the first on.

        Raises PersonaError if the call can't be sent.
        """
        from baresip import Account, BaresipError, UserAgent

        domain = target_uri.partition("@")[2] or target_uri
        try:
            account = Account(ani, domain, "", reg_interval=0, audio_codecs=("pcma", "pcmu"))
            agent = await UserAgent.create(self._runtime, account)
            agent.on(listener)
            return await agent.dial(target_uri)
        except (BaresipError, ValueError) as error:
            raise PersonaError(f"cannot call {target_uri}: {error}") from error


@asynccontextmanager
async def sip_phones(address: str = "127.0.0.1", most_calls: int = 64) -> AsyncIterator[SipPhones]:
    """Start a SIP stack on `address`, on ports of its own; ends it and every call left."""
    from baresip import Config, Runtime

    first = 32_000 + secrets.randbelow(14_000) * 2
    runtime = Runtime()
    await runtime.start(
        Config(
            net_interface=address,
            max_concurrent_calls=most_calls,
            native_log_level="error",
            extra_config_text=(
                f"sip_listen {address}:{_free_port(address)}\n"
                f"rtp_ports {first}-{first + _RTP_PORTS + 4 * most_calls}\n"
            ),
        )
    )
    try:
        yield SipPhones(runtime)
    finally:
        await runtime.close()


async def call_over_sip(
    persona: Persona,
    target_uri: str,
    *,
    ani: str = "",
    seed: int = 0,
    bank: VoiceBank | None = None,
    clock: Clock | None = None,
    watch: Watch | None = None,
    save: Path | None = None,
    phones: SipPhones | None = None,
) -> CallResult:
    """Place one call of `persona` to `target_uri` (`sip:1000@127.0.0.1:5160`) and live it out.

    `save` writes a stereo wav from the answer on: left what the caller sent, right what it
    received. A call that is refused or not answered is a result with `failure`, not an error.
    Raises PersonaError when the call cannot be placed or an utterance has no sound.
    """
    if phones is None:
        async with sip_phones() as own:
            return await call_over_sip(
                persona,
                target_uri,
                ani=ani,
                seed=seed,
                bank=bank,
                clock=clock,
                watch=watch,
                save=save,
                phones=own,
            )
    bank = bank or VoiceBank.load()
    clock = clock or SystemClock()
    acting = Acting(persona, lambda utterance: bank.length_ms(persona.voice, utterance))
    line = CallerLine(acting, bank, clock, f"sip.{seed}", seed=seed, watch=watch)
    sip_call = _SipCall(line)
    try:
        await sip_call.run(phones, target_uri, ani or f"1380000{seed % 10_000:04d}")
    finally:
        line.go_down("network")
        line.result.moments.sort(key=lambda moment: moment.at_ms)
    if save is not None:
        await asyncio.to_thread(write_wav, save, *line.sides())
    return line.result


def limits_over_sip(persona: Persona) -> str:
    """What of this persona cannot be done over SIP, as a sentence; empty when all can."""
    if persona.hang_up is not None and persona.hang_up.point is Point.QUEUED:
        return "over SIP a caller cannot tell a queue by ear: it will not hang up there"
    return ""


class _SipCall:
    """One call: events of the stack on one side, the persona's line on the other."""

    def __init__(self, line: CallerLine) -> None:
        self._line = line
        self._call: Any = None
        self._ear = HouseEar(gap_ms=QUIET_MS, pause_ms=QUIET_MS)
        self._closed = asyncio.Event()
        self._answered = asyncio.Event()
        self._rang_ms: int | None = None
        self._sound_ms: int | None = None
        self._next_frame = 0
        self._rest = b""
        self._over_ms: int | None = None
        self._pressing: set[asyncio.Task[None]] = set()

    async def run(self, phones: SipPhones, target_uri: str, ani: str) -> None:
        """Dial, and live the call to its end. Raises PersonaError if it can't be placed."""
        self._call = await phones.dial(target_uri, ani, self._event)
        self._line.result.uniqueid = self._call.call_id or ""
        try:
            await self._wait_for_answer()
            while not self._line.down:
                await self._frame()
            self._tell_sound()
        finally:
            for task in self._pressing:
                task.cancel()
            await asyncio.gather(*self._pressing, return_exceptions=True)
            await self._hang_up()

    def _event(self, event: Any) -> None:
        from baresip import Event

        line = self._line
        if event.event in (Event.CALL_RINGING, Event.CALL_PROGRESS) and self._rang_ms is None:
            self._rang_ms = line.now_ms
            line.rings()
        elif event.event is Event.CALL_ESTABLISHED:
            self._establish()
        elif event.event is Event.CALL_CLOSED:
            self._closed.set()
            if line.acting.answered_ms is None and not line.down:
                line.result.failure = (
                    f"not answered: {event.text or 'no reason given'}; is an Asterisk up there? "
                    "`thirdring pbx up`, `thirdring serve`"
                )
                line.go_down("network")
            line.go_down("house")

    def _establish(self) -> None:
        line = self._line
        line.answered(line.now_ms - (self._rang_ms or line.now_ms), RING_CYCLE_MS)
        self._next_frame = -(-line.now_ms // FRAME_MS)
        self._answered.set()

    async def _wait_for_answer(self) -> None:
        line = self._line
        deadline_ms = line.now_ms + round(_NO_ANSWER_S * 1000)
        while not self._answered.is_set() and not line.tend():
            if line.now_ms >= deadline_ms:
                line.result.failure = f"nobody answered within {_NO_ANSWER_S:.0f} s"
                line.go_down("caller")
                return
            wait_ms = min(line.next_edge(deadline_ms) - line.now_ms, FRAME_MS)
            await asyncio.sleep(max(wait_ms, 1) / 1000)

    async def _frame(self) -> None:
        """What one turn of 20 ms asks for."""
        from baresip import AudioNotActive, AudioRestarted

        line = self._line
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            self._hear()
            self._speak()
        self._press()
        await line.until((line.now_ms // FRAME_MS + 1) * FRAME_MS)

    def _hear(self) -> None:
        """Take what came, frame by frame, and know by it when the house speaks and listens."""
        line = self._line
        self._rest += self._call.audio.read(50 * FRAME_BYTES)
        whole = len(self._rest) // FRAME_BYTES
        now_ms = line.now_ms
        for index in range(whole):
            frame = from_pcm(self._rest[index * FRAME_BYTES : (index + 1) * FRAME_BYTES])
            at_ms = now_ms - (whole - index) * FRAME_MS
            line.track.arrived(at_ms, frame)
            if self._ear.frame(at_ms, frame):
                new = line.acting.house_speaks(at_ms, pause_up_to_ms=PAUSE_MS)
                if new:
                    self._tell_sound()
                    self._sound_ms = at_ms
                self._over_ms = None
        self._rest = self._rest[whole * FRAME_BYTES :]
        over_ms = self._ear.over(now_ms)
        if over_ms is not None:
            self._over_ms = over_ms
            line.acting.house_listens(over_ms, known_ms=now_ms)
        elif self._over_ms is not None and now_ms - self._over_ms > PAUSE_MS:
            self._tell_sound()

    def _tell_sound(self) -> None:
        """What was heard is over for good."""
        if self._sound_ms is not None:
            until_ms = self._line.now_ms if self._over_ms is None else self._over_ms
            self._line.note("heard", "sound", at_ms=self._sound_ms, until_ms=until_ms)
        self._sound_ms = self._over_ms = None

    def _speak(self) -> None:
        """Give the sender the frames that are due within `_AHEAD_MS`."""
        line = self._line
        due = (line.now_ms + _AHEAD_MS) // FRAME_MS
        count = due - self._next_frame
        if count > 0:
            first = self._next_frame * FRAME_SAMPLES
            samples = line.audio.samples(first, count * FRAME_SAMPLES)
            self._call.audio.write(to_pcm(samples))
            self._next_frame = due

    def _press(self) -> None:
        line = self._line
        for key in line.keys_up_to(line.now_ms + 1):
            line.press(key)
            task = asyncio.get_running_loop().create_task(self._dtmf(key.key))
            self._pressing.add(task)
            task.add_done_callback(self._pressing.discard)

    async def _dtmf(self, key: str) -> None:
        from baresip import BaresipError

        try:
            await self._call.send_dtmf(key)
        except BaresipError as error:
            self._line.result.failure = f"key {key} could not be sent: {error}"

    async def _hang_up(self) -> None:
        """BYE, or CANCEL while it rings; waits until the stack has closed the call."""
        from baresip import BaresipError

        if not self._closed.is_set():
            with contextlib.suppress(BaresipError):
                await self._call.hangup()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), _CLOSE_S)


def _free_port(address: str) -> int:
    """A UDP port of `address` that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        trial.bind((address, 0))
        return int(trial.getsockname()[1])
