"""The panels' process: `python -m bench.desk.screens.panels parse|screen STATE ADDRESS AGENT...`.

Each connects as `thirdring panel` does, signs in, wraps up. `parse` takes every snapshot in and
draws nothing; `screen` runs the whole panel without a terminal and looks at what it would paint.
Prints a line when all are ready; at the end of its input, what was seen when (JSON).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from calls.floor.orders import Ready, WrapUp
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from launch.desk_place import agent_token
from softphone_panel.agent.app import AgentApp
from softphone_panel.agent.desk_link import DeskLink, DeskPlace
from softphone_panel.agent.link import Lamp, Light
from softphone_panel.agent.state_line import StateLine
from softphone_panel.texts import Language, Texts

SIZE = (120, 40)
WRAPS_AFTER_S = 0.7


class Seen:
    """States and waiting callers of one agent, each with when it was there to see."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.states: list[tuple[float, str]] = []
        self.waiting: list[tuple[float, int]] = []
        self.snapshots = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def state(self, state: str) -> None:
        """The state that is there to see now."""
        if not self.states or self.states[-1][1] != state:
            self.states.append((time.monotonic(), state))

    def queue(self, waiting: int) -> None:
        """So many callers wait, it says now."""
        self.snapshots += 1
        if not self.waiting or self.waiting[-1][1] != waiting:
            self.waiting.append((time.monotonic(), waiting))

    def begin(self, work: Any) -> None:
        """Beside what comes in."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Link(DeskLink):
    """The panel's own link; an agent at it who signs in and wraps up."""

    def __init__(self, seen: Seen, place: DeskPlace, *, parses: bool) -> None:
        super().__init__(seen.agent, lambda: place)
        self._seen, self._parses = seen, parses
        self.ready = asyncio.Event()
        self._in_wrap_up = False

    async def run(self, show: Callable[[PanelView], None], light: Light) -> None:
        def take(view: PanelView) -> None:
            if self._parses:
                self._seen.state(view.state.state)
            self._seen.queue(view.queues[0].waiting)
            show(view)
            self._act(view)

        await super().run(take, light)

    def _act(self, view: PanelView) -> None:
        state = view.state.state
        if state is AgentState.SIGNED_OUT:
            self._seen.begin(self.order(Ready()))
        elif state is AgentState.READY:
            self.ready.set()
        wraps = state is AgentState.WRAP_UP and view.call is not None
        if wraps and not self._in_wrap_up:
            assert view.call is not None  # noqa: S101
            self._seen.begin(self._wrap_up(view.call.call_id))
        self._in_wrap_up = wraps

    async def _wrap_up(self, call_id: str) -> None:
        await asyncio.sleep(WRAPS_AFTER_S)
        await self.order(WrapUp(call_id=call_id, disposition="other"))


class SeenApp(AgentApp):
    """The whole panel; every update is made into what a terminal would be sent, and looked at."""

    def __init__(self, link: Link, seen: Seen) -> None:
        super().__init__(link, language=Language.ZH)
        self._seen = seen
        texts = Texts(Language.ZH)
        self._words = {texts(f"agent.{state}"): state.value for state in AgentState}

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if not isinstance(renderable, CompositorUpdate):
            return
        renderable.render_segments(self.console)
        shown = _painted(renderable, screen.query_one(StateLine).region).split()
        state = self._words.get(shown[0]) if shown else None
        if state is not None:
            self._seen.state(state)


async def run(kind: str, state: Path, url: str, agents: list[str]) -> None:
    """Until the input ends."""
    seen = [Seen(agent) for agent in agents]
    links = [
        Link(one, DeskPlace(url, agent_token(state, one.agent)), parses=kind == "parse")
        for one in seen
    ]
    async with AsyncExitStack() as closing:
        if kind == "parse":
            running = [asyncio.create_task(link.run(_nothing, _dark)) for link in links]
        else:
            for link, one in zip(links, seen, strict=True):
                await closing.enter_async_context(SeenApp(link, one).run_test(size=SIZE))
            running = []
        for link in links:
            await asyncio.wait_for(link.ready.wait(), 60)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    told = {
        one.agent: {"states": one.states, "waiting": one.waiting, "snapshots": one.snapshots}
        for one in seen
    }
    print(json.dumps(told), flush=True)


def _painted(update: CompositorUpdate, region: Region) -> str:
    """What this update paints in the rows of a widget, which are as wide as the screen."""
    if isinstance(update, ChopsUpdate):
        rows: list[Iterable[Strip | None]] = [
            update.chops[y].values() for y in range(region.y, region.bottom)
        ]
    elif isinstance(update, LayoutUpdate):
        rows = [update.strips[y - update.region.y] for y in range(region.y, region.bottom)]
    else:
        return ""
    return "".join(strip.text for row in rows for strip in row if strip is not None)


def _nothing(_view: PanelView) -> None:
    return


def _dark(_lamp: Lamp) -> None:
    return


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
