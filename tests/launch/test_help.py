"""Help and usage errors are told in the terminal's language, the same in both."""

from __future__ import annotations

import inspect
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

import pytest
import typer
from rich.cells import cell_len
from typer import rich_utils
from typer._click import termui
from typer.main import get_command
from typer.testing import CliRunner

from launch.__main__ import build
from launch.telling.help.catalogue import HELP, paragraphs
from launch.telling.help.commands import WholeProgram
from launch.telling.help.frame import FRAME, PIECES, TYPES, WORD
from launch.telling.help.usage import ASKED, REASONS, REFUSED, in_chinese
from tests.support.lists import CHINESE, ENGLISH

WHOLE: Any = get_command(build())
SAME = re.compile(
    r"`[^`]+`|(?<![\w-])--[a-z-]+|\d(?:[\d.:*/-]*\d)?|[\w~./*-]*\.(?:yaml|json|toml|md|url|port)\b"
    r"|\b[A-Z][A-Z\d]+\b|\[(?:asr|house|office|retention)\]",
    re.ASCII,
)
"""Commands, options, numbers, files and words in capitals: what nobody puts into Chinese."""


def commands(one: Any = WHOLE, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with how it is typed."""
    yield path, one
    for name, inner in getattr(one, "commands", {}).items():
        yield from commands(inner, (*path, name))


class Told(NamedTuple):
    """What came of a line that was typed."""

    output: str
    exit_code: int


def typed(*words: str, language: Mapping[str, str]) -> Told:
    """`thirdring WORDS` on a terminal of 80 columns; all commands are read once, not every time."""
    screen = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(screen), redirect_stderr(screen):
        for name, value in {**language, "COLUMNS": "80"}.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            WHOLE.main(list(words), prog_name="thirdring")
    return Told(screen.getvalue(), int(left.value.code or 0))


EVERY = dict(commands())
SAID = {
    text: " ".join(path)
    for path, command in EVERY.items()
    for one in (command, *command.params)
    for whole in (getattr(one, "help", None), getattr(one, "short_help", None))
    if whole
    for text in paragraphs(whole)
}


def test_every_help_text_has_a_chinese_one_and_each_of_those_is_said() -> None:
    assert len(SAID) > 300
    assert [f"{path}: {text}" for text, path in SAID.items() if text not in HELP] == []
    assert {*HELP} - {*SAID} == {"Show this message and exit."}


def test_every_option_and_argument_has_a_help_text() -> None:
    silent = [
        (*path, one.name)
        for path, command in EVERY.items()
        for one in command.params
        if not one.help
    ]

    assert silent == []


def test_commands_options_files_and_numbers_are_the_same_in_chinese() -> None:
    # Said in other words: abbreviations that Chinese has words for.
    words = {"QA", "IVR"}
    same = {text: [{*SAME.findall(one)} - words for one in (text, HELP[text])] for text in HELP}

    assert [text for text, (english, chinese) in same.items() if english != chinese] == []
    assert [text for text, zh in HELP.items() if not re.search("[\u4e00-\u9fff]", zh)] == []


def test_what_typer_writes_around_help_is_what_it_was() -> None:
    english = {name: str(getattr(rich_utils, name)) for name in FRAME}

    assert english == {name: en for name, (en, _) in FRAME.items()}
    usage = typed("--help", language=ENGLISH).output.split("\n")[1].strip()
    assert usage == f"Usage: thirdring {' '.join(PIECES)}"


def test_every_kind_of_value_has_a_chinese_word() -> None:
    ctx: Any = typer.Context(WHOLE)
    kinds = {
        one.display_type_rich(ctx=ctx): one
        for command in EVERY.values()
        for one in command.params
        if one.metavar is None or one.param_type_name == "argument"
    }

    # Choices and dates are told as they are typed.
    english = {kind for kind in kinds if not re.search(r"[|%]", kind)}
    assert english == {*TYPES}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_fits_a_chinese_terminal_and_loses_nothing(path: tuple[str, ...]) -> None:
    told = typed(*path, "--help", language=CHINESE)

    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "…" not in told.output.replace("……", ""), "cut off"
    assert not [line for line in lines if re.search("^[│ ]*[，。；：、）]", line)]
    for word in ("Usage", "Options", "Arguments", "Commands", "default", "env var", "required"):
        assert f"{word}:" not in told.output
        assert f" {word} " not in told.output


def test_help_is_english_again_after_a_chinese_one() -> None:
    before = typed("words", "--help", language=ENGLISH).output
    chinese = typed("words", "--help", language=CHINESE).output

    assert "用法：thirdring words [选项] [CALL]..." in chinese
    assert "[默认：0]" in chinese
    assert "[环境变量：THIRDRING_STATE]" in chinese
    assert typed("words", "--help", language=ENGLISH).output == before
    assert "Usage: thirdring words [OPTIONS] [CALL]..." in before


@pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_brackets_in_a_help_text_are_shown(language: Mapping[str, str]) -> None:
    told = typed("panel", "--help", language=language).output

    assert "`[house] timezone`" in told
    assert "[~/.config/thirdring/panel.toml]" in told


def test_a_line_of_chinese_ends_after_any_character_but_before_no_comma() -> None:
    text = "检查（TOML），用 `serve` 的 [asr]：[今天]……"
    words = [found[0] for found in WORD.finditer(text)]

    assert "".join(words) == text
    assert words == [
        *("检", "查", "（TOML），", "用 ", "`serve` ", "的 ", "[asr]："),
        *("[今", "天", "]……"),
    ]


WRONG = [
    (("qa", "--nope"), "没有选项 --nope", "No such option: --nope"),
    (("calls", "list", "--unmask"), "（相近的：--unmasked）", "(Possible options: --unmasked)"),
    (("nonsense",), "没有命令 nonsense", "No such command 'nonsense'."),
    (("calls", "lst"), "没有命令 lst。您要的是 list 吗？", "'lst'. Did you mean 'list'?"),
    (("diff", "a"), "缺少参数 NEW", "Missing argument 'NEW'."),
    (("export", "vcon", "a", "--why", "b"), "缺少选项 --to", "Missing option '--to'."),
    (("user", "add", "li"), "缺少选项 --role。可选：agent, qa", "'--role'. Choose from:"),
    (("call", "a", "b", "c"), "多出的参数：b c", "unexpected extra argument(s) (b c)"),
    (("serve", "--config"), "选项 --config 后面要写一个值", "'--config' requires an argument."),
    (("check", "--strict=3"), "选项 --strict 后面不写值", "'--strict' does not take a value."),
    (("qa", "draw", "--count", "x"), "--count 的值不对：请写整数", "a valid integer, unable"),
    (("qa", "draw", "--seed", "1.5"), "--seed 的值不对：请写整数", "a valid integer"),
    (("qa", "draw", "--least-s", "x"), "--least-s 的值不对：请写数字", "a valid number"),
    (("qa", "draw", "--count", "-1"), "不能小于 0", "greater than or equal to 0"),
    (("console", "--port", "70000"), "不能大于 65535", "less than or equal to 65535"),
    (("graph", "--format", "gif"), "没有 gif；可选：svg, mermaid", "'gif' is not one of 'svg'"),
    (("report", "day", "--on", "x"), "x 不是这样的时间；请写成 %Y-%m-%d", "not match the formats"),
    (("words", "a", "--missing"), "通话编号与 --missing", "give calls, or --missing"),
    (("words",), "请写明哪些通话：编号", "say which calls: ids"),
    (("calls", "tag", "a", "b"), "没有标记 b；请写 mystery", "b is no tag; write mystery"),
    (("prompts", "build", "--language", "fr"), "没有 fr；可选：zh-Hans", "'fr': choose from zh"),
]


@pytest.mark.parametrize(("words", "zh", "en"), WRONG, ids=[" ".join(one[0]) for one in WRONG])
def test_what_cannot_be_read_is_told_in_the_terminals_language(
    words: tuple[str, ...], zh: str, en: str
) -> None:
    chinese, english = typed(*words, language=CHINESE), typed(*words, language=ENGLISH)

    assert chinese.exit_code == english.exit_code == 2
    assert zh in chinese.output
    assert "╭─ 错误 ─" in chinese.output
    assert en in english.output
    assert "╭─ Error ─" in english.output
    if "Usage: " in english.output:
        told = re.search("Try '(.+)' for help", english.output)
        assert told
        assert f"查看帮助：{told[1]}" in chinese.output


def test_every_text_of_an_error_is_said_by_something() -> None:
    shapes = {
        english: re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(english)), re.DOTALL)
        for english in {**REFUSED, **REASONS}
    }
    told = [" ".join(_plain(typed(*one[0], language=ENGLISH).output)) for one in WRONG]

    # Nobody gets there without a second mistake, or they come with what typer reads next.
    rare = {
        "Missing command.",
        "Missing argument {name}. Choose from: {known}",
        "Unable to parse input string as an integer, exceeded maximum size",
        "Input should be a valid integer, got a number with a fractional part",
    }
    unsaid = {one for one, shape in shapes.items() if not any(map(shape.search, told))}
    assert unsaid <= rare


def _plain(output: str) -> Iterator[str]:
    """Words inside the panel of an error."""
    for line in output.splitlines():
        if line.startswith("│"):
            yield from line.strip("│ ").split()


def test_an_error_that_nobody_has_put_into_chinese_stays_as_it_is() -> None:
    assert in_chinese("the moon is in the way") == "the moon is in the way"
    assert in_chinese("Invalid value for '--at': the moon") == "--at 的值不对：the moon"
    assert in_chinese("Got unexpected extra argument(s) (it's {name})") == "多出的参数：it's {name}"


@pytest.mark.parametrize(("language", "said"), [(CHINESE, "已取消。"), (ENGLISH, "Aborted.")])
def test_what_is_called_off_says_so(language: Mapping[str, str], said: str) -> None:
    one = typer.Typer(cls=WholeProgram)
    one.callback()(lambda: None)

    @one.command()
    def stop() -> None:
        raise typer.Abort

    told = CliRunner().invoke(one, ["stop"], env=dict(language))

    assert told.exit_code == 1
    assert told.output.strip() == said


def test_a_language_that_is_typed_goes_before_the_terminals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["thirdring", "qa", "list", "--lang", "zh", "--help"])

    assert "用法：" in typed("qa", "list", "--help", language=ENGLISH).output


@pytest.mark.parametrize(
    ("words", "zh", "en", "code"),
    [
        (("check", "--help"), "用法：", "Usage: ", 0),
        (("qa",), "领取下一通来评", "Take what is to be scored next", 2),
        (("calls", "list", "--limit", "few"), "--limit 的值不对", "Invalid value for '--limit'", 2),
    ],
)
def test_a_real_terminal_is_helped_in_its_language(
    words: tuple[str, ...], zh: str, en: str, code: int
) -> None:
    for language, here, not_here in ((CHINESE, zh, en), (ENGLISH, en, zh)):
        done = subprocess.run(
            [sys.executable, "-m", "launch", *words],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, **language, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        )

        assert done.returncode == code
        assert here in done.stdout + done.stderr
        assert not_here not in done.stdout + done.stderr


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_an_answer_that_a_question_does_not_take_is_refused_in_the_terminals_language(
    language: Mapping[str, str],
) -> None:
    app = typer.Typer(cls=WholeProgram)

    @app.callback()
    def whole() -> None: ...

    @app.command()
    def ask() -> None:
        typer.confirm("sure")
        typer.prompt("word", hide_input=True, confirmation_prompt="again")

    shown = CliRunner().invoke(app, ["ask"], input="x\ny\na\nb\na\na\n", env=language).output

    for english in ("Error: invalid input", "Error: The two entered values do not match."):
        assert (ASKED[english] in shown) is (language is CHINESE)
        assert (english in shown) is (language is ENGLISH)


def test_whatever_typer_refuses_of_an_answer_has_a_chinese_text() -> None:
    said = re.findall(r'echo\("(Error: [^"{]+)"', inspect.getsource(termui))

    assert {*said} == {*ASKED}
