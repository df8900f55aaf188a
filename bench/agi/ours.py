"""Our own server for the bench: everything `serve` has, but ears and sounds that cost nothing.

The peers collect digits by one command; ours ask the ears, so the ears here answer at once, and the
command is `EXEC AudioSocket`. Ours sends one command less than they do: it closes after CC_DONE=1
and the dialplan hangs up (the lease that the dialplan gave lasts for the whole of so short a call).
It records some 16 facts a call, the first durable before it answers, where they record nothing.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from agi.away import REQUESTS, BackDesk
from agi.channel import Equipment
from agi.limits import Limits
from agi.reception import Reception
from agi.recording import prepare_monitor_folder
from agi.server import FastAgiServer, settle_memory
from agi.session import AgiSession
from callflow.engine import FlowRun
from callflow.house import House
from calls.actions import Line, Listen
from calls.clock import SystemClock
from casework.directories import Directories
from casework.office import HouseOffice
from ledger.writer import LedgerWriter

LINES = """
greeting: {tags: [greeting], zh-Hans: "您好！{company}。", zh-Hant: "您好！{company}。", en: Hi}
how: {tags: [question], zh-Hans: 请问您的房号？, zh-Hant: 請問您的房號？, en: Your room}
please: {tags: [question], zh-Hans: 请按键。, zh-Hant: 請按鍵。, en: Press keys}
"""
FLOW = """
flow: greetings
title: {zh: 测, en: Bench}
always: {noise: end noise, faint: end faint}
steps:
  ringing:
    ring: 1
  digits:
    say: [greeting, how, please]
    ask: {store: room, digits: 1-4, window: 5s, attempts: 1}
    on: {ok: pause, exhausted: end tired}
  pause:
    wait: 1s
  bye:
    end: served
"""


@dataclass(frozen=True)
class Prompt:
    """Half a second of nothing."""

    path: Path
    duration_ms: int = 500

    def pcm(self) -> bytes:
        return bytes(8000)


class Prompts:
    """Every line is ready."""

    def __init__(self) -> None:
        self._known: dict[str, Prompt] = {}

    def find(self, line: Line) -> Prompt:
        prompt = self._known.get(line.name)
        if prompt is None:
            prompt = self._known[line.name] = Prompt(Path(f"/prompts/{line.name}.wav"))
        return prompt

    async def obtain(self, line: Line) -> Prompt:
        return self.find(line)


@dataclass(frozen=True)
class Answer:
    """1234, keyed."""

    kind: str = "key"
    from_ms: int = 100
    to_ms: int = 400
    level_dbov: float | None = None
    reason: str = "keyed"
    digits: str = "1234"
    prompt: None = None


class Session:
    """Ears that know at once."""

    address = "00000000-0000-4000-8000-000000000000,127.0.0.1:9"
    first_frame_at_ms: int | None = None

    async def ask(
        self,
        question: Listen,
        /,
        *,
        prompt_pcm: bytes | None = None,
        on_prompt_end: Callable[[Any], None] | None = None,
        on_hearing: Callable[[Any, float], None] | None = None,
    ) -> Answer:
        return Answer()

    def release_in_pause(self, left_s: float) -> bool:
        return False

    def release(self) -> bool:
        return False

    def close(self) -> None:
        return


class Ears:
    """Makes them."""

    def expect(self) -> Session:
        return Session()


async def serve_core(announce: Callable[[int], None]) -> None:
    """The server and pyst2's commands alone: the peers' very call, no flow, no facts."""

    async def answer(session: AgiSession) -> None:
        agi, run = session.agi, session.run
        await run(agi.answer)
        await run(agi.set_variable, "CC_DONE", "1")
        for _ in range(3):
            await run(agi.stream_file, "greeting", most_s=0.5)
        await run(agi.get_data, "beep", 5000, 4, most_s=5)
        await run(agi.appexec, "Wait", "1", most_s=1)
        await run(agi.hangup)

    limits = Limits(calls=4096, greetings=4096, per_source=8192)
    server = FastAgiServer(answer, flow_known="greetings".__eq__, limits=limits)
    settle_memory()
    announce((await server.start())[1])
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(grace_s=2)


async def serve(folder: Path, announce: Callable[[int], None]) -> None:
    """Serve until standard input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    house = House.of_texts({"lines.yaml": LINES, "greetings.yaml": FLOW})
    house_variables = {"company": "三声", "agent_no": "8001"}

    def start(flow: str, variables: Mapping[str, Any]) -> FlowRun:
        return house.start(flow, {**house_variables, **variables}, "zh-Hans")

    desk = BackDesk()
    equipment = Equipment(
        prompts=Prompts(),
        ears=Ears(),
        desk=desk,
        office=HouseOffice(Directories(folder)),
        state=prepare_monitor_folder(folder),
        ring_sound_ms=0,
    )
    limits = Limits(calls=4096, greetings=4096, per_source=8192)
    private = FastAgiServer(desk.answer, flow_known=REQUESTS.__contains__)
    back = await private.start()
    with LedgerWriter(folder / "ledger.sqlite") as ledger:
        reception = Reception(
            start=start,
            sink=ledger,
            clock=SystemClock(),
            equipment=equipment,
            back=f"{back[0]}:{back[1]}",
        )
        server = FastAgiServer(reception.answer, flow_known=house.flows.__contains__, limits=limits)
        settle_memory()
        announce((await server.start())[1])
        await asyncio.to_thread(sys.stdin.read)
        await server.stop(grace_s=2)
        await private.stop(grace_s=0)
