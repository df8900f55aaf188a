"""Somebody who practises: does as the panel says, on a clock that runs faster than the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from callers.loader import find_practice
from callers.practice_voices import Render
from callers.speaker import Speaker
from callers.voicebank import VoiceBank
from callflow.house import House
from calls.clock import SystemClock
from calls.floor import orders
from calls.floor.script_view import FormView
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from launch.practice.session import PracticeFloor
from launch.practice.stage import Stage
from launch.serving.agents_desk import floor_house
from launch.settings.site import PROJECT, load_settings

FILLED: Final = {"phone": "13912345678", "matter": "家里停水", "handled": "已登记，派人上门"}

PICKS: Final = {"answer": "1", "how": "1", "as_heard": "2"}
"""Right as read back; answered at once; nothing else."""


@lru_cache
def house() -> House:
    return House.load(PROJECT / "scripts")


def stage(persona: str) -> Stage:
    settings = load_settings(None)
    return Stage(
        house=house(),
        floor=floor_house(settings),
        persona=find_practice(persona, VoiceBank.load()),
        agent="801",
        variables={**settings.house.variables("zh-Hans"), "agent_no": "801"},
    )


class FastClock:
    """So many times as fast as the machine's."""

    def __init__(self, times: int) -> None:
        self._times, self._real = times, SystemClock()
        self._began_ms = self._real.monotonic_ms()

    def utc_now(self) -> datetime:
        return self._real.utc_now()

    def monotonic_ms(self) -> int:
        return self._began_ms + (self._real.monotonic_ms() - self._began_ms) * self._times


class Trainee:
    """An agent who does as the panel says."""

    def __init__(
        self,
        persona: str,
        *,
        times: int = 5,
        speaker: Speaker | None = None,
        render: Render | None = None,
    ) -> None:
        self.seen: list[PanelView] = []
        self.floor = PracticeFloor(
            stage(persona), self.seen.append, FastClock(times), speaker=speaker, render=render
        )
        self.skips: frozenset[str] = frozenset()
        self.heard: list[str] = []

    async def until(self, true: Callable[[PanelView], bool]) -> PanelView:
        async with asyncio.timeout(60):
            while not true(self.seen[-1] if self.seen else self.floor.view()):
                await asyncio.sleep(0.01)
        return self.seen[-1]

    async def take(self) -> None:
        self.floor.begin()
        assert await self.floor.carry_out(orders.Ready()) == ""
        await self.until(lambda view: view.offer is not None)
        assert await self.floor.carry_out(orders.Answer()) == ""

    async def work(self, stop: Callable[[PanelView], bool]) -> None:
        """Say, fill and pick whatever the panel shows until `stop`."""
        async with asyncio.timeout(90):
            while not stop(view := self.floor.view()):
                await self.act(view)
                await asyncio.sleep(0.02)

    async def act(self, view: PanelView) -> None:
        script = view.call.script if view.call else None
        if view.call is not None and view.call.hearing.text not in self.heard:
            self.heard.append(view.call.hearing.text)
        if script is None:
            return
        if script.line is not None:
            how = "skipped" if script.line.name in self.skips else "confirmed"
            await self.floor.carry_out(
                orders.LineDone.model_validate({"line": script.line.name, "how": how})
            )
        elif script.form is not None:
            await self.fill(script.form)
        elif script.step in PICKS and script.picks:
            await self.floor.carry_out(orders.Pick(keys=PICKS[script.step]))

    async def fill(self, form: FormView) -> None:
        for upto in range(len(form.fields)):
            draft = {one.name: FILLED.get(one.name, "-") for one in form.fields[:upto]}
            await self.floor.carry_out(orders.FormDraft(form=form.name, values=draft))
            self.heard.append(getattr(self.floor.view().call, "hearing").text)  # noqa: B009
        values = {one.name: FILLED.get(one.name, "") for one in form.fields}
        done = orders.FormDone(form=form.name, values=values)
        # A branch taken a moment ago has the form off the screen.
        assert await self.floor.carry_out(done) in ("", "late")


def over(view: PanelView) -> bool:
    script = view.call.script if view.call else None
    return view.state.state is AgentState.WRAP_UP or bool(script and script.over)
