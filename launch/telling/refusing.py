"""An error of ours as a terminal says it: in its language, with the commands that help."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise

from calls.errors import FlowFileError


def refused(text: str, language: str) -> str:
    """`text` of an error in `zh` or `en`; one that nobody has put into Chinese stays as it is."""
    if language != "zh":
        return text
    from console.telling.refusals import in_chinese
    from launch.telling.refused.every import EVERY

    return "\n".join(in_chinese(line, EVERY) for line in text.split("\n"))


def refused_by(error: Exception, language: str) -> str:
    """What an error of ours says, of files with each of their problems."""
    if not isinstance(error, FlowFileError):
        return refused(str(error), language)
    from launch.telling.problems import one_line

    return "\n".join(one_line(problem, language) for problem in error.problems)


def language_typed(words: Sequence[str] | None = None) -> str:
    """What `--lang` says in the command line, else the terminal's."""
    from softphone_panel.texts import language_of

    given = [part for word in words or sys.argv for part in word.split("=", 1)]
    for option, value in pairwise(given):
        if option == "--lang" and value in ("zh", "en"):
            return value
    return language_of().value
