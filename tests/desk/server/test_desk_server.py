"""Panels over real WebSockets: let in by token, shown every change, heard order by order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from calls.floor.orders import WIRE_VERSION, NotReady, Order, Ready
from calls.floor.parts import with_parts
from calls.floor.states import AgentState
from calls.floor.view import AgentCard, PanelView, StateView
from calls.floor.wall import WallView
from desk.server import panel as panel_module
from desk.server import server as server_module
from desk.server.server import DeskServer
from desk.server.tokens import Tokens


class SmallDesk:
    """A desk of two agents whose states are set by their orders."""

    def __init__(self) -> None:
        self.states = {"801": AgentState.SIGNED_OUT, "803": AgentState.SIGNED_OUT}
        self.listeners: dict[str, list[Callable[[bool], None]]] = {}
        self.panels: list[tuple[str, bool]] = []
        self.slow = asyncio.Event()
        self.slow.set()

    def knows(self, agent: str) -> bool:
        return agent in self.states

    def is_supervisor(self, agent: str) -> bool:
        return agent == "803"

    def view(self, agent: str, seq: int) -> PanelView:
        return PanelView(
            seq=seq,
            company={"zh": "三声", "en": "Thirdring"},
            agent=AgentCard(number=agent, name="王芳"),
            state=StateView(state=self.states[agent]),
        )

    def wall(self, seq: int) -> WallView:
        return WallView(seq=seq)

    async def carry_out(self, agent: str, order: Order) -> str:
        await self.slow.wait()
        if isinstance(order, Ready):
            self.states[agent] = AgentState.READY
            self.tell(agent)
            return ""
        return "no_such_reason" if isinstance(order, NotReady) else "not_now"

    def tell(self, agent: str, *, own: bool = True) -> None:
        for tell in self.listeners.get(agent, []):
            tell(own)

    def on_change(self, agent: str, tell: Callable[[bool], None]) -> Callable[[], None]:
        listening = self.listeners.setdefault(agent, [])
        listening.append(tell)
        return lambda: listening.remove(tell)

    def panel_there(self, agent: str, there: bool) -> None:
        self.panels.append((agent, there))


Opened = tuple[SmallDesk, str]


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opened]:
    monkeypatch.setattr(server_module, "WRONG_TOKEN_S", 0.01)
    desk = SmallDesk()
    server = DeskServer(desk, Tokens({"801": "right", "803": "chief", "899": "gone"}))
    host, port = await server.start("127.0.0.1", 0)
    yield desk, f"ws://{host}:{port}"
    await server.stop()


async def enter(url: str, **hello: Any) -> ClientConnection:
    socket = await connect(url, proxy=None)
    said = {"version": WIRE_VERSION, "agent": "801", "token": "right", **hello}
    await socket.send(json.dumps(said))
    return socket


async def told(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
    return found


async def order(socket: ClientConnection, number: int, **what: Any) -> None:
    await socket.send(json.dumps({"id": number, "order": what}))


async def test_a_panel_is_shown_its_agent_and_every_change(opened: Opened) -> None:
    _, url = opened
    socket = await enter(url)
    first = await told(socket)

    await order(socket, 7, do="ready")
    more = [await told(socket), await told(socket)]

    assert first["view"]["state"]["state"] == "signed_out"
    assert {"answer": {"id": 7, "problem": ""}} in more
    changes = [one["change"] for one in more if "change" in one]
    assert [set(change) for change in changes] == [{"seq", "state"}]
    view = with_parts(PanelView.model_validate(first["view"]), changes[0])
    assert (view.seq, view.state.state, view.agent.name) == (2, AgentState.READY, "王芳")
    await socket.close()


async def test_why_an_order_was_not_done_comes_back_under_its_number(opened: Opened) -> None:
    _, url = opened
    socket = await enter(url)
    await told(socket)

    await order(socket, 3, do="not_ready", reason="x")

    assert await told(socket) == {"answer": {"id": 3, "problem": "no_such_reason"}}
    await socket.close()


@pytest.mark.parametrize(
    ("hello", "word"),
    [
        ({"token": "wrong"}, "token"),
        ({"token": ""}, "token"),
        ({"agent": "802"}, "token"),
        ({"agent": "899", "token": "gone"}, "token"),
        ({"version": 99}, f"version {WIRE_VERSION}"),
        ({"more": 1}, "bad_hello"),
        ({"agent": "8" * 500}, "bad_hello"),
        ({"watch": True}, "no_supervisor"),
    ],
)
async def test_a_stranger_is_refused_with_a_word(
    opened: Opened, hello: dict[str, Any], word: str
) -> None:
    desk, url = opened
    socket = await enter(url, **hello)

    assert await told(socket) == {"refused": word}
    with pytest.raises(ConnectionClosed):
        await told(socket)
    assert desk.panels == []


async def test_a_web_page_cannot_reach_the_desk(opened: Opened) -> None:
    _, url = opened

    with pytest.raises(Exception, match="403"):
        await connect(url, origin="http://evil.example", proxy=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("{", 0),
        ("[]", 0),
        ('{"id": 5, "order": {"do": "format_disk"}}', 5),
        ('{"id": 6, "order": {"do": "ready", "more": 1}}', 6),
        ('{"id": "x", "order": {"do": "ready"}}', 0),
        ('{"id": 8, "order": {"do": "send_keys", "digits": "1\\r\\nAction: Logoff"}}', 8),
        pytest.param("[" * 5000, 0, id="very deep"),
    ],
)
async def test_what_is_no_order_is_answered_and_changes_nothing(
    opened: Opened, text: str, number: int
) -> None:
    desk, url = opened
    socket = await enter(url)
    await told(socket)

    await socket.send(text)

    assert await told(socket) == {"answer": {"id": number, "problem": "not_understood"}}
    assert desk.states["801"] is AgentState.SIGNED_OUT
    await socket.close()


async def test_the_newest_panel_has_the_agent_and_the_old_one_is_told(opened: Opened) -> None:
    desk, url = opened
    old = await enter(url)
    await told(old)
    new = await enter(url)

    assert "view" in await told(new)
    assert await told(old) == {"refused": "elsewhere"}
    await new.close()
    while desk.panels[-1][1]:
        await asyncio.sleep(0.01)
    assert desk.panels == [("801", True), ("801", True), ("801", False)]


async def test_a_supervisor_sees_the_floor(opened: Opened) -> None:
    desk, url = opened
    socket = await enter(url, **{"agent": "803", "token": "chief", "watch": True})
    assert (await told(socket))["wall"]["seq"] == 1

    desk.tell("")

    assert (await told(socket))["wall"]["seq"] == 2
    await socket.close()


async def test_changes_in_a_row_come_as_one_snapshot(opened: Opened) -> None:
    desk, url = opened
    socket = await enter(url)
    await told(socket)

    for _ in range(200):
        desk.tell("801")
        await asyncio.sleep(0)
    await asyncio.sleep(0.2)
    await order(socket, 1, do="sign_out")
    seen = []
    while "answer" not in (one := await told(socket)):
        seen.append(one)

    assert 1 <= len(seen) < 20
    await socket.close()


async def test_an_agents_own_change_does_not_wait_for_the_gap_behind_one_of_the_floor(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_module, "LEAST_GAP_S", 60.0)
    desk, url = opened
    socket = await enter(url)
    await told(socket)

    desk.tell("801")

    assert (await told(socket))["change"] == {"seq": 2}
    desk.tell("801", own=False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.2)
    await socket.close()


async def test_a_panel_with_too_many_orders_under_way_is_told_so(opened: Opened) -> None:
    desk, url = opened
    desk.slow.clear()
    socket = await enter(url)
    await told(socket)

    for number in range(40):
        await order(socket, number, do="hang_up")
    problems = [(await told(socket))["answer"]["problem"] for _ in range(8)]
    desk.slow.set()

    assert problems == ["too_many"] * 8
    await socket.close()


async def test_a_snapshot_that_fails_costs_no_panel_the_next_one(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, url = opened
    view = desk.view
    asked: list[int] = []

    def fails_once(agent: str, seq: int) -> PanelView:
        asked.append(seq)
        if len(asked) == 1:
            raise RuntimeError("a mistake of ours")
        return view(agent, seq)

    monkeypatch.setattr(desk, "view", fails_once)
    async with await enter(url) as socket:
        async with asyncio.timeout(5):
            while not asked:
                await asyncio.sleep(0.005)
        desk.tell("801")
        told = json.loads(await asyncio.wait_for(socket.recv(), 5))

    assert told["view"]["seq"] == 2


async def test_behind_a_snapshot_that_failed_a_whole_one_comes(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, url = opened
    socket = await enter(url)
    await told(socket)
    view, failed = desk.view, asyncio.Event()

    def fails(agent: str, seq: int) -> PanelView:
        failed.set()
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(desk, "view", fails)
    desk.tell("801")
    await asyncio.wait_for(failed.wait(), 5)
    monkeypatch.setattr(desk, "view", view)
    desk.tell("801")

    assert (await told(socket))["view"]["seq"] == 3
    await socket.close()
