"""SIPp as many callers with sound, and what the calls cost."""

from __future__ import annotations

import csv
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.pbx import HousePbx, socket_pause

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
SOUND_S = 3
SCENARIO = Path(__file__).with_name("caller.xml")


@dataclass(frozen=True, slots=True)
class Load:
    """One rate held for some seconds."""

    number: str
    rate: float
    calls: int
    good: int
    again: int
    """SIP messages that had to be sent twice."""

    cpu_s: dict[str, float]
    """Of `asterisk` and of our `server`."""

    @property
    def clean(self) -> bool:
        """No call failed and nothing had to be sent twice."""
        return self.good == self.calls and self.again == 0

    def __str__(self) -> str:
        return (
            f"{'ours' if self.number == '1000' else 'dialplan':<8} {self.rate:4.0f}/s  "
            f"{self.good}/{self.calls} good, {self.again} sent again  "
            f"{'clean' if self.clean else 'NOT CLEAN'}"
        )


class Sipp:
    """Places loads of calls on one Asterisk."""

    def __init__(self, pbx: HousePbx, server_pid: int, folder: Path, seconds: float) -> None:
        self._pbx = pbx
        self._pids = {"asterisk": pbx.pid, "server": server_pid}
        self._folder = folder
        self._seconds = seconds
        (folder / "silence.al").write_bytes(b"\xd5" * 8000 * SOUND_S)

    def load(self, number: str, rate: float, *, seconds: float = 0.0) -> Load:
        """Hold a rate; returns once every channel is gone again."""
        calls = max(round(rate * (seconds or self._seconds)), 10)
        stats = self._folder / "sipp.csv"
        stats.unlink(missing_ok=True)
        before = {whose: cpu_s(pid) for whose, pid in self._pids.items()}
        self._call(number, rate, calls, stats)
        self._settle()
        spent = {whose: cpu_s(pid) - before[whose] for whose, pid in self._pids.items()}
        with stats.open(encoding="ascii", newline="") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        good, again = int(last["SuccessfulCall(C)"]), int(last["Retransmissions(C)"])
        return Load(number, rate, calls, good, again, spent)

    def _call(self, number: str, rate: float, calls: int, stats: Path) -> None:
        command = [
            *("sipp", f"127.0.0.1:{self._pbx.sip_port}", "-sf", str(SCENARIO), "-s", number),
            *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-r", f"{rate:.1f}", "-m", str(calls)),
            *("-l", str(calls), "-trace_stat", "-stf", str(stats), "-fd", "1", "-nostdin"),
            *("-recv_timeout", "15000", "-timeout", "60"),
        ]
        subprocess.run(
            command,
            check=False,
            cwd=self._folder,
            timeout=90,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "dumb"},
        )

    def _settle(self) -> None:
        deadline = time.monotonic() + 15
        while self._pbx.condition().channels and time.monotonic() < deadline:
            socket_pause(0.2)
        socket_pause(0.5)


def cpu_s(pid: int) -> float:
    """User and system time of all threads of a process."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S
