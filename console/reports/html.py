"""A report as one self-contained page: style and charts within, no script, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from console.reports.paper import Note, Paper, Table, Tiles

HERE: Final = Path(__file__).parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.tests |= {
    "tiles": lambda block: isinstance(block, Tiles),
    "grid": lambda block: isinstance(block, Table),
    "note": lambda block: isinstance(block, Note),
}


def style() -> str:
    """The style sheet of reports, for a page that shows one within another."""
    return (HERE / "report.css").read_text(encoding="utf-8")


def page_of(paper: Paper, *, nonce: str = "") -> str:
    """The whole page. `nonce` is for a server whose policy asks for one: the console's, which has
    an icon as well."""
    template = _environment.get_template("report.html")
    # The style sheet is ours: escaping would turn its quotes into entities.
    return template.render(paper=paper, nonce=nonce, style=Markup(style()))  # noqa: S704


def body_of(paper: Paper) -> Markup:
    """What stands between head and foot, for a page of the console."""
    return Markup(_environment.get_template("body.html").render(paper=paper))  # noqa: S704
