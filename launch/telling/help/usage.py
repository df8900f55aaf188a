"""What the command line cannot read, in Chinese: words typed wrong, missing or too many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import typer
from typer.exceptions import TyperException

_PLACE: Final = re.compile(r"\{(\w+)\}")
_QUOTED: Final = re.compile(r"'([^']*)'")

REFUSED: Final[dict[str, str]] = {
    "No such option: {name}": "没有选项 {name}",
    "No such option: {name} (Possible options: {known})": "没有选项 {name}（相近的：{known}）",
    "No such command {name}.": "没有命令 {name}",
    "No such command {name}. Did you mean {known}?": "没有命令 {name}。您要的是 {known} 吗？",
    "Missing command.": "还要写一个命令",
    "Missing argument {name}.": "缺少参数 {name}",
    "Missing argument {name}. Choose from: {known}": "缺少参数 {name}。可选：{known}",
    "Missing option {name}.": "缺少选项 {name}",
    "Missing option {name}. Choose from: {known}": "缺少选项 {name}。可选：{known}",
    "Got unexpected extra argument(s) ({words})": "多出的参数：{words}",
    "Option {name} requires an argument.": "选项 {name} 后面要写一个值",
    "Option {name} does not take a value.": "选项 {name} 后面不写值",
    "Invalid value: {reason}": "{reason}",
    "Invalid value for {name}: {reason}": "{name} 的值不对：{reason}",
}
"""What typer says, then in Chinese."""

ASKED: Final[dict[str, str]] = {
    "Error: invalid input": "请输入 y 或 n",
    "Error: The two entered values do not match.": "两次输入的不一样，请重新输入",
    "Error: The value you entered was invalid.": "输入的不对，请重新输入",
}
"""What typer says of an answer to a question, then in Chinese."""

REASONS: Final[dict[str, str]] = {
    "Input should be a valid integer, unable to parse string as an integer": "请写整数",
    "Input should be a valid integer, got a number with a fractional part": "请写整数",
    "Unable to parse input string as an integer, exceeded maximum size": "数字太长",
    "Input should be a valid number, unable to parse string as a number": "请写数字",
    "Input should be greater than or equal to {least}": "不能小于 {least}",
    "Input should be less than or equal to {most}": "不能大于 {most}",
    "Value error, {given} is not one of {known}.": "没有 {given}；可选：{known}",
    "Value error, {given} does not match the formats {known}.": (
        "{given} 不是这样的时间；请写成 {known}"
    ),
    # What commands of ours refuse.
    "give calls, or --missing and a filter, not both": ("通话编号与 --missing 等条件只能写一种"),
    "say which calls: ids, or --missing, --since, --until, --agent, --queue": (
        "请写明哪些通话：编号，或 --missing、--since、--until、--agent、--queue"
    ),
    "{given} is no tag; write {known} or none": "没有标记 {given}；请写 {known} 或 none",
    "{given}: choose from {known}": "没有 {given}；可选：{known}",
}
"""Why a value is not taken, then in Chinese."""


class Told(typer.BadParameter):
    """An error whose message is all that is to be shown."""

    def format_message(self) -> str:
        return self.message


def in_words(error: TyperException, language: str) -> TyperException:
    """The error to show in `zh` or `en`: itself, where there is nothing to put into Chinese."""
    said = error.format_message()
    told = in_chinese(said) if language == "zh" else said
    if told == said:
        return error
    found = Told(told, ctx=getattr(error, "ctx", None))
    found.exit_code = error.exit_code
    return found


def in_chinese(said: str) -> str:
    """What typer says, in Chinese; a text that is not known stays as it is."""
    # Choices to a missing value come a line each.
    line = " ".join(said.split())
    told = _told(line, REFUSED)
    return said if told == line else told


def _told(said: str, texts: Mapping[str, str]) -> str:
    # Those with the most words of their own first: what is said shortly is part of more.
    for english, zh in sorted(texts.items(), key=lambda item: -len(_PLACE.sub("", item[0]))):
        found = re.fullmatch(_pattern(english), said)
        if found is not None:
            return zh.format(
                **{name: _value(name, held) for name, held in found.groupdict().items()}
            )
    return said


def _pattern(english: str) -> str:
    # Every other piece is the name of a place.
    pieces = _PLACE.split(english)
    return "".join(
        f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)
    )


def _value(name: str, held: str) -> str:
    if name == "reason":
        return _told(held, REASONS)
    # Names and choices come in the quotation marks of Python; what was typed may have its own.
    return held if name == "words" else _QUOTED.sub(r"\1", held)
