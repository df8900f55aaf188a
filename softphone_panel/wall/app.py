"""`thirdring wallboard`: the floor as the desk tells it, and a supervisor's orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from calls.clock import Clock, SystemClock
from calls.floor.orders import AnswerHelp, Cue, Order, Spy
from calls.floor.states import TALKING, SpyMode
from calls.floor.wall import FloorAgent, WallView
from softphone_panel.agent.link import Lamp, Light
from softphone_panel.screen_app import ScreenApp
from softphone_panel.texts import Language
from softphone_panel.themes import THEMES, theme_after
from softphone_panel.wall.agent_rows import Agents, Detail
from softphone_panel.wall.cue_window import CueWindow
from softphone_panel.wall.floor_panes import Alarms, Queues, Waiting
from softphone_panel.wall.frame import Empty, Keys, Top
from softphone_panel.wall.numbers import BigNumbers
from softphone_panel.wall.one_screen import OneScreen
from softphone_panel.wall.sight import Sight, name_of
from softphone_panel.wall.words import WallTexts
from softphone_panel.watch.help_screen import HelpScreen

TICK_S = 0.2
NOTICE_MS = 6000


class WallLink(Protocol):
    """Snapshots of the floor in, a supervisor's orders out."""

    async def run(self, show: Callable[[WallView], None], light: Light) -> None:
        """Hand on every snapshot and every change of the lamp, until cancelled."""

    def order(self, order: Order) -> Awaitable[str]:
        """Give an order. The desk's word why it was not done; empty when it was."""

    def again(self) -> None:
        """Try to connect now."""


