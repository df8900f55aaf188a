"""The built-in phone: baresip in this process, on a headset or headless."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from softphone_panel.phone.line import Line
from softphone_panel.phone.microphone import Microphone
from softphone_panel.phone.ports import PhoneError
from softphone_panel.phone.probe import ExchangeProbe
from softphone_panel.phone.settings import HEADLESS, PhoneSettings, local_address_towards
from softphone_panel.phone.stack import SipStack

_log = structlog.get_logger()

_METER_S: Final = 0.04
_AGAIN_S: Final = (1.0, 2.0, 3.0, 5.0)
_REGISTER_S: Final = 8.0
_REFUSED: Final = frozenset({401, 403, 404, 407})


class BuiltInPhone:
    """One number on a SIP stack; implements `ports.Phone`."""

    def __init__(self, settings: PhoneSettings, stack: SipStack) -> None:
        self._settings = settings
        self._stack = stack
        self._agent: Any = None
        self._line: Line | None = None
        self._bound = False
        self._dead = False
        self._refused = False
        self._tasks: list[asyncio.Task[None]] = []
        self._turned_away: set[asyncio.Task[None]] = set()
        self._tell: list[Callable[[], None]] = []
        self._register_now = asyncio.Event()
        self._probe = ExchangeProbe(
            (settings.host, settings.port), settings.probe_s, self._exchange_changed
        )
        self._microphone: Microphone | None = None
        self.on_pcm: Callable[[bytes], None] | None = None
        """Given what the far end says, 16-bit mono at 8 kHz, about every 40 ms."""

    # -- what the panel sees ------------------------------------------------------------------

    @property
    def registered(self) -> bool:
        return self._bound and not self._probe.away and not self._dead

    @property
    def trouble(self) -> str:
        if self._dead:
            return "dead"
        if self.registered or self._agent is None:
            return ""
        return "refused" if self._refused else "unreachable"

    @property
    def ringing(self) -> bool:
        return self._line is not None and not self._line.answered

    @property
    def on_call(self) -> bool:
        return self._line is not None and self._line.answered

    @property
    def on_hold(self) -> bool:
        return self._line is not None and self._line.on_hold

    @property
    def muted(self) -> bool:
        return self._line is not None and self._line.muted

    @property
    def call_ref(self) -> str:
        return self._line.reference if self._line is not None else ""

    @property
    def heard_dbov(self) -> float | None:
        return self._line.heard.dbov if self._line is not None else None

    @property
    def spoken_dbov(self) -> float | None:
        return self._line.spoken.dbov if self._line is not None else None

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        self._tell.append(tell)
        return lambda: self._tell.remove(tell) if tell in self._tell else None

    # -- what the agent does ------------------------------------------------------------------

    async def start(self) -> None:
        if self._settings.audio != HEADLESS:
            self._microphone = Microphone(self._settings.audio, self._mouth)
        self._agent = await self._stack.agent(self._settings)
        self._stack.on_dead.append(self._died)
        self._agent.on_incoming(self._incoming)
        self._agent.on(self._registration_event)
        await self._probe.start()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._stay_registered()), loop.create_task(self._listen())]

    async def answer(self) -> None:
        if self._line is None or self._line.answered:
            raise PhoneError("not_ringing", "no call rings")
        await self._line.answer()
        if self._microphone is not None:
            self._microphone.open()

    async def hang_up(self) -> None:
        await self._the_call().end()

    async def hold(self, on: bool) -> None:
        await self._answered_call().hold(on)

    async def mute(self, on: bool) -> None:
        self._answered_call().mute(on)

    async def send_keys(self, digits: str) -> None:
        await self._answered_call().send_keys(digits)

    def speak(self, pcm: bytes) -> int:
        """Say 16-bit PCM at 8 kHz without a microphone (headless); how many bytes were taken."""
        return self._line.speak(pcm) if self._line is not None else 0

    async def close(self) -> None:
        from baresip import BaresipError

        agent, self._agent = self._agent, None
        if agent is None:
            return
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._probe.close()
        if self._microphone is not None:
            self._microphone.close()
        with contextlib.suppress(PhoneError):
            if self._line is not None:
                await self._line.end()
        with contextlib.suppress(BaresipError):
            await agent.unregister(timeout=2.0)
        self._bound = False
        await asyncio.gather(*self._turned_away, return_exceptions=True)

    # -- the line -----------------------------------------------------------------------------

    def _the_call(self) -> Line:
        if self._line is None:
            raise PhoneError("no_call", "there is no call")
        return self._line

    def _answered_call(self) -> Line:
        line = self._the_call()
        if not line.answered:
            raise PhoneError("no_call", "the call is not answered yet")
        return line

    def _incoming(self, call: Any) -> None:
        if self._line is not None:
            task = asyncio.get_running_loop().create_task(_turn_away(call))
            self._turned_away.add(task)
            task.add_done_callback(self._turned_away.discard)
            return
        self._line = Line(call, self._line_changed)
        self._changed()

    def _line_changed(self) -> None:
        if self._line is not None and self._line.over:
            self._line = None
            if self._microphone is not None:
                self._microphone.close()
        self._changed()

    def _mouth(self) -> Line | None:
        return self._line if self.on_call else None

    async def _listen(self) -> None:
        while True:
            await asyncio.sleep(_METER_S)
            line = self._line
            if line is None or not line.answered:
                continue
            pcm = line.listen()
            if pcm and self.on_pcm is not None:
                self.on_pcm(pcm)

    # -- the exchange -------------------------------------------------------------------------

    async def _stay_registered(self) -> None:
        failures = 0
        # The flag beside the cancelling: a `wait_for` whose answer comes in the same moment
        # swallows it (Python 3.11).
        while self._agent is not None:
            if self._bound:
                failures = 0
                await self._register_now.wait()
                self._register_now.clear()
            if not await self._register():
                await asyncio.sleep(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
                failures += 1

    async def _register(self) -> bool:
        from baresip import BaresipError, RegistrationError

        agent = self._agent
        try:
            await agent.register(timeout=_REGISTER_S)
        except RegistrationError as error:
            self._now(False, refused=error.status in _REFUSED)
        except BaresipError as error:
            _log.warning("phone.not_registered", trouble=type(error).__name__)
            self._now(False)
        else:
            self._now(True)
        return self._bound

    def _registration_event(self, event: Any) -> None:
        """A refresh of the stack's own."""
        from baresip import Event

        if event.event is Event.REGISTER_FAIL and self._bound:
            self._now(False)
            self._register_now.set()

    def _exchange_changed(self) -> None:
        if not self._probe.away:
            # It may have forgotten us while it was away.
            self._register_now.set()
        self._changed()

    def _now(self, bound: bool, *, refused: bool = False) -> None:
        if (bound, refused) != (self._bound, self._refused):
            self._bound, self._refused = bound, refused
            self._changed()

    def _died(self) -> None:
        self._dead = True
        self._line = None
        self._changed()

    def _changed(self) -> None:
        for tell in tuple(self._tell):
            tell()


async def _turn_away(call: Any) -> None:
    from baresip import BaresipError

    with contextlib.suppress(BaresipError):
        await call.reject()


@asynccontextmanager
async def built_in_phone(settings: PhoneSettings) -> AsyncIterator[BuiltInPhone]:
    """A phone on a stack of its own, started; closed at the end. One at a time in a process.

    Raises PhoneError (`no_audio`, `dead`) and ConfigError (no way to the exchange).
    """
    stack = SipStack(local_address_towards(settings.host), settings.audio)
    await stack.start()
    try:
        phone = BuiltInPhone(settings, stack)
        try:
            await phone.start()
            yield phone
        finally:
            await phone.close()
    finally:
        await stack.close()
