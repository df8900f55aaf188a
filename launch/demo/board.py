"""The demo's calls as they happen: a table on a terminal, a line an event elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calls.clock import Clock
from calls.events import CallEvent
from launch.demo.callers import Caller
from launch.demo.texts import word
from softphone_panel.cells import bar, clock, cut, fit
from softphone_panel.texts import Language, Texts
from softphone_panel.watch.clocks import CallClocks, ClockKind, countdown, ring_number
from softphone_panel.watch.floor import Floor
from softphone_panel.watch.live_call import CallState, LiveCall

BAR_CELLS = 8
STYLES = {
    CallState.RINGING: "yellow",
    CallState.SPEAKING: "cyan",
    CallState.LISTENING: "green",
    CallState.QUEUED: "yellow",
    CallState.AGENT: "magenta",
    CallState.CLOSING: "magenta",
    CallState.ENDED: "dim",
}
SOUND_STYLES = {"speech": "green", "clear": "green", "noise": "red", "faint": "yellow"}


class Board:
    """The callers of this demo and their calls, by the facts in the ledger."""

    def __init__(self, callers: Sequence[Caller], lang: str, time: Clock) -> None:
        self.callers = callers
        self.lang = lang
        self._texts = Texts(Language(lang))
        self._floor = Floor()
        self._clocks = CallClocks(time)
        self._by_number = {caller.masked: caller for caller in callers}
        self.call_ids: dict[int, str] = {}
        """Call id in the ledger by the caller's number in the demo."""

    def take(self, events: Sequence[CallEvent]) -> None:
        """Fold new facts in."""
        for event in events:
            self._clocks.see(event)
            call = self._floor.apply(event)
            caller = self._by_number.get(call.caller) if call else None
            if call is not None and caller is not None:
                self.call_ids[caller.number] = call.id

    def caller_of(self, call_id: str) -> Caller | None:
        """Whose call it is; None for one that is not of this demo."""
        call = self._floor.find(call_id)
        return self._by_number.get(call.caller) if call else None

    def call_of(self, caller: Caller) -> LiveCall | None:
        """The caller's call as it is now; None before it was offered."""
        return self._floor.find(self.call_ids.get(caller.number, ""))

    def all_over(self) -> bool:
        """Whether every call that was offered has its end in the ledger."""
        return not self._floor.live()

    def table(self, width: int) -> Table:
        """The live table."""
        lang = self.lang
        table = Table(
            title=word("board", lang),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            expand=True,
        )
        table.add_column(word("caller", lang), width=24 if width >= 100 else 18, no_wrap=True)
        table.add_column(word("state", lang), width=9, no_wrap=True)
        table.add_column(word("now", lang), ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(word("clock", lang), width=BAR_CELLS + 6, no_wrap=True)
        table.add_column(word("time", lang), width=5, justify="right", no_wrap=True)
        for caller in self.callers:
            table.add_row(*self._row(caller))
        return table

    def _row(self, caller: Caller) -> tuple[Text, Text, Text, Text, Text]:
        call = self.call_of(caller)
        title = Text(caller.title(self.lang), overflow="ellipsis")
        if call is None:
            waiting = Text(word("waiting", self.lang), style="dim")
            return title, waiting, Text(), Text(), Text()
        now_ms = self._clocks.offset_ms(call)
        state = Text(self._texts(f"state.{call.state}"), style=STYLES.get(call.state, ""))
        length = Text(clock(call.ended_ms if call.is_over else now_ms))
        return title, state, self._now(call), self._clock(call, now_ms), length

    def _now(self, call: LiveCall) -> Text:
        texts = self._texts
        if call.is_over:
            reason = texts.or_plain("reason", call.end_reason)
            return Text(f"{call.disposition} · {reason}", style="dim")
        if call.state is CallState.AGENT:
            return Text(texts("agent.talking", agent=call.agent), style="magenta")
        if call.state is CallState.QUEUED:
            waited = clock(self._clocks.offset_ms(call) - call.queued_ms)
            return Text(texts("queue.waiting", time=waited, queue=call.queue), style="yellow")
        if call.window and call.hearing:
            what = texts.or_plain("sound", call.hearing.what)
            level = call.hearing.level_dbov
            shown = f"{what}  {level:.0f} dBov" if level is not None else what
            return Text(f"◀ {shown}", style=SOUND_STYLES.get(call.hearing.what, "dim"))
        if call.window:
            return Text(f"◀ {texts('hear.waiting')}", style="dim")
        if call.line is not None:
            return Text(f"▶ {call.line.text}", style="cyan" if call.speaking else "dim")
        return Text()

    def _clock(self, call: LiveCall, now_ms: int) -> Text:
        running = countdown(call, now_ms)
        if running is None:
            return Text()
        style = "red" if running.kind is ClockKind.NOISE else "green"
        left = f"{running.left_ms / 1000:4.1f}s"
        if running.kind is ClockKind.RINGS:
            style, left = "yellow", f"  {ring_number(now_ms)}/3"
        shown = bar(running.share, BAR_CELLS)
        return Text(f"{shown} {left}", style="dim" if running.held else style)


class PlainLog:
    """One line for each thing worth reading, where there is no terminal to draw on."""

    def __init__(self, board: Board, console: Console) -> None:
        self._board = board
        self._console = console
        self._texts = Texts(Language(board.lang))

    def take(self, events: Sequence[CallEvent]) -> None:
        """Print what happened; the board has taken the events in before."""
        for event in events:
            caller, text = self._board.caller_of(event.call_id), self._wording(event)
            if caller is not None and text:
                head = f"{event.offset_ms / 1000:6.1f}s  {fit(caller.persona.name, 20)} "
                self._console.print(Text(head + text), soft_wrap=True)

    def _wording(self, event: CallEvent) -> str:
        lang, data = self._board.lang, event.data
        if event.kind == "saying":
            line, text = data.get("line", ""), str(data.get("text", ""))
            return f"{word('says', lang)} {line}: {cut(text, 60)}"
        if event.kind == "heard":
            what = self._texts.or_plain("sound", str(data.get("what", "")))
            return f"{word('hears', lang)} {what}"
        if event.kind == "ended":
            reason = self._texts.or_plain("reason", str(data.get("end_reason", "")))
            return f"{self._texts('state.ended')}: {data.get('disposition', '')} · {reason}"
        if event.kind in ("answered", "queued", "agent_answered", "hung_up", "fault"):
            return self._note(event)
        return ""

    def _note(self, event: CallEvent) -> str:
        field = {
            "answered": "rings",
            "queued": "queue",
            "agent_answered": "agent",
            "hung_up": "by",
            "fault": "problem",
        }[event.kind]
        value = self._texts.or_plain("by", str(event.data.get(field, "")))
        return self._texts(f"note.{event.kind}", text=value)
