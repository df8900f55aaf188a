"""The watch screen: follows the ledger, shows the floor."""

from __future__ import annotations

import threading
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from calls.clock import Clock, SystemClock
from softphone_panel.screen_app import ScreenApp
from softphone_panel.texts import Language, Texts
from softphone_panel.themes import THEMES, theme_after
from softphone_panel.watch.call_list import CallList
from softphone_panel.watch.clocks import CallClocks
from softphone_panel.watch.conversation import Conversation
from softphone_panel.watch.detail_screen import DetailScreen
from softphone_panel.watch.empty_floor import EmptyFloor
from softphone_panel.watch.ended_calls import EndedCalls
from softphone_panel.watch.feed import Batch, Feed, FeedState
from softphone_panel.watch.floor import Floor
from softphone_panel.watch.help_screen import HelpScreen
from softphone_panel.watch.key_bar import KeyBar
from softphone_panel.watch.live_call import LiveCall
from softphone_panel.watch.spotlight import Spotlight
from softphone_panel.watch.top_bar import TopBar
from softphone_panel.watch.view import View

POLL_S = 0.15
TICK_S = 0.1


class Arrived(Message):
    """The feed gave a batch; posted by the following thread."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self.batch = batch


class WatchApp(ScreenApp):
    """`thirdring panel --watch`."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as App types it)
    CSS = """
    #floor { height: 1fr; }
    #calls { width: 1fr; }
    #picked { width: 1fr; }
    .-narrow #floor { layout: vertical; }
    .-narrow #calls { height: 1fr; }
    .-narrow #picked { height: auto; }
    .-narrow Conversation { display: none; }
    .-wide Spotlight { height: 11; }
    .-wide EndedCalls { height: 9; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit", id="quit"),
        Binding("l", "language", "language", id="language"),
        Binding("t", "theme", "theme", id="theme"),
        Binding("question_mark,f1", "help", "help", id="help"),
        Binding("up,k", "pick(-1)", "previous call", id="up"),
        Binding("down,j", "pick(1)", "next call", id="down"),
        Binding("enter", "detail", "whole call", id="detail"),
    ]

    def __init__(
        self,
        feed: Feed,
        *,
        language: Language = Language.ZH,
        clock: Clock | None = None,
        timezone: tzinfo | None = None,
        theme: str = THEMES[0],
    ) -> None:
        """`timezone` says when today began; None is the machine's own."""
        super().__init__()
        self._feed = feed
        self._clock = clock or SystemClock()
        self._texts = Texts(language)
        self._first_theme = theme
        self._timezone = timezone
        self._stopped = threading.Event()
        self._clocks = CallClocks(self._clock)
        self._batch = Batch((), FeedState.READING)
        self._picked_id = ""
        self._top, self._keys = TopBar(), KeyBar()
        self._empty, self._calls, self._ended = EmptyFloor(), CallList(), EndedCalls()
        self._spotlight, self._conversation = Spotlight(), Conversation()
        self._beside = Vertical(id="picked")
        self.model = Floor(timezone)
        self.taken = 0
        """Events folded so far."""

    def compose(self) -> ComposeResult:
        yield self._top
        with Horizontal(id="floor"):
            with Vertical(id="calls"):
                yield self._empty
                yield self._calls
            with self._beside:
                yield self._spotlight
                yield self._conversation
        yield self._ended
        yield self._keys

    def on_mount(self) -> None:
        self.theme = self._first_theme
        self.run_worker(self._follow, thread=True, name="follow the ledger")
        self.set_interval(TICK_S, self._tick)
        self.call_after_refresh(self.show_now)

    def _tick(self) -> None:
        """Move the clocks; with nobody on the line nothing moves."""
        if self.model.live():
            self.show_now()

    def on_unmount(self) -> None:
        self._stopped.set()

    def _follow(self) -> None:
        """Runs in a thread: reads, posts, never touches a widget."""
        try:
            while not self._stopped.is_set():
                batch = self._feed.take()
                self.post_message(Arrived(batch))
                if batch.state is not FeedState.READING:
                    self._stopped.wait(POLL_S)
        finally:
            self._feed.close()

    def on_arrived(self, message: Arrived) -> None:
        before, self._batch = self._batch, message.batch
        for past in message.batch.past:
            self.model.count_past(past.offered_at, past.rings, past.end_reason)
        for event in message.batch.events:
            self._clocks.see(event)
            call = self.model.apply(event)
            if call is None or call.is_over:
                self._clocks.forget(event.call_id)
        self.taken += len(message.batch.events)
        still = not message.batch.events and before == message.batch
        if message.batch.state is not FeedState.READING and not still:
            self.show_now()

    def view(self) -> View:
        """The floor at this moment."""
        live, ended = self.model.live(), self.model.ended()
        return View(
            texts=self._texts,
            live=live,
            ended=ended,
            picked=self._picked(live),
            now_ms=self._clocks.offset_ms,
            timezone=self._timezone,
            totals=self.model.totals(self._clock.utc_now()),
            feed=self._batch.state,
            place=self._feed.place,
            problem=self._batch.problem,
        )

    def _picked(self, live: list[LiveCall]) -> LiveCall | None:
        """The call the person picked, else the longest on the line."""
        picked = self.model.find(self._picked_id)
        if picked is not None and (not picked.is_over or not live or self._picked_ended):
            return picked
        return live[0] if live else None

    _picked_ended = False
    """The person went to an ended call, so a live one does not take its place."""

    def show_now(self) -> None:
        """Bring every widget up to this moment."""
        view = self.view()
        self._empty.display = not view.live
        self._calls.display = bool(view.live)
        self._beside.display = view.picked is not None
        for pane in (self._top, self._empty, self._calls, self._conversation, self._ended):
            pane.show(view)
        self._keys.show(view)
        self._spotlight.show(view)
        if isinstance(self.screen, DetailScreen):
            call = self.model.find(self.screen.call_id)
            if call is not None:
                self.screen.show_call(call, self._texts)

    def action_language(self) -> None:
        """Change the panel's words to the other language."""
        self._texts = Texts(self._texts.language.other)
        self.show_now()

    def action_theme(self) -> None:
        """Take the next colours."""
        self.theme = theme_after(self.theme)

    def action_help(self) -> None:
        """Explain the screen."""
        self.push_screen(HelpScreen(self._texts))

    def action_pick(self, step: int) -> None:
        """Go to the call above or below, live ones first, then the ended."""
        view = self.view()
        ids = [call.id for call in (*view.live, *view.ended)]
        if not ids:
            return
        at = ids.index(view.picked.id) + step if view.picked else 0
        self._pick(ids[min(max(at, 0), len(ids) - 1)])

    def on_call_list_picked(self, message: CallList.Picked) -> None:
        self._pick(message.call_id)

    def _pick(self, call_id: str) -> None:
        self._picked_id = call_id
        call = self.model.find(call_id)
        self._picked_ended = call is not None and call.is_over
        self.show_now()

    def action_detail(self) -> None:
        """Show the picked call's whole conversation."""
        picked = self.view().picked
        if picked is not None:
            self.push_screen(DetailScreen(picked, self._texts))
