"""One call on the built-in phone: its state, its sound in both directions, its keys."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from softphone_panel.phone.levels import LevelMeter
from softphone_panel.phone.ports import PhoneError

_ENDS_S: Final = 3.0
_ANSWERS_S: Final = 10.0
_HOLD_TRIES: Final = 10
_HOLD_AGAIN_S: Final = 0.2
_KEYS = re.compile(r"[0-9*#]{1,64}")
_READ_BYTES: Final = 16_000
_QUIET_READS: Final = 4
"""So many empty reads in a row, and nothing comes any more: the far end holds, or is gone."""


class Line:
    """What becomes of one call; `changed` is told of every step of it."""

    def __init__(self, call: Any, changed: Callable[[], None]) -> None:
        self._call = call
        self._changed = changed
        self._over = asyncio.Event()
        self._empty_reads = 0
        self.answered = False
        self.muted = False
        self.heard = LevelMeter()
        self.spoken = LevelMeter()
        self.reference = str(dict(call.headers).get("X-Call-Ref", ""))
        call.on(self._event)

    @property
    def over(self) -> bool:
        """The call has ended."""
        return self._over.is_set()

    @property
    def on_hold(self) -> bool:
        """We hold it."""
        return bool(self._call.is_on_hold) and not self.over

    async def answer(self) -> None:
        """Pick up."""
        from baresip import BaresipError

        try:
            await self._call.answer()
            await self._call.wait_established(_ANSWERS_S)
        except BaresipError as error:
            raise _as_phone_error(error) from error

    async def end(self) -> None:
        """Hang up, or turn away; returns when it is over."""
        from baresip import BaresipError, StaleHandleError

        try:
            await (self._call.hangup() if self.answered else self._call.reject())
            await asyncio.wait_for(self._over.wait(), _ENDS_S)
        except StaleHandleError:
            self._end()
        except TimeoutError as error:
            raise PhoneError("try_again", "the call does not end; try again") from error
        except BaresipError as error:
            raise _as_phone_error(error) from error

    async def hold(self, on: bool) -> None:
        """Hold it or take it back. A line that renegotiates just now is tried again for 2 s."""
        from baresip import BaresipError, RuntimeDead, StaleHandleError

        for _ in range(_HOLD_TRIES):
            try:
                await (self._call.hold() if on else self._call.resume())
            except (StaleHandleError, RuntimeDead) as error:
                raise _as_phone_error(error) from error
            except BaresipError:
                if self.over:
                    break
                await asyncio.sleep(_HOLD_AGAIN_S)
            else:
                self._changed()
                return
        if self.over:
            raise PhoneError("call_gone", "the call has ended")
        raise PhoneError("try_again", "the line is busy changing; try again")

    def mute(self, on: bool) -> None:
        """Send silence; what is queued already is thrown away."""
        self.muted = on
        self.spoken.clear()
        if on:
            self._quietly(self._call.audio.flush_tx)
        self._changed()

    async def send_keys(self, digits: str) -> None:
        """Press keys."""
        from baresip import BaresipError

        if not _KEYS.fullmatch(digits):
            raise PhoneError("bad_keys", "keys are 0 to 9, * and #")
        try:
            await self._call.send_dtmf(digits)
        except BaresipError as error:
            raise _as_phone_error(error) from error

    def speak(self, pcm: bytes) -> int:
        """Send 16-bit PCM at 8 kHz; how many bytes were taken. Of a muted call all, unsent.

        Safe from another thread than the loop's, one at a time.
        """
        if self.muted:
            return len(pcm)
        taken = self._quietly(lambda: self._call.audio.write(pcm)) or 0
        if taken:
            self.spoken.take(pcm[:taken])
        return taken

    def buffered_ms(self) -> int:
        """How much of what was spoken is not yet sent."""
        info = self._quietly(self._call.audio.info)
        return info.tx_buffered // 16 if info is not None else 0

    def listen(self) -> bytes:
        """What came from the far end since the last time; measures it, too."""
        pcm: bytes = self._quietly(lambda: self._call.audio.read(_READ_BYTES)) or b""
        if pcm:
            self._empty_reads = 0
            self.heard.take(pcm)
            return pcm
        self._empty_reads += 1
        if self._empty_reads >= _QUIET_READS:
            self.heard.clear()
        return pcm

    def _quietly(self, act: Callable[[], Any]) -> Any:
        """Audio comes and goes with every re-INVITE; None while it is gone."""
        from baresip import AudioNotActive, AudioRestarted

        try:
            return act()
        except (AudioNotActive, AudioRestarted):
            return None

    def _event(self, event: Any) -> None:
        from baresip import Event

        if event.event is Event.CALL_ESTABLISHED:
            self.answered = True
            self._changed()
        elif event.event is Event.CALL_CLOSED:
            self._end()

    def _end(self) -> None:
        if not self._over.is_set():
            self._over.set()
            self._changed()


def _as_phone_error(error: Exception) -> PhoneError:
    from baresip import CallFailed, RuntimeDead, StaleHandleError

    if isinstance(error, RuntimeDead):
        return PhoneError("dead", "the built-in phone has ended; start the panel again")
    if isinstance(error, StaleHandleError | CallFailed):
        return PhoneError("call_gone", "the call has ended")
    return PhoneError("try_again", f"the phone could not do it: {error}")
