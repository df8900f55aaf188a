"""`thirdring words`: what was said on a call, by speech recognition, as an aid for QA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.masking import plain
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from recorder.words.call_words import CallWords

_ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings (TOML) with [asr].")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(words)


def words(
    call_id: Annotated[str, typer.Argument(metavar="CALL", help="A call's id, or how it begins.")],
    state: StateOption = DEFAULT_STATE,
    config: _ConfigOption = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="DIR", help="Whisper model folder; else [asr] model."),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The whole call, not only the talks with agents.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Recognise a recorded call: transcript by leg, said lines against the script, polite words.

    An aid for whoever scores, never a verdict. Kept is only which polite words were heard, which
    lines differ from the script, and when; no transcript.
    """
    from launch.logs import set_up_logs
    from launch.looks import looked
    from launch.settings import load_settings
    from launch.words_of_call import as_told, keep, recognise, recogniser_of

    set_up_logs("warning")
    settings = load_settings(config).asr
    recogniser = recogniser_of(settings, model)
    with _bar() as told:
        found = recognise(
            state,
            call_id,
            recogniser,
            polite=settings.polite,
            whole=whole,
            told=told,
            before=lambda one: looked(state, "played", f"call/{one}", "words recognised"),
        )
    keep(state, found)
    if as_json:
        print_json(as_told(found.call, found.words))
    else:
        _show(found.call, found.words)
        typer.echo(
            "\n已留给评分人，不含文字稿 Kept for whoever scores, no transcript: thirdring qa show"
        )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("recognising", total=None)
        yield lambda done, every: progress.update(task, completed=done, total=every)


def _show(call_id: str, found: CallWords) -> None:
    from rich.console import Console
    from rich.text import Text

    from launch.words_of_call import transcript

    console = Console()
    console.print(Text(f"{call_id}: {found.engine}, {found.language}"))
    spoken = list(transcript(found))
    if not spoken:
        console.print("Nobody was understood: silence, or a line too noisy. Listen to it.")
    for at, who, text in spoken:
        console.print(Text(f"{at}  {who:<7} {plain(text, most_cells=400)}"))
    _show_lines(console, found)
    polite = ", ".join(f"{one.word} {_at(one.from_ms)}" for one in found.polite)
    console.print(Text(f"\n礼貌用语 polite words (A04): {polite or 'none recognised'}"))


def _show_lines(console: Console, found: CallWords) -> None:
    from rich.table import Table
    from rich.text import Text

    from launch.words_of_call import FINDINGS

    if not found.lines:
        return
    table = Table("时间 at", "话术 line", "结果 finding", "相似 alike", "听到 heard")
    for one in found.lines:
        finding = " ".join(FINDINGS[one.finding])
        heard = Text(plain(one.heard, most_cells=80))
        table.add_row(_at(one.from_ms), one.line, finding, f"{one.similarity:.2f}", heard)
    console.print(table)


def _at(ms: int | None) -> str:
    from launch.call_story import clock

    return "" if ms is None else clock(ms)
