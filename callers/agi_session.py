"""AGI commands carried out as Asterisk 22 does, in real time, with a persona on the line."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from callers.acting import RING_CYCLE_MS, Keypress
from callers.agi_listening import AudioLender
from callers.agi_wire import DEAD, UNKNOWN, AgiPeer, split_command
from callers.caller_line import CallerLine, HangupError, ServerGoneError
from callers.noises import RATE
from callers.voicebank import read_wav
from calls.errors import PersonaError

_MONITOR_OPTION: Final = re.compile(r"([a-zA-Z])(?:\(([^)]*)\))?")
_DIGEST: Final = re.compile(r"-[0-9a-f]{8,}$")
_FOR_EVER_MS: Final = 3_600_000
_DEAD_IDLE_S: Final = 30.0

Handler = Callable[[list[str]], Awaitable[str]]


def line_of(prompt: Path) -> str:
    """The name of the line that a prompt's file holds."""
    return _DIGEST.sub("", prompt.stem)


class AgiSession:
    """One FastAGI session on a line. With `dead` the line is down already (a hang-up handler's)."""

    def __init__(
        self, line: CallerLine, peer: AgiPeer, monitor_folder: Path, *, dead: bool = False
    ) -> None:
        self._line = line
        self._peer = peer
        self._monitor_folder = monitor_folder
        self._dead = dead
        self._lender = AudioLender(line)
        self._handlers: dict[str, tuple[bool, Handler]] = {
            "ANSWER": (True, self._answer),
            "CHANNEL STATUS": (False, self._status),
            "EXEC": (False, self._exec),
            "GET DATA": (True, self._get_data),
            "GET VARIABLE": (False, self._get_variable),
            "HANGUP": (False, self._hang_up),
            "NOOP": (False, self._nothing),
            "SET VARIABLE": (False, self._set_variable),
            "STREAM FILE": (True, self._stream_file),
            "VERBOSE": (False, self._verbose),
            "WAIT FOR DIGIT": (True, self._wait_for_digit),
        }
        """By command: whether it needs a live channel, and what carries it out."""

        self._applications: dict[str, Callable[[str], Awaitable[int]]] = {
            "audiosocket": self._audiosocket,
            "mixmonitor": self._mix_monitor,
            "mset": self._mset,
            "ringing": self._done,
            "set": self._mset,
            "stopmixmonitor": self._stop_mix_monitor,
            "wait": self._wait,
        }

    async def run(self, *, lease_s: float) -> None:
        """Carry out commands until the session is over, whatever ends it."""
        line, peer = self._line, self._peer
        line.server_gone = peer.gone
        line.lease_until = None if self._dead else line.now_ms + round(lease_s * 1000)
        try:
            while (command := await self._next_command()) is not None:
                peer.send(await self._carry_out(split_command(command)))
                if line.down and not self._dead:
                    raise HangupError
        except HangupError:
            # AGIEXITONHANGUP=yes: the line, then the connection is closed.
            peer.send("HANGUP")
        except ServerGoneError:
            return
        finally:
            line.server_gone = None
            line.lease_until = None

    async def _next_command(self) -> str | None:
        line = self._line
        if self._dead:
            return await self._last_command()
        while not line.tend():
            edge_ms = line.next_edge(line.now_ms + _FOR_EVER_MS)
            try:
                return await self._peer.command(max(edge_ms - line.now_ms, 1) / 1000)
            except TimeoutError:
                continue
        raise HangupError

    async def _last_command(self) -> str | None:
        try:
            return await self._peer.command(_DEAD_IDLE_S)
        except TimeoutError:
            return None

    async def _carry_out(self, words: list[str]) -> str:
        for length in (3, 2, 1):
            found = self._handlers.get(" ".join(words[:length]).upper())
            if found is None:
                continue
            media, perform = found
            return DEAD if self._dead and media else await perform(words[length:])
        return UNKNOWN

    async def _nothing(self, _: list[str]) -> str:
        return "200 result=0"

    async def _verbose(self, _: list[str]) -> str:
        return "200 result=1"

    async def _status(self, _: list[str]) -> str:
        return f"200 result={6 if self._line.acting.answered_ms is not None else 4}"

    async def _hang_up(self, _: list[str]) -> str:
        self._line.go_down("house")
        return "200 result=1"

    async def _set_variable(self, words: list[str]) -> str:
        if len(words) < 2:
            return "520 Invalid command syntax.  Proper usage not available."
        self._assign(words[0], words[1])
        return "200 result=1"

    def _assign(self, name: str, value: str) -> None:
        line = self._line
        if name.upper() == "TIMEOUT(ABSOLUTE)":
            seconds = float(value or 0)
            line.lease_until = line.now_ms + round(seconds * 1000) if seconds else None
        else:
            line.variables[name.lstrip("_")] = value

    async def _get_variable(self, words: list[str]) -> str:
        value = self._line.variables.get(words[0]) if words else None
        return "200 result=0" if value is None else f"200 result=1 ({value})"

    async def _answer(self, _: list[str]) -> str:
        if self._line.acting.answered_ms is None:
            self._line.answered(self._line.now_ms, RING_CYCLE_MS)
        return "200 result=0"

    # --- prompts and keys -------------------------------------------------------------------

    async def _stream_file(self, words: list[str]) -> str:
        key, played = await self._play(words[0], words[1] if len(words) > 1 else "")
        failed = self._line.down or played < 0
        return f"200 result={-1 if failed else ord(key.key) if key else 0} endpos={max(played, 0)}"

    async def _play(self, name: str, escape: str) -> tuple[Keypress | None, int]:
        """Play a file; gives the key that cut it and the samples played, -1 for no such file."""
        line = self._line
        try:
            sound = read_wav(Path(f"{name}.wav"))
        except PersonaError:
            return None, -1
        line.forget_keys()
        start_ms = line.now_ms
        line.acting.house_speaks(start_ms)
        end_ms = start_ms + len(sound) * 1000 // RATE
        key = next((key for key in line.keys_up_to(end_ms) if key.key in escape), None)
        played = len(sound)
        try:
            await line.until(key.at_ms if key else end_ms)
        finally:
            if line.now_ms < end_ms:
                played = (line.now_ms - start_ms) * RATE // 1000
            line.track.place(start_ms, sound[:played])
            line.note("heard", line_of(Path(f"{name}.wav")), at_ms=start_ms, until_ms=line.now_ms)
        if key is not None and not line.down:
            line.press(key)
        return key, played

    async def _wait_for_digit(self, words: list[str]) -> str:
        wait_ms = int(words[0]) if words else -1
        key = await self._one_key(wait_ms if wait_ms >= 0 else _FOR_EVER_MS)
        return f"200 result={-1 if self._line.down else ord(key.key) if key else 0}"

    async def _get_data(self, words: list[str]) -> str:
        pause_ms = int(words[1]) if len(words) > 1 else 2000
        most = int(words[2]) if len(words) > 2 else 1024
        first, _ = await self._play(words[0], "0123456789*#")
        digits = first.key if first else ""
        while not self._line.down and len(digits) < most and not digits.endswith("#"):
            key = await self._one_key(pause_ms)
            if key is None:
                break
            digits += key.key
        else:
            return "200 result=-1" if self._line.down else f"200 result={digits.removesuffix('#')}"
        return "200 result=-1" if self._line.down else f"200 result={digits} (timeout)"

    async def _one_key(self, wait_ms: int) -> Keypress | None:
        """Listen for one key, as a caller who is asked for one."""
        line = self._line
        line.acting.house_listens(line.now_ms)
        deadline_ms = line.now_ms + wait_ms
        keys = line.keys_up_to(deadline_ms)
        if not await line.until(keys[0].at_ms if keys else deadline_ms) or not keys:
            return None
        line.press(keys[0])
        return keys[0]

    # --- applications -----------------------------------------------------------------------

    async def _exec(self, words: list[str]) -> str:
        run = self._applications.get(words[0].lower()) if words else None
        if run is None:
            return "200 result=-2"
        if self._dead:
            return "200 result=-1"
        result = await run(",".join(words[1:]))
        return f"200 result={-1 if self._line.down else result}"

    async def _done(self, _: str) -> int:
        return 0

    async def _mset(self, options: str) -> int:
        for pair in options.split(","):
            name, _, value = pair.partition("=")
            self._assign(name.strip(), value)
        return 0

    async def _wait(self, options: str) -> int:
        await self._line.until(self._line.now_ms + round(float(options or 0) * 1000))
        return 0

    async def _mix_monitor(self, options: str) -> int:
        name, _, rest = options.partition(",")
        files = {
            letter: self._monitor_path(path)
            for letter, path in _MONITOR_OPTION.findall(rest.partition(",")[0])
            if letter in "rt" and path
        }
        mixed = self._monitor_path(name) if name else None
        self._line.start_monitor(mixed, files.get("r"), files.get("t"))
        return 0

    def _monitor_path(self, name: str) -> Path:
        return Path(name) if Path(name).is_absolute() else self._monitor_folder / name

    async def _stop_mix_monitor(self, _: str) -> int:
        self._line.stop_monitor()
        return 0

    async def _audiosocket(self, options: str) -> int:
        return await self._lender.lend(options)
