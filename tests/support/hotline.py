"""The real server on the real Asterisk: `thirdring serve` as a process, its lines as sound."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from callers.audio import to_pcm
from callers.noises import noise_loop
from callers.persona import Noise
from callers.voicebank import VoiceBank
from calls.events import CallEvent
from launch.pbx import control
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from tests.support.g711 import Samples
from tests.support.heard import RATE, read_wav
from tests.support.pbx import LEASE_S, HousePbx
from tests.support.sip_caller import SipCaller

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "scripts" / "prompts"
THIRDRING = (sys.executable, "-m", "launch")
_STARTS_S = 90


@dataclass(slots=True)
class Hotline:
    """A running server and what it left in its ledger."""

    process: subprocess.Popen[bytes]
    state: Path
    agi_port: int

    def reader(self) -> LedgerReader:
        """Reads its ledger."""
        return LedgerReader(self.state / "ledger.sqlite")

    async def call_of(
        self, number: str, *, until: str = "ended", within_s: float = 30.0
    ) -> tuple[CallRow, list[CallEvent]]:
        """The latest call from `number` once it has an event of kind `until`."""
        deadline = time.monotonic() + within_s
        while True:
            with self.reader() as reader:
                found = [call for call in reader.calls() if call.ani == number]
                events = reader.events(found[-1].id) if found else []
                # The row again: its end may have come between the two looks.
                found = [call for call in reader.calls() if call.ani == number]
            if any(event.kind == until for event in events):
                return found[-1], events
            assert time.monotonic() < deadline, f"no {until} for {number}: {events}"
            await asyncio.sleep(0.1)

    def held(self) -> tuple[int, int]:
        """Open files and threads of the server's process now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        threads = next(line for line in status.splitlines() if line.startswith("Threads:"))
        files = len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        return files, int(threads.split()[1])


def start_hotline(
    pbx: HousePbx,
    *,
    log_level: str = "info",
    more: Sequence[str] = (),
    desk: Sequence[str] = ("on = false",),
    console: Sequence[str] = ("on = false",),
    lease_s: int = 10,
    **agi: object,
) -> Hotline:
    """Start `thirdring serve` where the dialplan of `pbx` looks for it.

    `more` are lines of the configuration before its first section, `desk` those of [desk] and what
    comes after it, `console` those of [console]; agents' phones ring without a desk unless they say
    otherwise.
    """
    # The usual lease: a machine that stands still for a second or two must not cost a call.
    pbx.cli(f"dialplan set global CC_LEASE {lease_s}")
    config = pbx.state / "site.toml"
    settings = {"port": pbx.agi_port, "stop_grace_s": 0.5, **agi}
    lines = [
        f'log_level = "{log_level}"',
        *more,
        "[agi]",
        *(f"{name} = {json.dumps(value)}" for name, value in settings.items()),
    ]
    config.write_text(
        "\n".join([*lines, "[ears]", "port = 0", "[console]", *console, "[desk]", *desk, ""]),
        encoding="utf-8",
    )
    ready = pbx.state / "serve.json"
    ready.unlink(missing_ok=True)
    with (pbx.state / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *THIRDRING,
                "serve",
                "--state",
                str(pbx.state),
                "--config",
                str(config),
            ],
            stderr=log,
        )
    deadline = time.monotonic() + _STARTS_S
    while not ready.exists():
        assert process.poll() is None, (pbx.state / "serve.log").read_text("utf-8")
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
    return Hotline(process, pbx.state, pbx.agi_port)


def new_ledger(state: Path) -> None:
    """Forget calls and agents of the tests before; no server may run on the folder."""
    for left in (*state.glob("ledger.sqlite*"), *state.glob("coaching/*")):
        left.unlink()


def stop_hotline(hotline: Hotline) -> None:
    """End it, by force if it would not."""
    control.ask(hotline.state / "pbx", f"dialplan set global CC_LEASE {LEASE_S}")
    hotline.process.terminate()
    try:
        hotline.process.wait(20)
    except subprocess.TimeoutExpired:
        hotline.process.kill()
        hotline.process.wait()


def shipped_line(name: str) -> str:
    """A line as the shipped file has it, so that its shipped sound is found."""
    text = (ROOT / "scripts" / "lines.yaml").read_text(encoding="utf-8")
    found = re.search(rf"^{name}:.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


@cache
def line_sound(name: str, language: str = "zh-Hans") -> Samples:
    """The shipped rendering of a line with the default settings."""
    index: dict[str, Any] = json.loads((PROMPTS / "index.json").read_text(encoding="utf-8"))
    found = [
        each
        for each in index["renderings"]
        if each["line"] == name and each["language"] == language
    ]
    assert found, f"{name} is not shipped in {language}"
    return read_wav(PROMPTS / found[-1]["file"])


def length_ms(samples: Samples) -> int:
    """How long a sound is."""
    return len(samples) * 1000 // RATE


@cache
def utterance(name: str, *, voice: str = "zh_m", level_dbov: float = -22.0) -> Samples:
    """What a caller says."""
    return _whole_numbers(_bank().samples(voice, name, level_dbov))


@cache
def noise(seconds: float, *, level_dbov: float = -25.0, kind: Noise = Noise.STREET) -> Samples:
    """A noisy line."""
    count = round(seconds * RATE)
    loop = noise_loop(kind, level_dbov, 7)
    return _whole_numbers(np.tile(loop, count // len(loop) + 1)[:count])


@cache
def _bank() -> VoiceBank:
    return VoiceBank.load()


def _whole_numbers(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Samples:
    return np.frombuffer(to_pcm(samples), np.int16)


async def has_heard(
    caller: SipCaller, wanted: Samples, *, after_ms: float = 0.0, timeout_s: float = 40.0
) -> int:
    """Wait until `wanted` was played to the caller, whole; its start on the caller's clock.

    Only what began after `after_ms` counts.
    """
    # Asterisk sends nothing while it listens, and drops a last frame that is not whole.
    return await _until_heard(caller, wanted, length_ms(wanted) - 40, after_ms, timeout_s)


async def starts_to_hear(
    caller: SipCaller, wanted: Samples, *, after_ms: float = 0.0, timeout_s: float = 40.0
) -> int:
    """Wait until the first half second of `wanted` was played to the caller; its start."""
    return await _until_heard(caller, wanted, 0, after_ms, timeout_s)


async def _until_heard(
    caller: SipCaller, wanted: Samples, least_ms: int, after_ms: float, timeout_s: float
) -> int:
    deadline = caller.now_ms() + timeout_s * 1000
    since_ms = after_ms
    while True:
        heard_ms = caller.heard.length_ms
        # Beside the loop: every caller of this process lives on it, some servers too.
        places = await asyncio.to_thread(caller.heard.find, wanted, since_ms=since_ms)
        found = [at for at in places if at >= after_ms]
        if found and found[-1] + least_ms <= heard_ms:
            return found[-1]
        assert caller.now_ms() < deadline, "not heard in time"
        assert not caller.hung_up.is_set(), "hung up on before it was heard"
        # Only what is new.
        since_ms = max(after_ms, heard_ms - length_ms(wanted) - 1000)
        await asyncio.sleep(0.1)
