"""`thirdring words`: what was said on a call, by speech recognition, as an aid for QA."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.masking import plain
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.list_texts import text
from launch.telling.reply_texts import reply
from launch.telling.tables import cell, head
from softphone_panel.cells import fit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from launch.recordings.words_of_call import Recognised
    from launch.recordings.words_of_calls import Wanted
    from ledger.filters import CallFilter
    from recorder.words.call_words import CallWords
    from recorder.words.ports import Recogniser

_ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings (TOML) with [asr].")
]

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_Since = Annotated[
    datetime | None, typer.Option(help="Calls offered at or after this time, UTC.", formats=_TIMES)
]
_Until = Annotated[
    datetime | None, typer.Option(help="Calls offered before this time, UTC.", formats=_TIMES)
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(words)


def words(
    call_ids: Annotated[
        list[str] | None, typer.Argument(metavar="CALL", help="Ids, or how they begin.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Calls whose recording was not recognised yet.")
    ] = False,
    since: _Since = None,
    until: _Until = None,
    agent: Annotated[str, typer.Option(metavar="NUMBER", help="Calls of this agent.")] = "",
    queue: Annotated[str, typer.Option(metavar="NAME", help="Calls of this queue.")] = "",
    limit: Annotated[
        int, typer.Option(min=0, help="The latest so many of those that fit; 0: all.")
    ] = 0,
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
    """Recognise recorded calls: transcript by leg, said lines against the script, polite words.

    Several calls by their ids, by --since, --until, --agent, --queue, or all --missing ones: a line
    each; --json has all of it. An aid for whoever scores, never a verdict. Kept is only which
    polite words were heard, which lines differ from the script, and when; no transcript.
    """
    from launch.logs import set_up_logs
    from launch.recordings.words_of_call import recogniser_of
    from launch.recordings.words_of_calls import calls_wanted
    from launch.settings.site import load_settings

    set_up_logs("warning")
    settings = load_settings(config).asr
    wanted = _wanted(call_ids or [], missing, _fits(since, until, agent, queue), limit)
    recogniser = recogniser_of(settings, model)
    ids = calls_wanted(state, wanted)
    listen = partial(_listen, state, recogniser, settings.polite, whole)
    tell = _one if len(wanted.ids) == 1 else _several
    tell(state, ids, listen, as_json=as_json)


def _fits(
    since: datetime | None, until: datetime | None, agent: str, queue: str
) -> CallFilter | None:
    """What the options ask for; None when they ask for nothing."""
    from ledger.filters import CallFilter

    if not (since or until or agent or queue):
        return None
    return CallFilter(
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
        agent=agent,
        queue=queue,
        recorded=True,
    )


def _wanted(ids: list[str], missing: bool, fits: CallFilter | None, limit: int) -> Wanted:
    from launch.recordings.words_of_calls import Wanted
    from ledger.filters import CallFilter

    if ids and (missing or fits is not None):
        raise typer.BadParameter("give calls, or --missing and a filter, not both")
    if not ids and not missing and fits is None:
        raise typer.BadParameter(
            "say which calls: ids, or --missing, --since, --until, --agent, --queue"
        )
    return Wanted(tuple(ids), fits or CallFilter(recorded=True), missing, limit)


def _listen(
    state: Path,
    recogniser: Recogniser,
    polite: Sequence[str],
    whole: bool,
    told: Callable[[int, int], object],
    call_id: str,
) -> Recognised:
    from launch.looks import looked
    from launch.recordings.words_of_call import recognise

    return recognise(
        state,
        call_id,
        recogniser,
        polite=polite,
        whole=whole,
        told=told,
        before=lambda one: looked(state, "played", f"call/{one}", "words recognised"),
    )


def _one(
    state: Path,
    ids: list[str],
    listen: Callable[[Callable[[int, int], object], str], Recognised],
    *,
    as_json: bool,
) -> None:
    from launch.recordings.words_of_call import as_told, keep

    with _bar() as bar:
        found = listen(bar.task("recognising"), ids[0])
    keep(state, found)
    if as_json:
        print_json(as_told(found.call, found.words))
    else:
        _show(found.call, found.words)
        typer.echo(f"\n{reply('words_kept')}")


def _several(
    state: Path,
    ids: list[str],
    listen: Callable[[Callable[[int, int], object], str], Recognised],
    *,
    as_json: bool,
) -> None:
    from launch.recordings.words_of_calls import problems, recognise_all

    heard = []
    with _bar() as bar:
        calls, within = bar.task("calls"), bar.task("this call")
        calls(0, len(ids))
        for one in recognise_all(state, ids, partial(listen, within)):
            heard.append(one)
            calls(len(heard), len(ids))
            if not as_json:
                bar.say(one.line())
    failed = problems(heard)
    if as_json:
        print_json([one.told() for one in heard])
    elif not heard:
        typer.echo(text("none_to_hear"))
    else:
        typer.echo(reply("words_done", count=len(heard) - failed, failed=failed))
    if failed:
        raise typer.Exit(1)


class _Bar:
    """Progress on the terminal's error stream; lines above it on standard output."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def task(self, name: str) -> Callable[[int, int], None]:
        """A bar of its own: told how much is done, of how much."""
        task = self._progress.add_task(name, total=None)
        return lambda done, every: self._progress.update(task, completed=done, total=every)

    def say(self, line: str) -> None:
        """A line for a person, or for the file that standard output goes to."""
        if sys.stdout.isatty() and self._progress.console.is_terminal:
            self._progress.console.print(line, markup=False, highlight=False)
        else:
            typer.echo(line)


@contextmanager
def _bar() -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=False,  # what goes to a file must not land on the terminal
    ) as progress:
        yield _Bar(progress)


def _show(call_id: str, found: CallWords) -> None:
    from rich.console import Console
    from rich.text import Text

    from launch.recordings.words_of_call import transcript

    console = Console()
    console.print(Text(f"{call_id}: {found.engine}, {found.language}"))
    spoken = list(transcript(found))
    if not spoken:
        console.print(text("nobody_understood"))
    for at, who, words in spoken:
        console.print(Text(f"{at}  {fit(cell(who), 7)} {plain(words, most_cells=400)}"))
    _show_lines(console, found)
    polite = ", ".join(f"{one.word} {_at(one.from_ms)}" for one in found.polite)
    console.print(Text(f"\n{text('polite_words', words=polite or text('none_recognised'))}"))


def _show_lines(console: Console, found: CallWords) -> None:
    from rich.table import Table
    from rich.text import Text

    from launch.recordings.words_of_call import finding_text

    if not found.lines:
        return
    table = Table(*map(head, ("at", "line", "finding", "alike", "heard")))
    for one in found.lines:
        finding = finding_text(one.finding)
        heard = Text(plain(one.heard, most_cells=80))
        table.add_row(_at(one.from_ms), one.line, finding, f"{one.similarity:.2f}", heard)
    console.print(table)


def _at(ms: int | None) -> str:
    from launch.telling.call_story import clock

    return "" if ms is None else clock(ms)
