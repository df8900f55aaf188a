"""A real Asterisk for the test session, and what must be as before after every test."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launch.pbx import control
from launch.pbx.options import PbxOptions
from launch.pbx.process import down, status, up
from tests.support.free_ports import free_port, rtp_range

LEASE_S = 3
SETTLE_S = 12.0
# Pools grow with load and shrink by time, and autoservice starts once for good: no call's own.
_POOL_THREADS = re.compile(r"worker_start|taskpool|threadpool|default_tps|autoservice_run")

MILLIWATT = """
[cc-in](+)
exten => 1099,1,Answer()
 same => n,Milliwatt()
exten => 1098,1,Answer()
 same => n,Echo()
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a call must give back."""

    channels: int
    sip_sessions: int
    threads: Counter[str]
    """By what they run, without the pools."""

    files: int | None
    """Open descriptors; None where the test may not look."""


@dataclass(slots=True)
class HousePbx:
    """Asterisk on free ports with a state folder of its own."""

    options: PbxOptions
    agi_port: int
    """Where its dialplan looks for FastAGI; nobody listens there unless the test does."""

    @property
    def sip_port(self) -> int:
        """UDP port of SIP on 127.0.0.1."""
        return self.options.sip_port

    @property
    def state(self) -> Path:
        """State folder, the same path inside and outside."""
        return self.options.state

    @property
    def pid(self) -> int:
        """Asterisk's process."""
        return int(status(self.state)["pid"])

    def cli(self, command: str) -> str:
        """What Asterisk's console says to a command."""
        return control.ask(self.options.folder, command).text

    def ask_servers(self, *addresses: str) -> None:
        """From now on the dialplan tries these FastAGI servers (HOST:PORT) in this order."""
        for number, address in enumerate(addresses, 1):
            self.cli(f"dialplan set global CC_AGI{number} {address}")
        self.cli(f"dialplan set global CC_SERVERS {len(addresses)}")

    def ask_own_server(self) -> None:
        """Back to `agi_port` alone."""
        self.ask_servers(f"127.0.0.1:{self.agi_port}")

    def leave_agents_to_the_queue(self) -> None:
        """As before any desk: no member is paused or away (`desk.roster.membership`)."""
        shown = self.cli("queue show support")
        if "paused" not in shown and "with penalty" not in shown:
            return
        for number in self.options.agents:
            self.cli(f"queue unpause member PJSIP/{number}")
            self.cli(f"queue set penalty 0 on PJSIP/{number}")

    def password(self, name: str) -> str:
        """Of an agent (`801`) or of the manager interface (`ami`)."""
        known = json.loads((self.options.folder / "secrets.json").read_text(encoding="utf-8"))
        return str(known[name])

    def condition(self) -> Condition:
        """Channels, SIP sessions, threads and open files now."""
        sessions = re.search(r"Objects found: (\d+)", self.cli("pjsip show channels"))
        threads = self._threads()
        try:
            files: int | None = len(list(Path(f"/proc/{self.pid}/fd").iterdir()))
        except PermissionError:
            files = None
        return Condition(
            control.channel_count(self.options.folder),
            int(sessions[1]) if sessions else 0,
            Counter(
                f"{line.split()[2]} of {line.split()[-2]}"
                for line in threads
                if "started at" in line and not _POOL_THREADS.search(line)
            ),
            files,
        )

    def _threads(self) -> list[str]:
        # Now and then an Asterisk that has just come up closes before it has said all.
        for _ in range(20):
            said = self.cli("core show threads")
            if said.endswith("threads listed."):
                break
            socket_pause(0.1)
        return said.splitlines()

    def settled(self, start: Condition) -> Condition:
        """The condition once it is no worse than at the start, or after SETTLE_S as it is."""
        deadline = time.monotonic() + SETTLE_S
        while True:
            now = self.condition()
            if not worse(now, start) or time.monotonic() > deadline:
                return now
            socket_pause(0.1)


def worse(now: Condition, start: Condition) -> list[str]:
    """What has grown since the start, in words."""
    pairs = {
        "channels": (now.channels, 0),
        "SIP sessions": (now.sip_sessions, 0),
        "open files": (now.files or 0, start.files or 0),
    }
    grown = [f"{name}: {got}, was {was}" for name, (got, was) in pairs.items() if got > was]
    return grown + [f"thread: {name}" for name in (now.threads - start.threads).elements()]


def socket_pause(seconds: float) -> None:
    """Wait in a synchronous fixture."""
    import threading

    threading.Event().wait(seconds)


def start_pbx(
    state: Path,
    *,
    extensions: str = MILLIWATT,
    rtp_ports: int = 400,
    lease_s: int = LEASE_S,
    agents: Sequence[str] = ("801", "802", "803"),
    nailed_up: Sequence[str] = (),
) -> HousePbx:
    """A new instance with test extensions and these agents in the queue `support`.

    Those of `nailed_up` have a line that stands. Each call at a time takes two RTP ports.
    """
    agi_port = free_port()
    site = state / "pbx/site"
    site.mkdir(parents=True)
    (site / "extensions.conf").write_text(extensions, encoding="utf-8")
    # An agent of the last test must not be in wrap-up in the next.
    (site / "queues.conf").write_text("[support](+)\nwrapuptime = 0\n", encoding="utf-8")
    options = PbxOptions(
        state=state,
        sip_port=free_port(socket.SOCK_DGRAM),
        ami_port=free_port(),
        rtp=rtp_range(rtp_ports),
        agi=(f"127.0.0.1:{agi_port}",),
        lease_s=lease_s,
        destinations={"technician": "PJSIP/801"},
        agents=dict.fromkeys(agents, ("support",)),
        nailed_up=frozenset(nailed_up),
    )
    up(options, print)
    return HousePbx(options, agi_port)


def stop_pbx(pbx: HousePbx) -> None:
    """End it."""
    down(pbx.state)
