"""The caller's end of a live call: real time, sound, keys, and what is noted on the way."""

from __future__ import annotations

import asyncio
import zlib
from pathlib import Path

from callers.acting import Acting, Keypress, Speech
from callers.audio import CallerAudio
from callers.noises import RATE, Samples
from callers.result import CallResult, Happening, Moment, Watch
from callers.tracks import HouseTrack, Monitor
from callers.voicebank import VoiceBank
from calls.clock import Clock


class HangupError(Exception):
    """The caller hung up while no command was running."""


class ServerGoneError(Exception):
    """The server closed the session, or its lease ran out."""


class CallerLine:
    """One live call as the persona has it; whoever carries it says what the house does."""

    def __init__(
        self,
        acting: Acting,
        bank: VoiceBank,
        clock: Clock,
        uniqueid: str,
        *,
        seed: int = 0,
        watch: Watch | None = None,
    ) -> None:
        self.acting = acting
        self.audio = CallerAudio(acting, bank, seed)
        self.track = HouseTrack()
        self.result = CallResult(acting.persona.name, uniqueid)
        self.channel = f"PJSIP/sim-{zlib.crc32(uniqueid.encode()):08x}"
        self.variables: dict[str, str] = {}
        self.down = False
        self.lease_until: int | None = None
        """When the dialplan takes the call away from its server; None for no lease."""

        self.server_gone: asyncio.Event | None = None
        """Of the session that is running now, if one is."""

        self._clock = clock
        self._began = clock.monotonic_ms()
        self._watch = watch
        self._monitor: Monitor | None = None
        self._told: set[Speech] = set()
        self._keys_from_ms = 0

    @property
    def now_ms(self) -> int:
        """Milliseconds since the call was offered."""
        return self._clock.monotonic_ms() - self._began

    async def until(self, at_ms: int) -> bool:
        """Let time pass up to `at_ms`; False when the line is down by then.

        Raises ServerGoneError as soon as the server of the running session is gone.
        """
        while (now_ms := self.now_ms) < at_ms:
            if self.tend():
                return False
            wake_ms = self.next_edge(at_ms)
            await self._sleep(max(wake_ms - now_ms, 1) / 1000)
        return not self.tend()

    def next_edge(self, at_ms: int) -> int:
        """The first of `at_ms`, the caller's hanging up and the end of the lease."""
        edges = (at_ms, self.acting.leave_ms, self.lease_until)
        return min(edge for edge in edges if edge is not None)

    async def _sleep(self, seconds: float) -> None:
        if self.server_gone is None:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self.server_gone.wait()
        except TimeoutError:
            return
        raise ServerGoneError("the server closed the session")

    def tend(self) -> bool:
        """See to what falls due by itself; True when the line is down now.

        Raises ServerGoneError when the lease has run out.
        """
        now_ms = self.now_ms
        for speech in self.acting.spoken:
            if speech.begin_ms <= now_ms and speech not in self._told:
                self._told.add(speech)
                self.note("said", speech.utterance, at_ms=speech.begin_ms, until_ms=speech.end_ms)
        if self.acting.leave_ms is not None and now_ms >= self.acting.leave_ms:
            self.go_down("caller")
        elif self.lease_until is not None and now_ms >= self.lease_until:
            self.lease_until = None
            raise ServerGoneError("the lease ran out")
        return self.down

    def keys_up_to(self, to_ms: int) -> list[Keypress]:
        """Keys pressed before `to_ms` that nobody has taken yet."""
        return self.acting.keys(self._keys_from_ms, to_ms)

    def forget_keys(self) -> None:
        """Keys pressed up to now are lost: nobody was listening."""
        self._keys_from_ms = max(self._keys_from_ms, self.now_ms)

    def press(self, key: Keypress) -> None:
        """A key is taken."""
        self._keys_from_ms = key.at_ms + 1
        self.note("pressed", key.key, at_ms=key.at_ms)

    def note(
        self,
        what: Happening,
        detail: str = "",
        *,
        at_ms: int | None = None,
        until_ms: int | None = None,
    ) -> None:
        """Write a moment down and tell whoever watches."""
        moment = Moment(self.now_ms if at_ms is None else at_ms, what, detail, until_ms)
        self.result.moments.append(moment)
        if self._watch is not None:
            self._watch(moment)

    def rings(self) -> None:
        """The caller hears the first ring."""
        self.acting.rings(self.now_ms)
        self.note("ringing")

    def answered(self, rang_ms: int, cycle_ms: int) -> None:
        """The house answered after `rang_ms` of ringing."""
        self.acting.answered(self.now_ms)
        self.result.answered_ms = self.now_ms
        self.result.rings = rang_ms // cycle_ms + 1
        self.note("answered", f"ring {self.result.rings}")

    def go_down(self, by: str) -> None:
        """The line goes down; harmless twice."""
        if self.down:
            return
        self.down = True
        self.stop_monitor()
        self.result.hung_up_by = by
        self.result.ended_ms = self.now_ms
        self.note("hung_up", by)

    def start_monitor(self, mixed: Path | None, caller: Path | None, house: Path | None) -> None:
        """Begin to record into these files; a recording that runs is ended."""
        self.stop_monitor()
        self._monitor = Monitor(self.now_ms, mixed, caller, house)

    def stop_monitor(self) -> None:
        """End the recording and write its files; harmless without one."""
        monitor, self._monitor = self._monitor, None
        if monitor is not None:
            monitor.write(self.audio, self.track, self.now_ms)

    def sides(self) -> tuple[Samples, Samples]:
        """What the caller and the house sent, from the answer on."""
        answered_ms = self.acting.answered_ms or 0
        first = answered_ms * RATE // 1000
        count = max(self.result.ended_ms - answered_ms, 0) * RATE // 1000
        return self.audio.samples(first, count), self.track.samples(first, count)
