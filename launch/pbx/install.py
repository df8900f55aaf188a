"""Finding an Asterisk: the installed one, else a Debian root folder of our own in the cache."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from calls.errors import PbxError

LOWEST_VERSION = 20
SUITE = "forky"
"""The first Debian release whose archive has Asterisk 22."""

_COMPLETE = ".thirdring-complete"
_HOW_TO_GET_ONE = (
    "install Asterisk 20 or newer (Ubuntu 24.04: apt-get install asterisk), or run this as root "
    "on Debian, where it sets up Asterisk 22 in a folder by itself (40 s, 360 MB)"
)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk that can be run."""

    root: Path
    """Folder that holds its file system; `/` for an installed one."""

    binary: str
    """Path inside `root`."""

    version: str

    def account(self) -> tuple[int, int] | None:
        """User and group number of `asterisk` inside `root`; None when it has no such user."""
        for line in (self.root / "etc/passwd").read_text(encoding="utf-8").splitlines():
            fields = line.split(":")
            if fields[0] == "asterisk":
                return int(fields[2]), int(fields[3])
        return None


def cache_folder() -> Path:
    """Where the root folder is kept: `$XDG_CACHE_HOME/thirdring`, shared by all state folders."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "thirdring"


def installed() -> Installation | None:
    """The Asterisk on PATH if it is new enough."""
    binary = shutil.which(
        "asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    )
    if binary is None:
        return None
    version = _version_of([binary, "-V"])
    return Installation(Path("/"), binary, version) if _new_enough(version) else None


def find_or_build(progress: Progress) -> Installation:
    """An Asterisk to run, set up first when there is none.

    `progress` gets a line of text now and then. Raises PbxError that says how to get one.
    """
    if (found := installed()) is not None:
        return found
    root = cache_folder() / "asterisk-22"
    if os.geteuid() != 0:
        raise PbxError(f"there is no Asterisk here and only root can set one up; {_HOW_TO_GET_ONE}")
    cache_folder().mkdir(parents=True, exist_ok=True)
    with _one_builder(root.with_suffix(".lock"), progress):
        if not (root / _COMPLETE).is_file():
            _build(root, progress)
    version = (root / _COMPLETE).read_text(encoding="utf-8").strip()
    return Installation(root, "/usr/sbin/asterisk", version)


def _version_of(command: list[str]) -> str:
    try:
        shown = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"Asterisk (?:certified/)?(\d+[\w.~-]*)", shown.stdout)
    return found[1] if found else ""


def _new_enough(version: str) -> bool:
    found = re.match(r"\d+", version)
    return bool(found) and int(found[0]) >= LOWEST_VERSION if found else False


@contextmanager
def _one_builder(lock: Path, progress: Progress) -> Iterator[None]:
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another command is setting up Asterisk; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(root: Path, progress: Progress) -> None:
    """Build aside, then rename: a root without its mark was never whole and is built again."""
    for stale in [*root.parent.glob(f"{root.name}.building-*"), *([root] if root.exists() else [])]:
        progress(f"removing a half-built {stale.name}")
        _remove(stale)
    _need_mmdebstrap(progress)
    aside = root.parent / f"{root.name}.building-{uuid.uuid4().hex[:8]}"
    command = [
        "mmdebstrap",
        "--variant=minbase",
        # A testing suite's Release file can be past its date.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        "--include=asterisk,asterisk-core-sounds-en-wav",
        SUITE,
        str(aside),
    ]
    try:
        _run_showing(command, progress)
        version = _version_of(["chroot", str(aside), "/usr/sbin/asterisk", "-V"])
        if not _new_enough(version):
            raise PbxError(f"the Asterisk set up in {aside} does not run; {_HOW_TO_GET_ONE}")
        (aside / _COMPLETE).write_text(version + "\n", encoding="utf-8")
        aside.rename(root)
    except BaseException:
        _remove(aside)
        raise


def _need_mmdebstrap(progress: Progress) -> None:
    if shutil.which("mmdebstrap"):
        return
    os_release = Path("/etc/os-release").read_text(encoding="utf-8")
    if not re.search(r"^ID=debian$", os_release, re.MULTILINE) or not shutil.which("apt-get"):
        raise PbxError(f"there is no Asterisk on this {platform.system()}; {_HOW_TO_GET_ONE}")
    quiet = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    _run_showing([*quiet, "update"], progress)
    _run_showing([*quiet, "install", "--yes", "--no-install-recommends", "mmdebstrap"], progress)


def _run_showing(command: list[str], progress: Progress) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    progress(f"running {command[0]} (once; a minute or two)")
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as running:
        tail: list[str] = []
        for line in running.stdout or ():
            tail = [*tail[-7:], line.rstrip()]
            # mmdebstrap draws its progress with carriage returns; only whole messages are shown.
            if line.startswith("I: "):
                progress(line[3:].strip())
    if running.returncode:
        raise PbxError(
            f"{command[0]} failed ({running.returncode}): {' / '.join(tail)}; check the network "
            f"and the disk, then try again, or {_HOW_TO_GET_ONE}"
        )


def _remove(folder: Path) -> None:
    """Delete a root folder, never through a mount (a stopped build may leave /proc mounted)."""
    if not folder.exists():
        return
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=False)
    if folder.exists():
        raise PbxError(f"{folder} has something mounted in it; unmount it and delete the folder")
