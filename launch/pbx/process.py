"""Up, down and status of one instance: its folders, its process, its end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calls.clock import Clock, SystemClock
from calls.errors import PbxError
from launch.pbx import control
from launch.pbx.install import Installation, Progress, find_or_build
from launch.pbx.options import PbxOptions
from launch.pbx.render import render

BOOT_MS = 60_000
STOP_MS = 10_000
_WRITABLE = ("run", "log", "lib", "spool", "cache")
_READABLE = ("etc", "sounds", "moh", "waiting", "site")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: str
    """Clock ticks since boot at which it started, from /proc."""

    def alive(self) -> bool:
        """Whether it still runs (a zombie does not)."""
        return process_of(self.pid) == self

    def stop(self, how: signal.Signals, wait_ms: int) -> bool:
        """Send `how` and wait for the end; True when it is gone."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.alive():
                return True
            signal.pidfd_send_signal(handle, how)
            return bool(select.select([handle], [], [], wait_ms / 1000)[0])
        finally:
            os.close(handle)


def process_of(pid: int) -> Process | None:
    """The running process with this number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else Process(pid, fields[19])


@dataclass(frozen=True, slots=True)
class Running:
    """What `pbx up` wrote down about the instance it started."""

    process: Process
    options: dict[str, Any]
    digest: str
    version: str


def recorded(state: Path) -> Running | None:
    """The instance of this state folder if it is alive."""
    try:
        kept = json.loads((state / "pbx/pbx.json").read_text(encoding="utf-8"))
        process = Process(kept["pid"], kept["started"])
        running = Running(process, kept["options"], kept["digest"], kept["version"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    return running if process.alive() else None


def up(options: PbxOptions, progress: Progress, clock: Clock | None = None) -> bool:
    """Start the instance and wait until it has booted; False when it ran already.

    An instance that runs with the same options takes over changed files of `asterisk-conf/`.
    Raises PbxError that says what to do.
    """
    clock = clock or SystemClock()
    now = recorded(options.state)
    if now is not None:
        _same_or_refuse(now, options)
        digest = render(options)
        if digest != now.digest:
            _own_etc(options, find_or_build(progress))
            control.ask(options.folder, "core reload", timeout_s=30)
            _note(options, Running(now.process, now.options, digest, now.version))
            progress("asterisk-conf/ has changed: reloaded")
        return False
    installation = find_or_build(progress)
    _free_or_refuse(options)
    _prepare_folders(options)
    digest = render(options)
    _own_etc(options, installation)
    process = _start(options, installation)
    progress(f"started Asterisk {installation.version} (pid {process.pid}); waiting until it is up")
    try:
        _wait_until_booted(options, process, clock)
    except BaseException:
        _end(process)
        raise
    _note(options, Running(process, options.as_json(), digest, installation.version))
    return True


def down(state: Path) -> bool:
    """Stop the instance, calls and all; False when none ran. Raises PbxError if it won't end."""
    running = recorded(state)
    if running is None:
        return False
    _end(running.process)
    (state / "pbx/pbx.json").unlink(missing_ok=True)
    return True


def status(state: Path) -> dict[str, Any]:
    """What there is to know about the instance of this state folder."""
    running = recorded(state)
    folder = state / "pbx"
    log = str(folder / "log")
    if running is None:
        return {"running": False, "state": str(state), "log": log}
    return {
        "running": True,
        "pid": running.process.pid,
        "version": running.version,
        "channels": control.channel_count(folder),
        "bind": running.options["bind"],
        "sip_port": running.options["sip_port"],
        "ami_port": running.options["ami_port"],
        "rtp": running.options["rtp"],
        "agi": running.options["agi"],
        "lease_s": running.options["lease_s"],
        "state": str(state),
        "log": log,
    }


def _same_or_refuse(now: Running, options: PbxOptions) -> None:
    wanted = options.as_json()
    differs = [
        f"{name} {now.options.get(name)} (asked for {value})"
        for name, value in wanted.items()
        if now.options.get(name) != value
    ]
    if differs:
        raise PbxError(
            f"Asterisk runs in {options.state} with other options: {'; '.join(differs)}; "
            f"stop it first: thirdring pbx down --state {options.state}"
        )


def _free_or_refuse(options: PbxOptions) -> None:
    for option, kind, port in (
        ("--sip-port", socket.SOCK_DGRAM, options.sip_port),
        ("--ami-port", socket.SOCK_STREAM, options.ami_port),
    ):
        with socket.socket(socket.AF_INET, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind != socket.SOCK_DGRAM))
            try:
                trial.bind((options.bind, port))
            except OSError as error:
                raise PbxError(
                    f"{options.bind}:{port} cannot be used ({error.strerror}); give another "
                    f"{option}, or stop what uses it (ss -lnp shows it)"
                ) from error


