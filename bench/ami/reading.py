"""`python -m bench.ami.reading CLIENT PORT COUNT`: one client takes COUNT events, prints its cost.

Every client has one taker for all events, which reads two headers of each, as a desk does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.ami.flooding import CHANNEL, LAST, SECRET, USER


def cpu_s() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """Counts what was taken, from the order to the last event."""

    def __init__(self, over: Callable[[], None]) -> None:
        self.taken = 0
        self._over = over
        self._wall_s = self._cpu_s = 0.0

    def begin(self) -> None:
        """The events are about to be ordered."""
        self._wall_s, self._cpu_s = time.perf_counter(), cpu_s()

    def take(self, name: str, channel: str | None, linked_id: str | None) -> None:
        """One event with its two headers."""
        if name == LAST:
            self._wall_s, self._cpu_s = time.perf_counter() - self._wall_s, cpu_s() - self._cpu_s
            self._over()
        elif channel and channel.startswith(CHANNEL) and linked_id:
            self.taken += 1

    def told(self) -> str:
        """The figures."""
        return json.dumps({"taken": self.taken, "wall_s": self._wall_s, "cpu_s": self._cpu_s})


async def thirdring(port: int, count: int) -> Meter:
    """Ours."""
    import structlog

    from desk.ami import AmiAddress, AmiClient

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    over = asyncio.Event()
    meter = Meter(over.set)
    client = AmiClient(AmiAddress("127.0.0.1", port, USER, SECRET))
    client.on_event("*", lambda one: meter.take(one.event, one.get("Channel"), one.get("Linkedid")))
    await client.start()
    await client.wait_up()
    meter.begin()
    await client.act("Go", ("Count", str(count)), timeout_s=600)
    await over.wait()
    await client.stop()
    return meter


async def panoramisk(port: int, count: int) -> Meter:
    """panoramisk's Manager on the same loop."""
    from panoramisk import Manager

    over = asyncio.Event()
    meter = Meter(over.set)
    manager = Manager(host="127.0.0.1", port=port, username=USER, secret=SECRET)
    manager.register_event(
        "*", lambda _manager, one: meter.take(one.event, one.channel, one.linkedid)
    )
    await manager.connect()
    while not manager.authenticated:
        await asyncio.sleep(0.01)
    meter.begin()
    await manager.send_action({"Action": "Go", "Count": str(count)})
    await over.wait()
    manager.close()
    return meter


async def pyst2(port: int, count: int) -> Meter:
    """pyst2's Manager with its threads."""
    from asterisk.manager import Manager

    over = threading.Event()
    meter = Meter(over.set)

    def taken(one: Any, _manager: Any) -> None:
        meter.take(one.name, one.get_header("Channel"), one.get_header("Linkedid"))

    manager = Manager()
    manager.connect("127.0.0.1", port)
    manager.login(USER, SECRET)
    manager.register_event("*", taken)
    meter.begin()
    manager.send_action({"Action": "Go", "Count": str(count)})
    over.wait()
    return meter


CLIENTS = {"thirdring": thirdring, "panoramisk": panoramisk, "pyst2": pyst2}


def main() -> None:
    """One run."""
    name, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    meter = asyncio.run(CLIENTS[name](port, count))
    print(meter.told(), flush=True)


if __name__ == "__main__":
    main()
    # pyst2 waits at its end for a peer that keeps the socket open.
    sys.stdout.flush()
    import os

    os._exit(0)
