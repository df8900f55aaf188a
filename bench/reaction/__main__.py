"""`python -m bench.reaction`: reaction times of real calls through a real Asterisk and `serve`.

Every caller is greeted, speaks, is answered with the spoken menu, speaks over it and is answered
again. Two figures, both measured in the RTP that reached the caller:

- answer: from the caller's last sound to the first sound of our next line, less the pause that the
  flow states (700 ms). Goal: p95 at most 300 ms.
- barge-in: from the caller's first sound over our line to the last sound of ours. Goal: p95 under
  500 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import random
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from callers.voicebank import VoiceBank
from tests.support.g711 import Samples
from tests.support.heard import FRAME_MS, frame_levels
from tests.support.hotline import (
    has_heard,
    line_sound,
    start_hotline,
    starts_to_hear,
    stop_hotline,
    utterance,
)
from tests.support.pbx import HousePbx, start_pbx, stop_pbx
from tests.support.sip_caller import SipCaller, sip_caller

PAUSE_MS = 700
"""`end_pause_ms` of the flow's listening windows (nothing else is stated in scripts/)."""

ANSWER_GOAL_MS, BARGE_IN_GOAL_MS = 300, 500
SOUND_DBOV = -50.0
"""A frame of the caller's above this is a sound; active speech is at -22."""

QUESTION, MENU, HOLD = "how_may_i_help", "main_menu", "please_hold"


@dataclass(slots=True)
class Reactions:
    """What was measured, in ms, and what went wrong."""

    answers: list[float] = field(default_factory=list)
    barge_ins: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """What one caller says and when."""

    voice: str
    first: str
    second: str
    thinks_s: float
    into_menu_s: float


def parts(count: int, seed: int) -> list[Part]:
    """Every utterance in every voice once before any comes again, in an order by chance."""
    chance = random.Random(seed)
    bank = VoiceBank.load()
    said = [(voice, words) for voice in sorted(bank.voices) for words in sorted(bank.utterances)]
    chance.shuffle(said)
    turns = itertools.islice(itertools.cycle(said), count)
    return [
        Part(
            voice,
            chance.choice(sorted(bank.utterances)),
            words,
            chance.uniform(0.3, 1.5),
            chance.uniform(0.8, 3.0),
        )
        for voice, words in turns
    ]


def sound_within(samples: Samples) -> tuple[int, int]:
    """Where the first sound of an utterance begins and the last one ends, in ms of it."""
    loud = np.flatnonzero(frame_levels(samples) > SOUND_DBOV)
    return int(loud[0]) * FRAME_MS, (int(loud[-1]) + 1) * FRAME_MS


async def hears(caller: SipCaller, line: str, after_ms: float) -> int:
    """Wait until a line is being heard; when the caller heard its first sample that is a sound."""
    sound = line_sound(line)
    return await starts_to_hear(caller, sound, after_ms=after_ms) + sound_within(sound)[0]


async def one_call(pbx: HousePbx, number: str, part: Part, found: Reactions) -> None:
    """Live one call and add what was measured."""
    async with sip_caller(pbx.sip_port) as caller:
        try:
            async with asyncio.timeout(60):
                await _talk(caller, number, part, found)
        except (AssertionError, TimeoutError, IndexError) as error:
            found.failed.append(f"{part.voice} {part.first}/{part.second}: {error!r}")


async def _talk(caller: SipCaller, number: str, part: Part, found: Reactions) -> None:
    refused = await caller.invite(number=number)
    assert refused is None, refused  # noqa: S101
    await has_heard(caller, line_sound(QUESTION))
    await asyncio.sleep(part.thinks_s)
    speech = utterance(part.first, voice=part.voice)
    began, _ = await caller.play(speech)
    ended = began + sound_within(speech)[1]
    menu = await hears(caller, MENU, began)
    _add(found.answers, menu - ended - PAUSE_MS, f"answer to {part.voice} {part.first}", found)

    await asyncio.sleep(max(0.0, menu / 1000 + part.into_menu_s - caller.now_ms() / 1000))
    speech = utterance(part.second, voice=part.voice)
    began, _ = await caller.play(speech)
    first, last = sound_within(speech)
    hold = await hears(caller, HOLD, began)
    silent = max(
        span.end_ms for span in caller.heard.spans(join_ms=100) if span.end_ms < hold - 100
    )
    what = f"{part.voice} {part.second}"
    _add(found.barge_ins, silent - began - first, f"silence for {what}", found)
    _add(found.answers, hold - began - last - PAUSE_MS, f"answer to {what}", found)


def _add(to: list[float], figure_ms: float, what: str, found: Reactions) -> None:
    to.append(figure_ms)
    found.slowest.append((figure_ms, what))


async def measure(pbx: HousePbx, count: int, at_once: int, seed: int) -> Reactions:
    """`count` calls, `at_once` of them together."""
    found = Reactions()
    numbered = [(f"139{index:08d}", part) for index, part in enumerate(parts(count, seed))]
    for group in range(0, count, at_once):
        await asyncio.gather(
            *(one_call(pbx, number, part, found) for number, part in numbered[group:][:at_once])
        )
        print(f"{min(group + at_once, count)} of {count} calls", flush=True)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def told(name: str, values: Sequence[float], goal_ms: int) -> dict[str, float | str]:
    """Print one figure; its values by name."""
    p50, p95 = statistics.median(values), percentile(values, 0.95)
    verdict = "met" if p95 <= goal_ms else "MISSED"
    print(
        f"{name:<9} n={len(values):<3} p50 {p50:5.0f} ms   p95 {p95:5.0f} ms   "
        f"max {max(values):5.0f} ms   goal p95 {goal_ms} ms: {verdict}"
    )
    return {"n": len(values), "p50_ms": p50, "p95_ms": p95, "goal_p95_ms": goal_ms, "goal": verdict}


def main() -> int:
    """Run it; 1 when calls failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.reaction")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="thirdring-reaction-"))
    pbx = start_pbx(state)
    try:
        hotline = start_hotline(pbx)
        try:
            found = asyncio.run(measure(pbx, options.calls, options.at_once, options.seed))
        finally:
            stop_hotline(hotline)
    finally:
        stop_pbx(pbx)
        shutil.rmtree(state)
    lead_in_ms = sound_within(line_sound(MENU))[0]
    print(f"(of which {lead_in_ms} ms are quiet at the beginning of the menu's own sound)")
    figures = {
        "answer": told("answer", found.answers, ANSWER_GOAL_MS),
        "barge_in": told("barge-in", found.barge_ins, BARGE_IN_GOAL_MS),
    }
    for figure_ms, what in sorted(found.slowest, reverse=True)[:5]:
        print(f"  slow: {figure_ms:5.0f} ms {what}")
    for problem in found.failed:
        print(f"  FAILED: {problem}")
    if options.json:
        options.json.write_text(json.dumps({**figures, "failed": found.failed}, indent=2) + "\n")
    return 1 if found.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
