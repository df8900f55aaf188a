"""What typer writes around help and errors: titles of panels, defaults, kinds of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from launch.telling.help.exchanging import exchanged

USAGE: Final[dict[str, str]] = {"en": "Usage: ", "zh": "用法："}
PIECES: Final[dict[str, str]] = {"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]..."}
"""Of a line of usage; arguments keep the names that the help texts call them by."""

FRAME: Final[dict[str, tuple[str, str]]] = {
    "ARGUMENTS_PANEL_TITLE": ("Arguments", "参数"),
    "OPTIONS_PANEL_TITLE": ("Options", "选项"),
    "COMMANDS_PANEL_TITLE": ("Commands", "命令"),
    "ERRORS_PANEL_TITLE": ("Error", "错误"),
    "DEFAULT_STRING": ("[default: {}]", "[默认：{}]"),
    "ENVVAR_STRING": ("[env var: {}]", "[环境变量：{}]"),
    "REQUIRED_LONG_STRING": ("[required]", "[必填]"),
    "ABORTED_TEXT": ("Aborted.", "已取消。"),
    "RICH_HELP": (
        "Try [blue]'{command_path} {help_option}'[/] for help.",
        "查看帮助：[blue]{command_path} {help_option}[/]",
    ),
}
"""Names of `typer.rich_utils`: what stands there, and what a Chinese terminal shows."""

TYPES: Final[dict[str, str]] = {
    "<bool>": "<开关>",
    "<int>": "<整数>",
    "<int range>": "<整数>",
    "<float range>": "<数>",
    "<str>": "<文字>",
    "<path>": "<路径>",
    "<list[str]>": "<文字>",
    "<list[Path]>": "<路径>",
}
"""What an option takes that has no word of its own; choices and dates stand as they are typed."""


_WIDE: Final = "\u2e80-\u9fff\uff00-\uffef"
_OPEN, _CLOSE = "（“《", "，。；：、！？）”》…"
WORD: Final = re.compile(
    rf"\s*(?:[{_OPEN}\[]*(?:[^\s{_WIDE}{_OPEN}{_CLOSE}]+|[{_WIDE}])[{_CLOSE}]*|[{_OPEN}{_CLOSE}]+)\s*"
)
"""Where a line may end in Chinese: after every character, but before no comma.

rich breaks lines between spaces alone, and cuts off what a column of a table cannot hold so.
"""


@contextmanager
def framed(language: str) -> Iterator[None]:
    """Inside, typer writes around help and errors in `zh` or `en`."""
    if language != "zh":
        yield
        return
    from rich import _wrap
    from typer import rich_utils

    with ExitStack() as kept:
        for name, (_, zh) in FRAME.items():
            kept.enter_context(exchanged(rich_utils, name, zh))
        highlights = [*rich_utils.OptionHighlighter.highlights, f"(?P<usage>{USAGE['zh']})"]
        kept.enter_context(exchanged(rich_utils.OptionHighlighter, "highlights", highlights))
        kept.enter_context(exchanged(_wrap, "re_word", WORD))
        yield
