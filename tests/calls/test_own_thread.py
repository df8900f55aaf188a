"""A thread that goes on until it is told to stop."""

from __future__ import annotations

import threading

from calls.own_thread import OwnThread


class Worker:
    """Counts how often it was begun, and waits until it is told to stop."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.times = 0
        self.own = OwnThread(self._work, "worker")

    def _work(self) -> None:
        self.times += 1
        self.begun.release()
        self.own.stopping.wait()


def test_it_is_started_once_and_can_be_started_again() -> None:
    worker = Worker()
    for times in (1, 2):
        worker.own.start()
        worker.own.start()
        assert worker.begun.acquire(timeout=10)
        worker.own.stop()
        assert worker.times == times
        assert not worker.own.stopping.is_set()


def test_stopping_what_never_ran_is_harmless() -> None:
    worker = Worker()
    worker.own.stop()

    assert worker.times == 0
