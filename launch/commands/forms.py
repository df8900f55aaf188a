"""`thirdring forms`: the forms of quality work, checked, listed, shown."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT
from launch.telling.tables import head, print_table
from launch.telling.wording import terminal_language

if TYPE_CHECKING:
    from callflow.rules.monitor import RuleSet
    from qa.rubric import Form

group = typer.Typer(no_args_is_help=True, help="The forms of quality work: check, list, show.")
FolderOption = Annotated[
    Path | None,
    typer.Option("--forms", metavar="DIR", help="Folder of forms. [those of the product]"),
]
ScriptsOption = Annotated[
    Path, typer.Option(help="Folder of the house rules that forms name.", show_default=False)
]
LangOption = Annotated[
    str, typer.Option("--lang", metavar="zh|en", help="Language. [the terminal's]")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="forms")


@group.command()
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Folders of forms.", show_default="qa/forms"),
    ] = None,
    scripts: ScriptsOption = PROJECT / "scripts",
    as_json: JsonOption = False,
) -> None:
    """Check every form of folders against the house rules; exit 1 when anything is wrong."""
    from calls.errors import FormFileError, Problem
    from launch.authoring.forms_report import problem_lines
    from qa.rubric import FORMS_FOLDER, load_forms

    rules = _rules(scripts)
    problems: list[Problem] = []
    for folder in folders or [FORMS_FOLDER]:
        try:
            forms = load_forms(folder, rules=rules)
        except FormFileError as error:
            problems += error.problems
            continue
        if not as_json:
            count = sum(len(list(form.questions())) for form in forms.values())
            typer.echo(f"{len(forms)} forms, {count} questions in {folder}: all right")
    if as_json:
        print_json([asdict(problem) for problem in problems])
    for line in [] if as_json else problem_lines(problems):
        typer.echo(line)
    raise typer.Exit(bool(problems))


@group.command("list")
def list_forms(
    forms: FolderOption = None,
    scripts: ScriptsOption = PROJECT / "scripts",
    as_json: JsonOption = False,
) -> None:
    """List the forms, each with its version and how much of it the machine answers."""
    from launch.authoring.forms_report import form_row

    rows = [form_row(form) for form in _load(forms, scripts).values()]
    if as_json:
        print_json(rows)
        return
    from rich.table import Table

    names = ("form", "title", "version", "sections", "questions", "by_machine", "digest")
    table = Table(*map(head, names), title=head("forms"))
    for row in rows:
        numbers = [str(row[name]) for name in ("sections", "questions", "by_machine")]
        title = row["title"][terminal_language()]
        table.add_row(row["form"], title, row["version"], *numbers, row["digest"][:12])
    print_table(table)


@group.command()
def show(
    name: Annotated[str, typer.Argument(metavar="FORM", help="Its name.")],
    forms: FolderOption = None,
    scripts: ScriptsOption = PROJECT / "scripts",
    lang: LangOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a form in full: questions, answers, weights, and what answers each."""
    import json

    from callflow.reading import nearest
    from calls.errors import ConfigError
    from launch.authoring.forms_report import form_lines, form_row
    from launch.quality.desk import language
    from qa.rubric.form import canonical

    known = _load(forms, scripts)
    if name not in known:
        raise ConfigError(f'there is no form "{name}"; {nearest(name, known)}')
    shown = language(lang)
    form = known[name]
    if as_json:
        print_json({**form_row(form), **json.loads(canonical(form))})
        return
    for indent, line in form_lines(form, shown):
        typer.echo(f"{'    ' * indent}{line}")


@group.command()
def docs(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file with marks.")],
) -> None:
    """Bring the tables between the marks of a document up to date with the definitions."""
    from callflow.schema.docs import DocsError, with_tables
    from calls.errors import ConfigError
    from qa.rubric.docs import TABLES

    old = path.read_text(encoding="utf-8")
    try:
        new = with_tables(old, TABLES)
    except DocsError as error:
        raise ConfigError(f"{path}: {error}") from None
    if new != old:
        path.write_text(new, encoding="utf-8")
    typer.echo(f"{path}: {'brought up to date' if new != old else 'is up to date'}")


def _load(folder: Path | None, scripts: Path) -> dict[str, Form]:
    from launch.settings.qa import QaSettings
    from qa.rubric import forms_for

    usual = QaSettings()
    return forms_for(_rules(scripts), folder, (usual.form, usual.form_ivr))


def _rules(scripts: Path) -> RuleSet:
    from callflow.house import House

    return House.load(scripts).rules
