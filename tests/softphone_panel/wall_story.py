"""Floors as a desk would tell them, put together by the desk's own builder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from calls.call import Call
from calls.clock import ManualClock
from calls.events import AgentAnswered, CallEvent, LeftQueue, Offered, Queued
from calls.floor.orders import Order
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import RuleView
from calls.floor.wall import WallView, Watcher
from desk.supervision.limits import WallLimits
from desk.supervision.queue_fold import QueueFold
from desk.supervision.wall import AgentNow, CallNow, Wall
from softphone_panel.agent.link import Lamp, LampState, Light

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
COMPANY = {"zh": "三声服务热线", "en": "Thirdring"}
MATTER = {"zh": "坐席受理", "en": "The agent and the matter"}
UPSET = {"zh": "客户情绪激动", "en": "An upset caller"}
SILENT = RuleView(
    id="A11",
    title={"zh": "无声电话", "en": "Silent call"},
    what="您好 was not said a second time",
)
CLOSING = RuleView(
    id="A08",
    title={"zh": "结束语", "en": "Closing"},
    what="请问还有什么可以帮您的吗？",
    within_ms=8_000,
)
HOSTILE = "[red][@click=app.quit]x[/]\x1b[31m\u202e{0}" + "王" * 200


class Floor:
    """A house with agents and callers; its clock moves when told."""

    def __init__(self, limits: WallLimits | None = None) -> None:
        self.clock = ManualClock(START)
        self.limits = limits or WallLimits()
        self.queues = QueueFold(self.limits, self.clock, UTC)
        self.agents: list[AgentNow] = []
        self.calls: dict[str, CallNow] = {}
        self.trouble = ""
        self.wall = Wall(
            self.limits,
            self.clock,
            roster=self,
            coaches=self,
            queues=self.queues,
            company=COMPANY,
        )

    def agents_now(self) -> Iterable[AgentNow]:
        return self.agents

    def call_now(self, agent: str, call_id: str) -> CallNow | None:
        return self.calls.get(call_id)

    def append(self, event: CallEvent) -> None:
        self.queues.take(event)

    async def durable(self) -> None:
        return

    def view(self, seq: int = 1) -> WallView:
        return self.wall.view(seq, troubles=[self.trouble] if self.trouble else [])

    def agent(
        self, number: str, name: str, state: AgentState, for_ms: int = 0, **known: object
    ) -> None:
        queues = ("support",)
        agent = {"number": number, "name": name, "state": state, "for_ms": for_ms}
        self.agents.append(AgentNow(**({"queues": queues} | agent | known)))  # type: ignore[arg-type]

    def waits(self, ani: str, name: str = "", queue: str = "support") -> Call:
        call = Call(self.clock, self)
        call.record(
            Offered(
                uniqueid="1.1",
                ani=ani,
                dnis="1000",
                caller_name=name,
                direction="inbound",
                flow="greetings",
                channel="PJSIP/trunk-1",
            )
        )
        call.record(Queued(queue=queue))
        return call

    def served(self, times: int, waited_ms: int) -> None:
        for _ in range(times):
            call = self.waits("13800000000")
            call.record(AgentAnswered(agent="801", waited_ms=waited_ms))
            self.leaves(call, "answered", waited_ms)

    def leaves(self, call: Call, result: str, waited_ms: int) -> None:
        call.record(
            LeftQueue(queue="support", result=result, waited_ms=waited_ms, talked_ms=0, agent="")
        )


def calm() -> Floor:
    """Three agents, nobody waits, everything in time."""
    floor = Floor()
    floor.served(12, 6_000)
    floor.agent("801", "李雯", AgentState.READY, 95_000)
    floor.agent("802", "王强", AgentState.ON_CALL, 222_000, call_id="c1")
    floor.agent("803", "陈班长", AgentState.READY, 3_700_000, supervisor=True)
    floor.calls["c1"] = CallNow(caller="赵女士 138****1234", flow=MATTER, step="matter")
    return floor


def rush() -> Floor:
    """Callers wait, a rule is broken, an agent asks for help, one missed a call."""
    floor = Floor()
    floor.served(9, 6_000)
    floor.served(8, 45_000)
    floor.leaves(floor.waits("13700000000"), "abandoned", 50_000)
    floor.waits("13900005678", "王先生")
    floor.clock.advance_ms(61_000)
    for number in range(5):
        floor.waits(f"1860000{number:04}")
        floor.clock.advance_ms(7_000)
    floor.agent(
        "801",
        "李雯",
        AgentState.ON_CALL,
        312_000,
        call_id="c1",
        help_text="客户要找经理，已经说了三遍",
        watched_by=(Watcher(number="803", name="陈班长", mode=SpyMode.WHISPER, for_ms=42_000),),
    )
    floor.agent("802", "王强", AgentState.HOLD, 65_000, call_id="c2")
    floor.agent("804", "刘洋", AgentState.NOT_READY, 20_000, reason="missed")
    floor.agent("805", "周敏", AgentState.NOT_READY, 1_200_000, reason="lunch")
    floor.agent("806", "孙丽", AgentState.WRAP_UP, 30_000)
    floor.agent("807", "Alice", AgentState.RINGING, 6_000, call_id="c3")
    floor.agent("803", "陈班长", AgentState.READY, 3_700_000, supervisor=True)
    floor.agent("808", "吴刚", AgentState.SIGNED_OUT, 9_000_000)
    floor.calls["c1"] = CallNow(caller="赵女士 138****1234", flow=UPSET, broken=(SILENT,))
    floor.calls["c2"] = CallNow(caller="137****9999", flow=MATTER, due=(CLOSING,))
    return floor


class FloorLink:
    """A desk in the test: shows what it is given, remembers the orders."""

    def __init__(self, *views: WallView, lamp: Lamp | None = None, problem: str = "") -> None:
        self.orders: list[Order] = []
        self.asked_again = 0
        self.lamp = lamp or Lamp(LampState.LIVE)
        self._views: asyncio.Queue[WallView] = asyncio.Queue()
        self._problem = problem
        for view in views:
            self.put(view)

    def put(self, view: WallView) -> None:
        self._views.put_nowait(view)

    async def run(self, show: Callable[[WallView], None], light: Light) -> None:
        light(self.lamp)
        while True:
            show(await self._views.get())

    async def order(self, order: Order) -> str:
        self.orders.append(order)
        return self._problem

    def again(self) -> None:
        self.asked_again += 1
