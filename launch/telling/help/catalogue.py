"""Every help text of the command line in Chinese, by paragraph of the English in the code."""

from __future__ import annotations

from typing import Final

from launch.telling.help.authoring import AUTHORING
from launch.telling.help.keeping import KEEPING
from launch.telling.help.quality import QUALITY
from launch.telling.help.running import RUNNING

OWN: Final[dict[str, str]] = {"Show this message and exit.": "显示这份帮助"}
"""What typer itself says of an option."""

HELP: Final[dict[str, str]] = {**OWN, **RUNNING, **AUTHORING, **QUALITY, **KEEPING}


def paragraphs(text: str) -> list[str]:
    """Those of a help text, each as one line: the terminal breaks them where it ends."""
    return [" ".join(one.split()) for one in text.split("\n\n")]


def said(text: str, language: str) -> str:
    """A help text in `zh` or `en`; a paragraph that nobody has put into Chinese stays as it is."""
    found = paragraphs(text)
    return "\n\n".join(HELP.get(one, one) if language == "zh" else one for one in found)