class WallApp(ScreenApp):
    """The wallboard."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as App types it)
    CSS = """
    #floor { height: 1fr; }
    .-wide #left { width: 2fr; }
    .-wide #right { width: 3fr; }
    .-wide Alarms { height: 10; }
    .-narrow #floor { layout: vertical; }
    .-narrow #left { height: 2fr; }
    .-narrow #right { height: 3fr; }
    .-narrow Queues, .-narrow Detail, .gone { display: none; }
    .-narrow BigNumbers { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit", id="quit"),
        Binding("l", "language", "language", id="language"),
        Binding("t", "theme", "theme", id="theme"),
        Binding("question_mark,f1", "help", "help", id="help"),
        Binding("up,k", "pick(-1)", "previous agent", id="up"),
        Binding("down,j", "pick(1)", "next agent", id="down"),
        Binding("enter", "detail", "one agent", id="detail"),
        Binding("1", "spy('listen')", "listen", id="listen"),
        Binding("2", "spy('whisper')", "whisper", id="whisper"),
        Binding("3", "spy('barge')", "barge in", id="barge"),
        Binding("0", "leave", "leave", id="leave"),
        Binding("c", "cue", "spoken cue", id="cue"),
        Binding("h", "answer_help", "answer help", id="answer_help"),
        Binding("r", "again", "reconnect", id="again"),
    ]

    def __init__(
        self,
        link: WallLink,
        *,
        me: str,
        language: Language = Language.ZH,
        clock: Clock | None = None,
        theme: str = THEMES[0],
    ) -> None:
        """`me` is the supervisor's number."""
        super().__init__()
        self._me = me
        self._link, self._clock = link, clock or SystemClock()
        self._texts = WallTexts(language)
        self._first_theme = theme
        self._view: WallView | None = None
        self._came_ms = 0
        self._lamp = Lamp()
        self._picked = ""
        self._notice, self._notice_ms = "", 0
        self._top, self._keys, self._numbers = Top(), Keys(), BigNumbers()
        self._alarms, self._waiting, self._queues = Alarms(), Waiting(), Queues()
        self._empty, self._agents, self._detail = Empty(), Agents(), Detail()
        self.taken = 0
        """Snapshots shown so far."""

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._numbers
        with Horizontal(id="floor"):
            with Vertical(id="left"):
                yield self._alarms
                yield self._waiting
                yield self._queues
            with Vertical(id="right"):
                yield self._empty
                yield self._agents
                yield self._detail
        yield self._keys

    def on_mount(self) -> None:
        self.theme = self._first_theme
        self.run_worker(self._link.run(self._take, self._light), name="follow the desk")
        self.set_interval(TICK_S, self.show_now)
        self.call_after_refresh(self.show_now)

    def _take(self, view: WallView) -> None:
        self._view, self._came_ms = view, self._clock.monotonic_ms()
        self.taken += 1
        self.show_now()

    def _light(self, lamp: Lamp) -> None:
        self._lamp = lamp
        self.show_now()

    def sight(self) -> Sight:
        """The floor at this moment."""
        now_ms = self._clock.monotonic_ms()
        return Sight(
            texts=self._texts,
            view=self._view or WallView(seq=0),
            lamp=self._lamp,
            since_ms=now_ms - self._came_ms if self._view else 0,
            now_ms=now_ms,
            picked=self._picked,
            me=self._me,
            notice=self._notice if now_ms - self._notice_ms < NOTICE_MS else "",
        )

    def show_now(self) -> None:
        """Bring every part up to this moment."""
        sight = self.sight()
        if sight.agent is None and sight.agents:
            self._picked = sight.agents[0].number
            sight = self.sight()
        nobody = not sight.view.agents
        self._empty.set_class(not nobody, "gone")
        self._agents.set_class(nobody, "gone")
        self._detail.set_class(nobody, "gone")
        for pane in (
            *(self._top, self._numbers, self._alarms, self._waiting, self._queues),
            *(self._empty, self._agents, self._detail, self._keys),
        ):
            pane.show(sight)
        if isinstance(self.screen, OneScreen):
            self.screen.show(sight)

    def say(self, key: str, **values: object) -> None:
        """One short word in the top row, for some seconds."""
        self._notice, self._notice_ms = self._texts(key, **values), self._clock.monotonic_ms()
        self.show_now()

    def on_agents_picked(self, message: Agents.Picked) -> None:
        self._picked = message.number
        self.show_now()

    def action_pick(self, step: int) -> None:
        """Go to the agent above or below."""
        numbers = [agent.number for agent in self.sight().agents]
        if numbers:
            at = numbers.index(self._picked) + step if self._picked in numbers else 0
            self._picked = numbers[min(max(at, 0), len(numbers) - 1)]
            self.show_now()

    def action_language(self) -> None:
        """Change the wallboard's words to the other language."""
        self._texts = WallTexts(self._texts.language.other)
        self.show_now()

    def action_theme(self) -> None:
        """Take the next colours."""
        self.theme = theme_after(self.theme)

    def action_help(self) -> None:
        """Explain the screen."""
        self.push_screen(HelpScreen(self._texts))

    def action_detail(self) -> None:
        """Show the agent picked over the whole screen."""
        if self.sight().agent is not None:
            self.push_screen(OneScreen())
            self.call_after_refresh(self.show_now)

    def action_again(self) -> None:
        """Try the desk now."""
        self._link.again()

    def _talking(self) -> FloorAgent | None:
        """The agent picked, if on a call; else it is said why not."""
        agent = self.sight().agent
        if agent is None:
            self.say("notice.no_agent")
        elif agent.state not in TALKING:
            self.say("notice.no_call", agent=agent.number)
        else:
            return agent
        return None

    def action_spy(self, mode: str) -> None:
        """Listen to, whisper to or join the agent picked."""
        agent = self._talking()
        if agent is not None:
            self._order(Spy(agent=agent.number, mode=SpyMode(mode)), f"key.{mode}")

    def action_cue(self) -> None:
        """Write words that the desk says into the ear of the agent picked."""
        agent = self._talking()
        if agent is None or len(self.screen_stack) > 1:
            return
        number = agent.number

        def written(text: str | None) -> None:
            if text:
                self._order(Cue(agent=number, text=text), "key.cue")

        self.push_screen(CueWindow(self._texts, name_of(agent)), written)

    def action_leave(self) -> None:
        """Be on nobody's call any more."""
        spying = self.sight().spying
        if spying is None:
            self.say("notice.not_spying")
        else:
            self._order(Spy(agent=spying[0].number, mode=None), "key.leave")

    def action_answer_help(self) -> None:
        """Take up the request of the agent picked, else the one that has stood the longest."""
        sight = self.sight()
        asking = [one.number for one in sight.agents if one.help_text is not None]
        stands = [one.subject for one in sight.view.alarms if one.kind == "help"]
        if not asking:
            self.say("notice.no_help")
            return
        oldest = next((number for number in stands if number in asking), asking[0])
        number = self._picked if self._picked in asking else oldest
        self._picked = number
        self._order(AnswerHelp(agent=number), "key.answer_help")

    def _order(self, order: Order, what: str) -> None:
        self.say("notice.sent")
        self.run_worker(self._give(order, what), name="order")

    async def _give(self, order: Order, what: str) -> None:
        problem = await self._link.order(order)
        word = self._texts(what)
        if problem:
            why = self._texts.or_plain("problem", problem)
            self.say("notice.failed", what=word, why=why)
        else:
            self.say("notice.done", what=word)
