"""`python -m bench.rush`: agents and callers with real SIP on one machine, reckoned up at the end.

A real Asterisk, the real `thirdring serve` with its desk, for every agent a registered phone that
rings, talks and hangs up and a panel that signs in, confirms lines, fills in forms and wraps up;
callers arrive by a seeded Poisson process, one of ten hangs up soon if nobody comes. Then callers,
phones and clocks are held against the ledger: no call lost, no agent offered two calls, the states
of each agent add up to the agent's clock. Returns 1 when any of that is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.rush.agents import Agent, Shift
from bench.rush.callers import Told, live_out, plans
from bench.rush.house import desk_settings, settings, write_scripts
from bench.rush.reckoning import AgentSide, CallSide, agent_side, call_side
from tests.support.agent_phone import agent_phones
from tests.support.desk_panel import desk_panel
from tests.support.hotline import Hotline, start_hotline, stop_hotline, utterance
from tests.support.pbx import HousePbx, start_pbx, stop_pbx

PHONES_S = 60.0
_LOUD = re.compile(r"level=(?:warning|error|critical) event=(\"[^\"]*\"|\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """What was asked for."""

    agents: int
    callers: int
    minutes: float
    seed: int

    @property
    def handle_s(self) -> float:
        """Time that the agents have for a call, all of them busy all the time."""
        return self.agents * self.minutes * 60 / self.callers

    @property
    def numbers(self) -> list[str]:
        """The agents'."""
        return [str(801 + index) for index in range(self.agents)]


