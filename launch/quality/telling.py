"""A call and its sheet on the terminal, from top to bottom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from launch.quality.showing import (
    head_lines,
    print_form,
    print_remarks,
    print_story,
    print_verdicts,
)
from launch.quality.sound import wave_lines
from launch.quality.texts import word

if TYPE_CHECKING:
    from console.work.desk import WorkDesk
    from console.work.evaluating import Sheet
    from qa.work import Actor


def print_case(desk: WorkDesk, actor: Actor, sheet: Sheet, state: Path, lang: str) -> None:
    """Head, story, waves, verdicts, remarks (for evaluators) and form."""
    from rich.console import Console
    from rich.text import Text

    from qa.work.terms import SCORERS

    console = Console(markup=False, highlight=False)
    call = desk.cases.call(sheet.evaluation.call_id)
    facts = desk.cases.facts(call.id)
    verdicts = [*facts.verdicts.values()]
    remarks = desk.comments(call.id) if actor.role in SCORERS else []
    for line in head_lines(sheet, call, lang):
        console.print(line)
    print_story(console, facts.events, lang)
    legs = (word("leg_caller", lang), word("leg_house", lang))
    lines = wave_lines(state, call.id, console.width - 1, verdicts, remarks, legs)
    console.print(word("waves" if lines else "no_sound", lang))
    for line in lines:
        console.print(Text(line), no_wrap=True, overflow="crop")
    print_verdicts(console, verdicts, lang)
    print_remarks(console, remarks, lang)
    print_form(console, sheet, lang)
