"""`thirdring graph`: a flow as a picture, or all flows and who calls whom."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import ConfigError
from launch.settings.site import LANGUAGES, PROJECT
from launch.telling.author_texts import author


class Format(StrEnum):
    """What is written."""

    SVG = "svg"
    MERMAID = "mermaid"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(graph)


def graph(
    flow: Annotated[
        str, typer.Argument(metavar="FLOW", help="The flow; without it, an overview of all.")
    ] = "",
    scripts: Annotated[
        Path, typer.Option(help="Folder of flows and lines.", show_default=False)
    ] = PROJECT / "scripts",
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.SVG,
    out: Annotated[
        Path | None, typer.Option(help="File to write; without it, standard output.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="Language of the wording: zh-Hans, zh-Hant or en.")
    ] = "zh-Hans",
) -> None:
    """Draw a flow: its steps, what is said, and where each outcome leads."""
    from callflow.drawing.mermaid import mermaid
    from callflow.drawing.overview import overview_of
    from callflow.drawing.picturing import picture_of
    from callflow.drawing.svg import svg
    from callflow.house import House
    from callflow.reading import nearest

    if language not in LANGUAGES:
        raise ConfigError(f'--language "{language}": {nearest(language, LANGUAGES)}')
    house = House.load(scripts)
    if flow and flow not in house.flows:
        raise ConfigError(f'{scripts} has no flow "{flow}"; {nearest(flow, house.flows)}')
    picture = picture_of(house, flow, language) if flow else overview_of(house, language)
    text = svg(picture, language) if form is Format.SVG else mermaid(picture)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    boxes, arrows = len(picture.boxes), len(picture.arrows)
    typer.echo(author("drawn", file=out, boxes=boxes, arrows=arrows))
