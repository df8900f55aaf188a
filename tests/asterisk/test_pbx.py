"""`thirdring pbx`: up, status, down; what it listens on, what it leaves behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from launch.pbx.process import down, process_of, recorded
from launch.settings.site import PROJECT
from tests.support.free_ports import free_port, rtp_range
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = pytest.mark.asterisk


@dataclass(slots=True)
class Command:
    """`thirdring pbx` as a user runs it, for one state folder and its own ports."""

    state: Path
    sip_port: int
    ami_port: int
    rtp: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        return subprocess.run(
            [sys.executable, "-m", "launch", "pbx", *words, "--state", str(self.state)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def up(self, *more: str) -> subprocess.CompletedProcess[str]:
        """`pbx up` on its ports."""
        ports = ("--sip-port", str(self.sip_port), "--ami-port", str(self.ami_port))
        return self.run("up", *ports, "--rtp", self.rtp, *more)

    def status(self) -> dict[str, object]:
        """`pbx status --json`."""
        found: dict[str, object] = json.loads(self.run("status", "--json").stdout)
        return found


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    first, last = rtp_range()
    one = Command(tmp_path / "s", free_port(socket.SOCK_DGRAM), free_port(), f"{first}-{last}")
    try:
        yield one
    finally:
        down(one.state)  # most have started nothing: another process would take a second to say so


def sockets_of(pid: int) -> list[tuple[str, str]]:
    """(protocol, local address:port) of every IP socket of a process that waits for anybody."""
    shown = subprocess.run(
        ["ss", "-Hlnptu"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = [line.split() for line in shown if f"pid={pid}," in line]
    return sorted((row[0], row[4]) for row in rows)


def test_up_status_and_down_tell_the_same_story(command: Command) -> None:
    assert command.status()["running"] is False

    first = command.up()
    assert first.returncode == 0, first.stderr
    assert f"sip:1000@127.0.0.1:{command.sip_port}" in first.stdout
    found = command.status()
    assert found["running"] is True
    assert found["sip_port"] == command.sip_port
    assert found["channels"] == 0
    assert re.match(r"2\d\.", str(found["version"]))
    assert "up already" in command.up().stdout
    assert command.status()["pid"] == found["pid"]

    assert command.run("down").stdout == "Asterisk is down\n"
    assert process_of(int(str(found["pid"]))) is None
    assert command.status()["running"] is False
    assert command.run("down").returncode == 0


def test_other_options_for_a_running_instance_are_refused_with_the_way_out(
    command: Command,
) -> None:
    command.up()
    refused = command.up("--lease", "20")

    assert refused.returncode == 1
    assert "lease_s 10 (asked for 20)" in refused.stderr
    assert "thirdring pbx down --state" in refused.stderr


@pytest.mark.parametrize(
    ("option", "kind"), [("--sip-port", socket.SOCK_DGRAM), ("--ami-port", socket.SOCK_STREAM)]
)
def test_a_port_in_use_is_named(command: Command, option: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        refused = command.up(option, str(port))

    assert refused.returncode == 1
    assert f"127.0.0.1:{port}" in refused.stderr
    assert option in refused.stderr
    assert command.status()["running"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rtp", "20000"), "--rtp 20000"),
        (("--agi", "nowhere"), "--agi nowhere"),
        (("--agi", "h:1;s=x"), "--agi h:1;s=x"),
        (("--secret", "a,b"), "--secret"),
        (("--bind", "everywhere"), "--bind everywhere"),
        (("--lease", "0"), "--lease 0"),
        (("--callers-from", "x"), "--callers-from x"),
    ],
)
def test_a_wrong_option_is_named_before_anything_starts(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    refused = command.run("up", *words)

    assert refused.returncode == 1
    assert refused.stderr.startswith("thirdring: ")
    assert said in refused.stderr
    assert not (command.state / "pbx").exists()


def test_only_sip_and_the_manager_wait_for_strangers_and_only_on_the_bind_address(
    pbx: HousePbx,
) -> None:
    found = sockets_of(pbx.pid)
    # pjsip's DNS client: two UDP sockets it only gets answers on. Nothing turns them off.
    resolver = [
        one
        for one in found
        if one[0] == "udp" and re.fullmatch(r"(0\.0\.0\.0|\[::\]|\*):\d+", one[1])
    ]

    assert len(resolver) <= 2
    assert all(int(one[1].rpartition(":")[2]) >= 32768 for one in resolver)
    assert sorted(set(found) - set(resolver)) == [
        ("tcp", f"127.0.0.1:{pbx.options.ami_port}"),
        ("udp", f"127.0.0.1:{pbx.sip_port}"),
    ]


async def test_the_sound_of_a_call_stays_on_the_bind_address(
    caller: SipCaller, pbx: HousePbx
) -> None:
    before = set(sockets_of(pbx.pid))
    await caller.invite("1099")
    await caller.listen(0.3)
    during = set(sockets_of(pbx.pid)) - before

    first, last = pbx.options.rtp
    assert during
    for kind, address in during:
        host, _, port = address.rpartition(":")
        assert (kind, host) == ("udp", "127.0.0.1")
        assert first <= int(port) <= last


def test_nothing_is_mounted_for_others_to_see(pbx: HousePbx) -> None:
    mounts = Path("/proc/mounts").read_text(encoding="utf-8")

    assert str(pbx.state) not in mounts
    assert list((pbx.options.folder / "root").iterdir()) == []


def test_killed_it_leaves_nothing_and_starts_again(command: Command) -> None:
    command.up()
    running = recorded(command.state)
    assert running is not None
    assert running.process.stop(signal.SIGKILL, 5000)

    assert command.status()["running"] is False
    assert str(command.state) not in Path("/proc/mounts").read_text(encoding="utf-8")
    assert command.up().returncode == 0
    assert command.status()["channels"] == 0


def test_it_runs_as_nobody_who_may_do_harm(pbx: HousePbx) -> None:
    status = Path(f"/proc/{pbx.pid}/status").read_text(encoding="utf-8")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)

    assert "0" not in fields["Uid"].split()
    assert "0" not in fields["Gid"].split()
    assert int(fields["CapEff"], 16) == 0


def test_passwords_are_kept_from_others(pbx: HousePbx) -> None:
    secrets = pbx.options.folder / "secrets.json"
    config = pbx.options.folder / "etc"

    assert secrets.stat().st_mode & 0o777 == 0o600
    assert all(path.stat().st_mode & 0o007 == 0 for path in [config, *config.iterdir()])
    assert len({pbx.password(name) for name in ("801", "802", "803", "ami")}) == 4


def test_no_shell_is_to_be_had_from_the_dialplan(pbx: HousePbx) -> None:
    assert "not registered" in pbx.cli("core show application System")
    assert "not registered" not in pbx.cli("core show application Queue")
    assert "No function" in pbx.cli("core show function SHELL")
    assert "No function" not in pbx.cli("core show function FILTER")


@pytest.mark.parametrize(
    "action",
    [
        "Action: Command\r\nCommand: core show channels",
        "Action: CoreShowChannels",
        "Action: GetConfig\r\nFilename: pjsip.conf",
        "Action: AGI\r\nChannel: x\r\nCommand: NOOP",
    ],
)
async def test_the_manager_account_may_not(pbx: HousePbx, action: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", pbx.options.ami_port)
    await reader.readline()
    login = f"Action: Login\r\nUsername: thirdring\r\nSecret: {pbx.password('ami')}\r\n\r\n"
    writer.write(login.encode())
    logged_in = await reader.readuntil(b"\r\n\r\n")
    writer.write(f"{action}\r\nActionID: forbidden\r\n\r\n".encode())
    answer = b""
    while b"forbidden" not in answer:
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()
    await writer.wait_closed()

    assert b"Success" in logged_in
    assert b"Permission denied" in answer


@pytest.fixture
def strict_umask() -> Iterator[None]:
    old = os.umask(0o077)
    yield
    os.umask(old)


@pytest.mark.usefixtures("strict_umask")
def test_asterisk_gets_at_sounds_and_monitor_but_not_the_ledger_whatever_the_umask(
    command: Command,
) -> None:
    folder = command.state / "prompts/zh"
    folder.mkdir(parents=True)
    (folder / "hello.wav").write_bytes(b"RIFF")
    (command.state / "ledger.sqlite").write_bytes(b"facts")
    command.up()
    running = recorded(command.state)
    assert running is not None
    inside = Path(f"/proc/{running.process.pid}/root") / str(command.state).lstrip("/")
    found = re.search(
        r"^Uid:\t(\d+)", Path(f"/proc/{running.process.pid}/status").read_text("utf-8"), re.M
    )
    assert found

    assert (inside / "monitor").stat().st_uid == int(found[1])
    assert (inside / "prompts/zh/hello.wav").stat().st_mode & 0o004
    for parent in (inside / "prompts/zh", inside / "prompts", inside, *inside.parents[:-3]):
        assert parent.stat().st_mode & 0o005 == 0o005, parent
    assert not (inside / "ledger.sqlite").exists()


def test_a_changed_dialplan_is_taken_over_by_up(command: Command) -> None:
    command.up()
    (command.state / "pbx/site/extensions.conf").write_text(
        "[cc-in](+)\nexten => 1055,1,Hangup(17)\n", encoding="utf-8"
    )
    again = command.up()

    assert "reloaded" in again.stderr
    assert again.returncode == 0