def _prepare_folders(options: PbxOptions) -> None:
    for folder in (options.state, options.state / "prompts", options.state / "monitor"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in (*_WRITABLE, *_READABLE, "root"):
        (options.folder / name).mkdir(parents=True, exist_ok=True)
    # A control socket of a killed instance would make the new one think it runs twice.
    for stale in (options.folder / "run").glob("asterisk.*"):
        stale.unlink()


def _own_etc(options: PbxOptions, installation: Installation) -> None:
    """Let user asterisk read its configuration, write its own folders and the monitor folder."""
    account = installation.account() if os.geteuid() == 0 else None
    if account is None:
        return
    uid, gid = account
    for name in _WRITABLE:
        _give(options.folder / name, uid, gid, 0o750)
    for name in _READABLE:
        _give(options.folder / name, 0, gid, 0o750)
    for path in (options.folder / "etc").iterdir():
        _give(path, 0, gid, 0o640)
    for path in (options.folder / "site").iterdir():
        _give(path, 0, gid, 0o640)
    # Whoever owns the state folder reads and deletes what Asterisk records there (setgid).
    _give(options.state / "monitor", uid, options.state.stat().st_gid, 0o2770)
    for folder in [options.state / "prompts", *(options.state / "prompts").rglob("*")]:
        folder.chmod(folder.stat().st_mode | (0o055 if folder.is_dir() else 0o044))


def _give(path: Path, uid: int, gid: int, mode: int) -> None:
    os.chown(path, uid, gid)
    path.chmod(mode)


def _start(options: PbxOptions, installation: Installation) -> Process:
    command = [installation.binary, "-f", "-C", str(options.folder / "etc/asterisk.conf")]
    if os.geteuid() == 0:
        command = _in_its_own_root(options, installation, command)
    # The shell gives the process away to init, so that no zombie stays with us; everything from
    # there on is exec, so the number it prints is Asterisk's own.
    shell = subprocess.run(
        [
            *("/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!', "sh"),
            str(options.folder / "log/console.log"),
            *command,
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        start_new_session=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
    )
    process = process_of(int(shell.stdout))
    if process is None:
        raise PbxError(f"Asterisk ended at once: {_last_words(options.folder)}")
    return process


def _in_its_own_root(
    options: PbxOptions, installation: Installation, command: list[str]
) -> list[str]:
    account = installation.account()
    if account is None:
        raise PbxError(
            "Asterisk must not run as root and there is no user for it; add one: "
            "useradd --system --user-group asterisk"
        )
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        raise PbxError(
            "this machine lets root make no mounts (a container without CAP_SYS_ADMIN?); run it "
            "with --cap-add SYS_ADMIN, or as a normal user with Asterisk installed"
        )
    inside = [f"rw={options.folder / name}" for name in _WRITABLE]
    inside += [f"ro={options.folder / name}" for name in _READABLE]
    inside += [f"rw={options.state / 'monitor'}", f"ro={options.state / 'prompts'}"]
    enter = Path(__file__).with_name("enter.sh")
    uid, gid = account
    return [
        *("unshare", "--mount", "--propagation", "private", "/bin/sh", str(enter)),
        *(str(installation.root), str(options.folder / "root"), f"{uid}:{gid}"),
        *inside,
        "--",
        *command,
    ]


def _wait_until_booted(options: PbxOptions, process: Process, clock: Clock) -> None:
    deadline_ms = clock.monotonic_ms() + BOOT_MS
    pause = threading.Event()
    while clock.monotonic_ms() < deadline_ms:
        if not process.alive():
            break
        try:
            said = control.ask(options.folder, "core waitfullybooted", timeout_s=BOOT_MS / 1000)
        except PbxError:
            pause.wait(0.05)
            continue
        if "fully booted" in said.text:
            return
    raise PbxError(f"Asterisk did not come up: {_last_words(options.folder)}")


def _last_words(folder: Path) -> str:
    lines: list[str] = []
    for name in ("console.log", "messages"):
        path = folder / "log" / name
        if path.exists():
            lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-6:]
    return f"{' / '.join(lines) or 'it said nothing'}; see {folder / 'log'}"


def _end(process: Process) -> None:
    if process.stop(signal.SIGTERM, STOP_MS) or process.stop(signal.SIGKILL, STOP_MS):
        return
    raise PbxError(f"Asterisk (pid {process.pid}) does not end, not even by SIGKILL")


def _note(options: PbxOptions, running: Running) -> None:
    kept = {
        "pid": running.process.pid,
        "started": running.process.started,
        "version": running.version,
        "digest": running.digest,
        "options": running.options,
    }
    aside = options.folder / "pbx.json.new"
    aside.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    aside.replace(options.folder / "pbx.json")
