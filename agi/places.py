"""Who stands where in line, in the order Asterisk's queues take their callers.

The more priority the sooner, and of one priority who came first (`QUEUE_PRIO` of app_queue). Known
of the callers of this process: where several processes answer, each counts its own.
"""

from __future__ import annotations

from bisect import insort
from itertools import count


class Places:
    """The callers who wait, by queue."""

    def __init__(self) -> None:
        self._lines: dict[str, list[tuple[int, int, str]]] = {}
        self._queues: dict[str, str] = {}
        self._came = count()

    def join(self, queue: str, call_id: str, priority: int) -> None:
        """The caller begins to wait; from a queue it waited in before, it is gone."""
        self.leave(call_id)
        insort(self._lines.setdefault(queue, []), (-priority, next(self._came), call_id))
        self._queues[call_id] = queue

    def leave(self, call_id: str) -> None:
        """The caller waits no longer; harmless for one who does not wait."""
        queue = self._queues.pop(call_id, None)
        if queue is None:
            return
        left = [one for one in self._lines[queue] if one[2] != call_id]
        if left:
            self._lines[queue] = left
        else:
            del self._lines[queue]

    def place(self, call_id: str) -> int:
        """The place in line, from 1; 0 for a caller who does not wait."""
        line = self._lines.get(self._queues.get(call_id, ""), [])
        return next((at for at, one in enumerate(line, 1) if one[2] == call_id), 0)
