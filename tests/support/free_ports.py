"""Ports nobody uses, below the range the kernel hands out by itself."""

from __future__ import annotations

import random
import socket

_chosen = random.SystemRandom()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    for _ in range(200):
        port = _chosen.randrange(10_000, 20_000)
        with socket.socket(socket.AF_INET, kind) as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 10000 and 20000")


def rtp_range(ports: int = 400) -> tuple[int, int]:
    """A range for RTP; Asterisk passes over those in use."""
    first = _chosen.randrange(20_000, 32_000 - ports, 2)
    return first, first + ports
