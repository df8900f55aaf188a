"""`thirdring schema`: JSON Schemas for editors, and the tables of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calls.errors import ConfigError
from launch.telling.author_texts import author


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="flow, lines, rules, form, test or qa_form; without it, all."
        ),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write NAME.json into; else standard output.")
    ] = None,
    docs: Annotated[
        Path | None,
        typer.Option(help="Bring the tables between the marks of this Markdown file up to date."),
    ] = None,
) -> None:
    """Write JSON Schemas, so that an editor completes and underlines flows while you type."""
    from callflow.reading import nearest
    from callflow.schema.files import schema_text
    from launch.authoring.schemas import ALL_SCHEMAS

    if name and name not in ALL_SCHEMAS:
        raise ConfigError(f'there is no schema "{name}"; {nearest(name, ALL_SCHEMAS)}')
    if docs is not None:
        _bring_up_to_date(docs)
        return
    if out is None:
        if not name:
            raise ConfigError(f"name one of {', '.join(ALL_SCHEMAS)}, or a folder with --out")
        typer.echo(schema_text(ALL_SCHEMAS[name]()), nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    for each in [name] if name else ALL_SCHEMAS:
        path = out / f"{each}.json"
        path.write_text(schema_text(ALL_SCHEMAS[each]()), encoding="utf-8")
        typer.echo(author("written", file=path))


def _bring_up_to_date(path: Path) -> None:
    from callflow.schema.docs import DocsError, with_tables

    old = path.read_text(encoding="utf-8")
    try:
        new = with_tables(old)
    except DocsError as error:
        raise ConfigError(f"{path}: {error}") from None
    if new != old:
        path.write_text(new, encoding="utf-8")
    typer.echo(author("brought_up" if new != old else "up_to_date", file=path))
