"""`thirdring user`: accounts made, changed and disabled in the terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calls.errors import AccountError
from console.accounts import qr, totp
from console.accounts.service import Accounts, SignInRefusedError
from launch.commands import user
from ledger.quality.book import QualityBook
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken

GOOD = "blue cart goes home"


def run(state: Path, *arguments: str, typed: str = "") -> str:
    app = typer.Typer()
    user.register(app)
    done = CliRunner().invoke(
        app, ["user", *arguments, "--state", str(state)], input=typed, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


DRAWN = set("█▀▄")


def asked_in_a_pipe(state: Path) -> str:
    app = typer.Typer()
    user.register(app)
    done = CliRunner().invoke(
        app, ["user", "totp", "chen", "--state", str(state)], input="000000000\n"
    )
    assert "Key for the app:" in done.output
    return done.output


def test_in_a_terminal_the_second_factor_is_drawn_to_be_scanned(tmp_path: Path) -> None:
    run(tmp_path, "add", "chen", "--role", "qa", "--password-stdin", typed=f"{GOOD}\n")
    program = [sys.executable, "-m", "launch", "user", "totp", "chen", "--state", str(tmp_path)]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    wanted = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50"}
    wanted.pop("NO_COLOR", None)
    with subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, env=wanted) as run_:
        os.close(theirs)
        os.write(ours, b"000000000\n")
        shown = b""
        with suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 65_536):
                shown += piece
        run_.wait(timeout=60)
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r", "")
    (address,) = re.findall(r"otpauth://\S+", text)

    drawn = [line for line in text.split("\n") if DRAWN & set(line)]
    assert drawn == [line for line in qr.lines(address) if DRAWN & set(line)]


def signs_in(state: Path, name: str, password: str) -> bool:
    with QualityBook.open(state / "quality.sqlite") as book:
        try:
            Accounts(book).sign_in(name, password, "127.0.0.1")
        except SignInRefusedError:
            return False
    return True


def test_an_empty_list_says_how_to_add_the_first_admin(tmp_path: Path) -> None:
    assert "thirdring user add NAME --role admin" in run(tmp_path, "list")
    assert json.loads(run(tmp_path, "list", "--json")) == []


def test_the_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    said = run(tmp_path, "add", "li", "--role", "qa", typed=f"{GOOD}\nother\n{GOOD}\n{GOOD}\n")

    assert "li may sign in as qa" in said
    assert GOOD not in said
    assert signs_in(tmp_path, "li", GOOD)


def test_a_program_gives_the_password_on_standard_input(tmp_path: Path) -> None:
    run(tmp_path, "add", "li", "--role", "qa", "--password-stdin", typed=f"{GOOD}\n")
    assert signs_in(tmp_path, "li", GOOD)
    run(tmp_path, "password", "li", "--password-stdin", typed="another one altogether\n")
    assert signs_in(tmp_path, "li", "another one altogether")
    assert not signs_in(tmp_path, "li", GOOD)
    with pytest.raises(AccountError, match="standard input holds no password"):
        run(tmp_path, "password", "li", "--password-stdin", typed="")


def test_an_account_that_cannot_be_is_refused_before_a_password_is_asked_for(
    tmp_path: Path,
) -> None:
    with pytest.raises(AccountError, match="needs the agent's number"):
        run(tmp_path, "add", "chen", "--role", "agent")
    with pytest.raises(AccountError, match="no account name"):
        run(tmp_path, "add", "Chen", "--role", "qa")
    with pytest.raises(AccountError, match="12 to 256 characters"):
        run(tmp_path, "add", "chen", "--role", "qa", "--password-stdin", typed="short\n")
    assert json.loads(run(tmp_path, "list", "--json")) == []


def test_accounts_are_listed_without_any_secret(tmp_path: Path) -> None:
    given = ("--name", "陈", "--password-stdin")
    run(tmp_path, "add", "chen", "--role", "agent", "--agent", "1001", *given, typed=f"{GOOD}\n")
    (row,) = json.loads(run(tmp_path, "list", "--json"))

    assert row["name"] == "chen"
    assert (row["role"], row["agent"], row["display_name"]) == ("agent", "1001", "陈")
    assert row["enabled"] is True
    assert set(row) == {
        "name",
        "role",
        "agent",
        "display_name",
        "enabled",
        "created_at",
        "password_at",
        "second_factor",
    }
    assert row["second_factor"] is False
    assert "陈" in run(tmp_path, "list")


def test_a_chinese_terminal_has_the_accounts_in_chinese_in_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role, person in (("chen", "supervisor", "陈芳"), ("li", "agent", "李")):
        words = ("--role", role, "--name", person, "--agent", "801", "--password-stdin")
        run(tmp_path, "add", name, *words, typed=f"{GOOD}\n")
    run(tmp_path, "disable", "li")
    told = []
    for language in (ENGLISH, CHINESE):
        spoken(monkeypatch, language, 80)
        told.append(run(tmp_path, "list", "--json"))
    table = run(tmp_path, "list")

    rows = rows_below(table, "账号", "角色", "坐席", "姓名", "可登录", "二次验证")
    assert [[*row.values()] for row in rows] == [
        ["chen", "主管", "801", "陈芳", "是", ""],
        ["li", "坐席", "801", "李", "否，已停用", ""],
    ]
    assert told[0] == told[1]


def test_rights_are_changed_and_an_account_is_disabled(tmp_path: Path) -> None:
    run(tmp_path, "add", "li", "--role", "qa", "--password-stdin", typed=f"{GOOD}\n")
    assert "li is supervisor now" in run(tmp_path, "set", "li", "--role", "supervisor")
    with pytest.raises(AccountError, match="nothing to change"):
        run(tmp_path, "set", "li")
    run(tmp_path, "disable", "li")
    assert "no, disabled" in run(tmp_path, "list")
    assert not signs_in(tmp_path, "li", GOOD)
    run(tmp_path, "enable", "li")
    assert signs_in(tmp_path, "li", GOOD)
    with pytest.raises(AccountError, match="no account 'wu'"):
        run(tmp_path, "disable", "wu")


def test_a_second_factor_is_set_up_and_removed_at_the_terminal(tmp_path: Path) -> None:
    run(tmp_path, "add", "chen", "--role", "qa", "--password-stdin", typed=f"{GOOD}\n")
    with pytest.raises(AccountError, match="not the code of now"):
        run(tmp_path, "totp", "chen", typed="000000000\n")
    assert not DRAWN & set(asked_in_a_pipe(tmp_path)), "no colours, no code to scan"

    with QualityBook.open(tmp_path / "quality.sqlite") as book:
        accounts = Accounts(book)
        secret = accounts.second.offer("chen")
        now = int(book.clock.utc_now().timestamp()) // totp.STEP_S
        codes = accounts.second.confirm("chen", totp.code(secret, now), actor="system")
        assert len(codes) == totp.RECOVERY_CODES

    (row,) = json.loads(run(tmp_path, "list", "--json"))
    assert row["second_factor"] is True
    assert "on" in run(tmp_path, "list")
    with pytest.raises(AccountError, match="--off"):
        run(tmp_path, "totp", "chen", typed="1\n")
    with pytest.raises(AccountError, match="say why"):
        run(tmp_path, "totp", "chen", "--off")
    run(tmp_path, "totp", "chen", "--off", "--reason", "lost phone")
    (row,) = json.loads(run(tmp_path, "list", "--json"))
    assert row["second_factor"] is False
