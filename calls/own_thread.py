"""A thread that does one thing until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable


class OwnThread:
    """Started, stopped and started again by its owner; `work` looks at `stopping` as it goes."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._name = name
        self._thread: threading.Thread | None = None
        self.stopping = threading.Event()
        """Set from the moment it is to stop until it has; wait on it instead of sleeping."""

    def start(self) -> None:
        """Begin; returns at once. Harmless when it goes on already."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell `work` to stop and wait until it has; harmless when nothing goes on."""
        self.stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.stopping.clear()