def main() -> int:
    """Run, print the reckoning; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--callers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the state folder for a look")
    given = parser.parse_args()
    rush = Rush(agents=given.agents, callers=given.callers, minutes=given.minutes, seed=given.seed)
    state = Path(tempfile.mkdtemp(prefix="thirdring-rush-"))
    try:
        return _run(rush, state)
    finally:
        if given.keep:
            print(f"kept: {state}")
        else:
            shutil.rmtree(state, ignore_errors=True)


def _run(rush: Rush, state: Path) -> int:
    pbx = start_pbx(state, rtp_ports=8 * rush.agents + 400, lease_s=10, agents=rush.numbers)
    try:
        scripts = write_scripts(state)
        hotline = start_hotline(pbx, more=settings(scripts), desk=desk_settings(rush.numbers))
        try:
            shifts, told = asyncio.run(_live(rush, pbx, hotline))
            left = pbx.cli("core show channels count").splitlines()[0]
            spent = {"server": _cpu_s(hotline.process.pid), "Asterisk": _cpu_s(pbx.pid)}
        finally:
            stop_hotline(hotline)
    finally:
        stop_pbx(pbx)
    for whose, cpu_s in spent.items():
        print(f"CPU of {whose}: {cpu_s:.1f} s, {cpu_s / max(len(told), 1):.2f} s a call")
    return _report(rush, hotline, shifts, told, left)


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _live(rush: Rush, pbx: HousePbx, hotline: Hotline) -> tuple[list[Shift], list[Told]]:
    told = [Told(plan) for plan in plans(rush.callers, rush.minutes, rush.handle_s, rush.seed)]
    by_digits = {one.plan.number[-4:]: one for one in told}
    async with AsyncExitStack() as closing:
        phones = await closing.enter_async_context(agent_phones(pbx, *rush.numbers))
        agents = []
        for number, phone in zip(rush.numbers, phones, strict=True):
            panel = await closing.enter_async_context(desk_panel(hotline.state, number))
            await panel.until(lambda view: view.phone.registered, timeout_s=PHONES_S)
            dice = random.Random(f"agent {rush.seed} {number}")
            met = lambda digits: by_digits[digits].talking.set()  # noqa: E731
            agents.append(Agent(number, phone, panel, met, dice, rush.handle_s))
        await asyncio.gather(*(agent.begin() for agent in agents))
        working = [asyncio.create_task(agent.work()) for agent in agents]
        began = time.monotonic()
        word = utterance("hello")
        watching = asyncio.create_task(_say_how_it_goes(told, began))
        await asyncio.gather(*(live_out(one, pbx.sip_port, word) for one in told))
        await asyncio.gather(*(agent.end() for agent in agents))
        for task in (*working, watching):
            task.cancel()
        await asyncio.gather(*working, watching, return_exceptions=True)
        # Asterisk tells us of the last hang-ups a moment later.
        await asyncio.sleep(3)
        return [agent.shift for agent in agents], told


async def _say_how_it_goes(told: Sequence[Told], began: float) -> None:
    while True:
        await asyncio.sleep(30)
        ends = Counter(one.end or ("talking" if one.talking.is_set() else "") for one in told)
        passed = time.monotonic() - began
        print(f"{passed:5.0f} s: {dict(ends)}", flush=True)


def _report(
    rush: Rush, hotline: Hotline, shifts: Sequence[Shift], told: Sequence[Told], left: str
) -> int:
    with hotline.reader() as reader:
        rows = {row.ani: row for row in reader.calls()}
        events = {ani: reader.events(row.id) for ani, row in rows.items()}
        sides = [agent_side(one.number, reader.floor_events(one.number)) for one in shifts]
    calls = call_side(events, told)
    log = (hotline.state / "serve.log").read_text("utf-8")
    loud = Counter(found.strip('"') for found in _LOUD.findall(log))
    wrong = _agents_table(shifts, sides) + _calls_table(rush, calls, told)
    if not left.startswith("0 active"):
        wrong.append(f"left in Asterisk: {left}")
    print("warnings and errors in the server's log:", dict(loud) or "none")
    print("faults in calls:", dict(calls.faults) or "none")
    wrong += [f"log: {count} x {text}" for text, count in loud.items() if "Traceback" in text]
    for line in wrong:
        print("WRONG:", line)
    print("NOT ALL IS WELL" if wrong else "all is well")
    return bool(wrong)


def _agents_table(shifts: Sequence[Shift], sides: Sequence[AgentSide]) -> list[str]:
    names = ("ready", "ringing", "on_call", "hold", "wrap_up", "not_ready")
    print("agent " + "".join(f"{name:>10}" for name in (*names, "sum", "clock", "differ")), end="")
    print("   answered missed gone double")
    wrong = []
    for shift, side in zip(shifts, sides, strict=True):
        clock_s = shift.ended - shift.began
        figures = [*(side.states_s.get(name, 0.0) for name in names), side.sum_s, clock_s]
        row = "".join(f"{figure:10.1f}" for figure in figures) + f"{side.sum_s - clock_s:+10.2f}"
        counts = (shift.answered, shift.missed, shift.caller_gone, shift.doubles + side.doubles)
        print(f"{shift.number:6}{row}   " + " ".join(f"{count:6}" for count in counts))
        wrong += [f"{shift.number}: {text}" for text in side.wrong(shift)]
    return wrong


def _calls_table(rush: Rush, calls: CallSide, told: Sequence[Told]) -> list[str]:
    waits = sorted(calls.waits_s)
    print(f"callers {rush.callers} in {rush.minutes:g} min, {rush.agents} agents, seed {rush.seed}")
    print(
        f"offered {calls.calls}, answered {calls.answered}, "
        + ", ".join(f"{name} {count}" for name, count in sorted(calls.ends.items()))
    )
    if waits:
        p50, p95 = (waits[min(int(len(waits) * share), len(waits) - 1)] for share in (0.5, 0.95))
        print(f"waits in the queue: p50 {p50:.1f} s, p95 {p95:.1f} s, longest {waits[-1]:.1f} s")
    print(f"lost calls {len(calls.lost)}, at two agents at once {calls.twice}, not ended ", end="")
    print(calls.unended)
    wrong = [f"lost: {text}" for text in calls.lost]
    if calls.calls != len(told):
        wrong.append(f"{calls.calls} calls in the ledger, {len(told)} callers")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())
