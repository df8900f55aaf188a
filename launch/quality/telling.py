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

if TYPE_CHECKING:
    from console.work.desk import WorkDesk
    from console.work.evaluating import Sheet


def print_case(desk: WorkDesk, sheet: Sheet, state: Path, lang: str) -> None:
    """Head, story, waves, verdicts, remarks and form."""
    from rich.console import Console

    console = Console(markup=False, highlight=False)
    call = desk.cases.call(sheet.evaluation.call_id)
    facts = desk.cases.facts(call.id)
    for line in head_lines(sheet, call, lang):
        console.print(line)
    print_story(console, facts.events, lang)
    print_verdicts(console, [*facts.verdicts.values()], lang)
    print_remarks(console, desk.comments(call.id), lang)
    print_form(console, sheet, lang)
