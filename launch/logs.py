"""How this process logs: structlog to stderr, constant texts with named fields."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Stderr:
    """Wherever stderr is now. A line that cannot be written (closed, full disk) stops no work: the
    writer of the ledger logs too."""

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class LogFile:
    """A file at its end, line by line; one that cannot be written stops no work either."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, text: str) -> int:
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            return file.write(text)
        return 0

    def flush(self) -> None:
        """Nothing waits."""


def set_up_logs(level: str, *, colors: bool | None = None) -> None:
    """Send every log line to stderr; `level` is debug, info, warning or error."""
    on_terminal = sys.stderr.isatty() if colors is None else colors
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if on_terminal
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Stderr())),
        cache_logger_on_first_use=True,
    )
