"""The wallboard on the desk's own WebSocket server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from calls.clock import SystemClock
from calls.floor.orders import AnswerHelp, Order, Spy
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import AgentCard, PanelView
from calls.floor.wall import WallView
from desk.server.server import DeskServer
from desk.server.tokens import Tokens
from softphone_panel.agent.desk_link import DeskPlace, DeskWatch
from softphone_panel.texts import Language
from softphone_panel.wall.app import WallApp
from tests.softphone_panel.test_wall_screen import NARROW, WIDE, screen_text
from tests.softphone_panel.wall_story import HOSTILE, Floor, rush

ROOT = Path(__file__).parents[2]
TOKENS = {"801": "token-of-801", "803": "token-of-803"}


class FloorDesk:
    """A desk behind the real server: a floor that a test moves."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.orders: list[tuple[str, Order]] = []
        self._told: list[Callable[[bool], None]] = []

    def knows(self, agent: str) -> bool:
        return agent in TOKENS

    def is_supervisor(self, agent: str) -> bool:
        return agent == "803"

    def view(self, agent: str, seq: int) -> PanelView:
        return PanelView(seq=seq, company={}, agent=AgentCard(number=agent, name=""))

    def wall(self, seq: int) -> WallView:
        return self.floor.view(seq)

    async def carry_out(self, agent: str, order: Order) -> str:
        self.orders.append((agent, order))
        return "no_phone" if isinstance(order, Spy) else ""

    def on_change(self, agent: str, tell: Callable[[bool], None]) -> Callable[[], None]:
        self._told.append(tell)
        return lambda: self._told.remove(tell)

    def panel_there(self, agent: str, there: bool) -> None:
        raise AssertionError(f"a wallboard is not {agent}'s panel")

    def changed(self) -> None:
        for tell in self._told:
            tell(False)


@asynccontextmanager
async def served(desk: FloorDesk, port: int = 0) -> AsyncIterator[tuple[str, int]]:
    server = DeskServer(desk, Tokens(TOKENS))
    try:
        yield await server.start("127.0.0.1", port)
    finally:
        await server.stop()


def wallboard(address: tuple[str, int], agent: str = "803", token: str = "") -> WallApp:
    url = f"ws://{address[0]}:{address[1]}"
    place = DeskPlace(url, token or TOKENS[agent])
    link = DeskWatch(agent, lambda: place)
    return WallApp(link, me=agent, clock=SystemClock(), language=Language.ZH)


async def until(pilot: Pilot[None], app: WallApp, text: str) -> str:
    """Wait until `text` stands on the screen; the screen then."""
    async with asyncio.timeout(20):
        while text not in (seen := screen_text(app)):
            await pilot.pause(0.03)
    return seen


async def test_the_floor_comes_over_the_wire_and_every_change_after_it() -> None:
    desk = FloorDesk(rush())
    async with served(desk) as address:
        app = wallboard(address)
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, app, "● 已连接")
            assert "李雯 801 求助: 客户要找经理" in screen_text(app)

            desk.floor.agent("809", "新来的", AgentState.READY, 0)
            desk.changed()
            await until(pilot, app, "新来的 809")


async def test_orders_go_out_and_the_desks_answer_is_shown() -> None:
    desk = FloorDesk(rush())
    async with served(desk) as address:
        app = wallboard(address)
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, app, "● 已连接")
            await pilot.press("h")
            await until(pilot, app, "好了：应答求助")
            await pilot.press("2")
            await until(pilot, app, "没成：密语，话机未注册或没有接")

    assert desk.orders == [
        ("803", AnswerHelp(agent="801")),
        ("803", Spy(agent="801", mode=SpyMode.WHISPER)),
    ]


async def test_a_desk_that_dies_and_comes_back_is_found_again() -> None:
    desk = FloorDesk(rush())
    async with served(desk) as address:
        app = wallboard(address)
        running = app.run_test(size=NARROW)
        pilot = await running.__aenter__()
        await until(pilot, app, "● 已连接")
    await until(pilot, app, "坐席台断开")
    assert "李雯 801" in screen_text(app), "what was known stays on the screen"

    async with served(desk, port=address[1]):
        await until(pilot, app, "● 已连接")
    await running.__aexit__(None, None, None)


@pytest.mark.parametrize(
    ("agent", "token", "told"), [("803", "wrong", "令牌不对"), ("801", "", "只有班长能看大厅")]
)
async def test_a_desk_that_does_not_let_us_in_says_why(agent: str, token: str, told: str) -> None:
    async with served(FloorDesk(rush())) as address:
        app = wallboard(address, agent, token)
        async with app.run_test(size=NARROW) as pilot:
            await until(pilot, app, f"坐席台拒绝：{told}")


async def test_hostile_names_come_over_the_wire_as_text() -> None:
    floor = Floor()
    floor.waits("13800001234", HOSTILE)
    floor.agent("801", HOSTILE, AgentState.READY, 5_000)
    async with served(FloorDesk(floor)) as address:
        app = wallboard(address)
        async with app.run_test(size=WIDE) as pilot:
            seen = await until(pilot, app, "[red][@click=app.quit]x[/]")

    assert "\x1b" not in seen
    assert "\u202e" not in seen


async def run_command(*words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "launch",
        "wallboard",
        *words,
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_json_prints_one_snapshot_of_the_desk_of_the_state_folder(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text(json.dumps(TOKENS), encoding="utf-8")
    async with served(FloorDesk(rush())) as address:
        told = json.dumps({"pid": os.getpid(), "desk": list(address)})
        (tmp_path / "serve.json").write_text(told, encoding="utf-8")
        code, out, err = await run_command("--json", "--state", str(tmp_path))

    assert (code, err) == (0, "")
    view = WallView.model_validate_json(out)
    (support,) = view.queues
    assert support.formula["en"].startswith("answered within 20 s 9 ÷ (offered 24 ")
    assert [alarm.kind for alarm in view.alarms][:2] == ["help", "longest_wait"]


async def test_without_a_desk_json_says_what_to_start(tmp_path: Path) -> None:
    code, out, err = await run_command("--json", "--state", str(tmp_path))

    assert (code, out) == (1, "")
    assert "thirdring serve" in err


async def test_a_wrong_token_on_the_command_line_is_told(tmp_path: Path) -> None:
    async with served(FloorDesk(rush())) as (host, port):
        code, _, err = await run_command("--json", "--desk", f"{host}:{port}", "--token", "x")

    assert code == 1
    assert "the desk refuses: token" in err
