"""Asterisk's control socket (what `asterisk -rx` speaks), without starting a process for it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from calls.errors import PbxError


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk said to one command."""

    pid: int
    version: str
    text: str


def ask(folder: Path, command: str, *, timeout_s: float = 10.0) -> Answer:
    """Run one console command on the instance that lives in `folder`.

    Raises PbxError when nothing answers there within `timeout_s`.
    """
    path = folder / "run/asterisk.ctl"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(timeout_s)
            control.connect(str(path))
            # The first line names host, pid and version; a client that "quits after" is sent the
            # command's output and then the end.
            hello, rest = _first_line(control)
            control.sendall(f"cli quit after {command}".encode() + b"\0")
            text = rest + _to_the_end(control)
    except OSError as error:
        raise PbxError(
            f"Asterisk in {folder} does not answer ({error}); see `thirdring pbx status` "
            f"and {folder / 'log'}"
        ) from error
    _, _, pid_and_version = hello.partition("/")
    pid, _, version = pid_and_version.partition("/")
    # Every message is led by a NUL and its verbosity level; colours are off.
    clean = re.sub(rb"[\x00\x7f\x80-\x87]", b"", text).decode("utf-8", "replace")
    return Answer(int(pid or 0), version.strip(), clean.strip())


def _first_line(control: socket.socket) -> tuple[str, bytes]:
    got = b""
    while b"\n" not in got:
        piece = control.recv(4096)
        if not piece:
            raise ConnectionResetError("closed the control socket")
        got += piece
    line, _, rest = got.partition(b"\n")
    return line.decode("utf-8", "replace"), rest


def _to_the_end(control: socket.socket) -> bytes:
    pieces = []
    while piece := control.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def channel_count(folder: Path) -> int:
    """Channels alive now."""
    found = re.search(r"(\d+) active channel", ask(folder, "core show channels count").text)
    return int(found[1]) if found else 0
