"""`thirdring panel` as an agent has it: a process on a terminal of its own, which can be killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.support.hotline import THIRDRING

_SIZE = struct.pack("HHHH", 30, 100, 0, 0)


class TerminalPanel:
    """One agent's panel with its built-in phone, without a sound card."""

    def __init__(self, state: Path, agent: str) -> None:
        self._keys, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, _SIZE)
        self.process = subprocess.Popen(
            [*THIRDRING, "panel", "--agent", agent, "--phone", "none", "--state", str(state)],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(terminal)
        # A screen that nobody reads would stop at a full pipe.
        self._reads = True
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def press(self, key: str) -> None:
        """One key, typed."""
        os.write(self._keys, key.encode())

    def is_killed(self) -> None:
        """As by the machine: nothing is put in order, the phone says nothing more."""
        self.process.kill()
        self.process.wait(30)

    def is_closed(self) -> None:
        """The terminal's window is closed."""
        self._close()
        self.process.wait(30)

    def end(self) -> None:
        """Whatever is left of it."""
        self.is_killed()
        self._close()

    def _close(self) -> None:
        if self._reads:
            self._reads = False
            self._reader.join(10)
            os.close(self._keys)

    def _read_on(self) -> None:
        with contextlib.suppress(OSError):
            while self._reads:
                if select.select([self._keys], [], [], 0.1)[0]:
                    os.read(self._keys, 65536)


@contextlib.contextmanager
def terminal_panel(state: Path, agent: str) -> Iterator[TerminalPanel]:
    """The panel, ended behind the block."""
    panel = TerminalPanel(state, agent)
    try:
        yield panel
    finally:
        panel.end()
