"""What came of the demo's calls, as a table for people."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callflow.rules.monitor import Verdict
from callflow.rules.state import Status
from calls.events import CallEvent
from launch.demo.callers import Caller, heard
from launch.demo.texts import LEGEND, word
from launch.options import DEFAULT_STATE
from launch.telling.problems import of_play
from softphone_panel.cells import clock, fit
from softphone_panel.texts import Language, Texts

CUT = "✂"
NAME_CELLS = 22


@dataclass(frozen=True, slots=True)
class DemoCall:
    """One caller's call as the ledger keeps it."""

    caller: Caller
    call_id: str
    """Empty when no call of this caller came in."""

    events: Sequence[CallEvent]
    differences: tuple[str, ...]
    """How it ended other than expected; empty when all is well."""

    verdicts: tuple[Verdict, ...]

    @property
    def length_ms(self) -> int:
        """From the offer to the end."""
        ended = self._last("ended")
        return ended.offset_ms if ended else 0

    @property
    def ending(self) -> tuple[str, str]:
        """Disposition and end reason, empty when there was none."""
        ended = self._last("ended")
        data = ended.data if ended else {}
        return str(data.get("disposition", "")), str(data.get("end_reason", ""))

    @property
    def recording(self) -> str:
        """File of the recording below the state folder, empty when none was kept."""
        kept = self._last("recording_kept")
        return str(kept.data["file"]) if kept else ""

    def _last(self, kind: str) -> CallEvent | None:
        return next((event for event in reversed(self.events) if event.kind == kind), None)


def report(
    calls: Sequence[DemoCall], seconds: float, state: Path, lang: str, console: Console
) -> int:
    """Print the table, where things are, and the verdict; returns the exit code, 0 or 1."""
    console.print(_table(calls, lang))
    for text in LEGEND:
        console.print(Text(text, style="dim"))
    console.print()
    console.print(word("where", lang, recordings=state / "recordings"))
    for call in calls:
        console.print(_place(call, state, lang), soft_wrap=True)
    console.print()
    wrong = [call for call in calls if call.differences]
    if not wrong:
        well = word("all_well", lang, count=len(calls), seconds=seconds)
        console.print(Text(f"✓ {well}", style="bold green"))
        return 0
    differ = word("some_differ", lang, wrong=len(wrong), count=len(calls))
    console.print(Text(f"✗ {differ}", style="bold red"))
    for call in wrong:
        for problem in call.differences:
            console.print(
                Text(f"  {call.caller.persona.name}: {of_play(problem, lang)}"), soft_wrap=True
            )
    return 1


def _table(calls: Sequence[DemoCall], lang: str) -> Table:
    table = Table(
        title=word("results", lang),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_lines=False,
        expand=True,
    )
    table.add_column("")
    table.add_column(word("caller", lang), ratio=3, overflow="fold")
    table.add_column(word("said", lang), ratio=5, overflow="fold")
    table.add_column(word("heard", lang), ratio=3, overflow="fold")
    table.add_column(word("time", lang), justify="right")
    table.add_column(word("rules", lang), ratio=3, overflow="fold")
    table.add_column(word("end", lang), ratio=3, overflow="fold")
    for call in calls:
        table.add_row(*_row(call, lang))
    return table


def _row(call: DemoCall, lang: str) -> tuple[Text, ...]:
    texts = Texts(Language(lang))
    mark = Text("✗", style="bold red") if call.differences else Text("✓", style="bold green")
    caller = Text(f"{call.caller.title(lang)}\n", style="bold")
    caller.append(call.caller.masked, style="not bold dim")
    sounds = [texts.or_plain("sound", sound) for sound in heard(call.events)]
    disposition, reason = call.ending
    end = Text(disposition or "–")
    if reason:
        end.append(f"\n{texts.or_plain('reason', reason)}", style="dim")
    return (
        mark,
        caller,
        Text(" ".join(_said(call.events))),
        Text(" ".join("按键" if lang == "zh" and each == "key" else each for each in sounds)),
        Text(clock(call.length_ms)),
        _rules(call.verdicts),
        end,
    )


def _said(events: Sequence[CallEvent]) -> list[str]:
    cut = {"barge_in", "key", "hangup", "wait_over"}
    return [
        f"{event.data['line']}{CUT if event.data.get('ended') in cut else ''}"
        for event in events
        if event.kind == "said"
    ]


def _rules(verdicts: Sequence[Verdict]) -> Text:
    """Rules kept and broken by ID; those that did not apply are left out."""
    shown = Text()
    for verdict in verdicts:
        if verdict.status is Status.KEPT:
            shown.append(f"{verdict.rule.id}✓ ", style="green")
        elif verdict.status is Status.BROKEN:
            shown.append(f"{verdict.rule.id}✗ ", style="bold red")
    return shown


def _place(call: DemoCall, state: Path, lang: str) -> Text:
    text = Text(f"  {fit(call.caller.persona.name, NAME_CELLS)} ", style="dim")
    if not call.call_id:
        return text.append(word("never", lang), style="red")
    where = "" if state == DEFAULT_STATE else f" --state {shlex.quote(str(state))}"
    text.append(f"thirdring calls show {call.call_id}{where}", style="not dim cyan")
    kept = word("recording" if call.recording else "no_recording", lang)
    return text.append(f"  {kept}")
