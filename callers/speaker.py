"""The speakers of this machine, through a player that is installed here.

A player is any program that takes sound on its standard input: 8 kHz, mono, 16 bit, little-endian,
no header. It runs beside us, fed by a thread of its own, and is killed to be silent at once. What
it prints is never shown: a panel stands on the screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, Protocol

import structlog

from callers.noises import RATE
from calls.errors import CallCenterError, ConfigError

_log = structlog.get_logger("practice")

Argv = tuple[str, ...]

PLAYERS: Final[tuple[Argv, ...]] = (
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "8000", "-B", "240000", "-"),
    ("pw-play", "--rate", "8000", "--channels", "1", "--format", "s16", "--raw", "-"),
    ("pw-play", "--rate", "8000", "--channels", "1", "--format", "s16", "-"),
    ("paplay", "--raw", "--rate=8000", "--channels=1", "--format=s16le", "--latency-msec=240"),
)
"""In the order in which they are tried. PipeWire's wants `--raw` for raw sound in some versions and
has no such option in others."""

TRIED_MS: Final = 50
TRY_S: Final = 3.0
"""A player that has not played `TRIED_MS` of silence by then waits for a device that is in use."""

PLAYED_OUT_S: Final = 3.0
"""So much longer than the sound itself a player may take."""

BACKLOG_MS: Final = 3000
"""Sound that a player has not taken; one so far behind takes nothing any more."""

_PIPE_BYTES: Final = 4096
_BYTES_PER_MS: Final = RATE // 1000 * 2


class SpeakerError(CallCenterError):
    """There is nothing here to be heard through. `installed`: a player is, and fails."""

    def __init__(self, text: str, *, installed: bool) -> None:
        super().__init__(text)
        self.installed = installed


class Speaker(Protocol):
    """Where a simulated caller is heard. On one event loop; nothing here waits or raises."""

    def say(self, pcm: bytes) -> None:
        """Play this after what was said before: 8 kHz mono s16le."""

    def rest(self) -> None:
        """No more for now: what was said is played to its end, and the device let go."""

    def stop(self) -> None:
        """Be silent at once; what was not heard yet never will be."""

    async def close(self) -> None:
        """End whatever plays, and return when it has ended."""


class PlayerSpeaker:
    """A player program, started whenever there is something to say."""

    def __init__(self, argv: Sequence[str], on_trouble: Callable[[str], None]) -> None:
        """`on_trouble` is told once, on the event loop, why nothing is heard any more."""
        self._argv = tuple(argv)
        self._on_trouble = on_trouble
        self._loop = asyncio.get_running_loop()
        self._playing: _Playing | None = None
        self._runs: list[_Playing] = []
        self.trouble = ""
        """Why it fell silent for good; empty while it works."""

    def say(self, pcm: bytes) -> None:
        if self.trouble:
            return
        if self._playing is None:
            self._runs = [one for one in self._runs if one.is_alive()]
            self._playing = _Playing(self._argv, self._tell)
            self._runs.append(self._playing)
            self._playing.start()
        self._playing.take(pcm)
        if self._playing.behind_ms() > BACKLOG_MS:
            self._broke(f"{self._argv[0]} takes no sound")

    def rest(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.end()

    def stop(self) -> None:
        self._playing = None
        for one in self._runs:
            one.cut()

    async def close(self) -> None:
        self.stop()
        for one in self._runs:
            await asyncio.to_thread(one.join, PLAYED_OUT_S)

    def _tell(self, why: str) -> None:
        """From a thread: a player ended in trouble."""
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            self._loop.call_soon_threadsafe(self._broke, why)

    def _broke(self, why: str) -> None:
        if self.trouble:
            return
        self.trouble = why
        self.stop()
        _log.warning("practice.speakers_gone", player=self._argv[0], problem=why)
        self._on_trouble(why)


class _Playing(threading.Thread):
    """One run of the player, from the first sound to the last."""

    def __init__(self, argv: Argv, broke: Callable[[str], None]) -> None:
        super().__init__(name="speaker", daemon=True)
        self._argv, self._broke = argv, broke
        self._sound: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._cut = False
        self._given = self._taken = 0

    def take(self, pcm: bytes) -> None:
        """More to play."""
        self._given += len(pcm)
        self._sound.put(pcm)

    def behind_ms(self) -> int:
        """How much the player has not taken."""
        return (self._given - self._taken) // _BYTES_PER_MS

    def end(self) -> None:
        """Nothing more comes."""
        self._sound.put(None)

    def cut(self) -> None:
        """End now."""
        self._cut = True
        if self._process is not None:
            self._process.kill()
        self._sound.put(None)  # after it: at the end of its input a player plays out what it has

    def run(self) -> None:
        """The thread."""
        try:
            why = self._play()
        except OSError as error:
            why = f"{self._argv[0]}: {error.strerror or error}"
        if why and not self._cut:
            self._broke(why)

    def _play(self) -> str:
        began_s = monotonic()
        process = subprocess.Popen(  # noqa: S603 - a list, no shell, sound only on stdin
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pipesize=_PIPE_BYTES,
        )
        self._process = process
        if self._cut:
            process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._feed(process)
        end_s = began_s + self._given / _BYTES_PER_MS / 1000 + PLAYED_OUT_S
        try:
            code = process.wait(max(end_s - monotonic(), PLAYED_OUT_S))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return f"{self._argv[0]} does not end"
        if self._taken < self._given or code:
            return f"{self._argv[0]} ended by itself (code {code})"
        return ""

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None  # noqa: S101 - it was asked for; for the type checker
        with process.stdin as stdin:
            while (pcm := self._sound.get()) is not None and not self._cut:
                stdin.write(pcm)
                stdin.flush()
                self._taken += len(pcm)


def find_player(command: str = "") -> Argv:
    """The first player that plays here, by playing a moment of silence; blocks up to `TRY_S` each.

    `command` is a program of the user's own with its arguments, tried alone. Raises SpeakerError
    saying how each of them failed.
    """
    wanted = _wanted(command)
    here = [argv for argv in wanted if shutil.which(argv[0]) is not None]
    if not here:
        names = ", ".join(dict.fromkeys(argv[0] for argv in wanted))
        raise SpeakerError(f"not installed: {names}", installed=False)
    failed = []
    for argv in here:
        why = _tried(argv)
        if not why:
            return argv
        failed.append(f"{argv[0]}: {why}")
    raise SpeakerError("; ".join(dict.fromkeys(failed)), installed=True)


def _wanted(command: str) -> tuple[Argv, ...]:
    if not command:
        return PLAYERS
    try:
        argv = tuple(shlex.split(command))
    except ValueError as error:
        raise ConfigError(
            f"the player {command!r} is no command ({error}); mend its quotes"
        ) from None
    if not argv:
        raise ConfigError("the player is an empty command; name a program that plays its input")
    return (argv,)


def _tried(argv: Argv) -> str:
    """Why it does not play; empty when it does."""
    silence = bytes(TRIED_MS * _BYTES_PER_MS)
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell, sound only on stdin
            argv, input=silence, capture_output=True, timeout=TRY_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "does not end; the sound device may be in use"
    except OSError as error:
        return f"cannot be started ({error.strerror})"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return "" if not done.returncode else (said[-1][:120] if said else f"code {done.returncode}")
