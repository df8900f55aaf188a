"""The load of `agi_load.c` in Python, for machines without a C compiler.

    python -m bench.agi.load HOST PORT CALLS CONCURRENT [DELAY_MS [CALLS_PER_S]]

It costs far more than the C program, so ratios come out nearer to 1 than they are.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import dataclass, field

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: greetings\nagi_request: agi://127.0.0.1/greetings\n"
    "agi_channel: PJSIP/trunk-{0:08x}\nagi_language: en\nagi_type: PJSIP\n"
    "agi_uniqueid: 1795313730.{0}\nagi_version: 22.10.1\nagi_callerid: 13800{0:06d}\n"
    "agi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
    "agi_callingtns: 0\nagi_dnid: 1000\nagi_rdnis: unknown\nagi_context: cc-call\n"
    "agi_extension: s\nagi_priority: 8\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 140000000000000\nagi_arg_1: 1000\nagi_arg_2: 1\n"
    "agi_arg_3: \nagi_arg_4: 10\n\n"
)
REPLIES = {
    "STREAM": b"200 result=0 endpos=8000\n",
    "GET": b"200 result=1234\n",
    "SET": b"200 result=1\n",
    "CHANNEL": b"200 result=6\n",
    "HANGUP": b"200 result=1\nHANGUP\n",
}


@dataclass
class Load:
    """What was seen of the server."""

    good: int = 0
    bad: int = 0
    commands: int = 0
    open_now: int = 0
    peak: int = 0
    think_s: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)

    async def call(self, host: str, port: int, number: int, delay_s: float) -> None:
        """One call from environment to close."""
        self.open_now += 1
        self.peak = max(self.peak, self.open_now)
        try:
            self._count(await self._converse(host, port, number, delay_s))
        except OSError:
            self._count(False)
        finally:
            self.open_now -= 1

    def _count(self, good: bool) -> None:
        self.good += good
        self.bad += not good

    async def _converse(self, host: str, port: int, number: int, delay_s: float) -> bool:
        since, seen = time.monotonic(), self.first_s
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(ENVIRONMENT.format(number).encode())
        hung = False
        while line := await reader.readline():
            seen.append(time.monotonic() - since)
            self.commands += 1
            verb = line.split(b" ", 1)[0].strip().decode()
            hung = hung or verb == "HANGUP" or b"CC_DONE=1" in line
            if delay_s and not hung:
                await asyncio.sleep(delay_s)
            writer.write(REPLIES.get(verb, b"200 result=0\n"))
            since, seen = time.monotonic(), self.think_s
        writer.close()
        return hung


async def run(
    host: str, port: int, calls: int, concurrent: int, delay_ms: float, rate: float
) -> dict[str, float]:
    """The whole load; the figures of `agi_load.c`."""
    load, began = Load(), time.monotonic()
    places = asyncio.Semaphore(concurrent)

    async def placed(number: int) -> None:
        async with places:
            await load.call(host, port, number, delay_ms / 1000)

    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            if rate:
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            group.create_task(placed(number))
    return {
        "good": load.good,
        "bad": load.bad,
        "seconds": time.monotonic() - began,
        "commands": load.commands,
        "peak": load.peak,
        "think_p50": part(load.think_s, 0.5),
        "think_p99": part(load.think_s, 0.99),
        "first_p99": part(load.first_s, 0.99),
    }


def part(seconds: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1000 if seconds else 0.0


def main() -> None:
    """Run by `bench.agi`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    host, port, calls, concurrent, *rest = sys.argv[1:]
    delay_ms, rate = (float(text) for text in [*rest, "0", "0"][:2])
    print(
        json.dumps(asyncio.run(run(host, int(port), int(calls), int(concurrent), delay_ms, rate)))
    )


if __name__ == "__main__":
    main()
