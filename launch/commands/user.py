"""`thirdring user`: accounts of the console and of QA's work."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import AccountError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.quality.desk import ConfigOption, open_book
from launch.telling.list_texts import text
from launch.telling.reply_texts import reply
from launch.telling.tables import cell, head, print_table

if TYPE_CHECKING:
    from console.accounts.service import Accounts
    from ledger.quality.rows import AccountRow

group = typer.Typer(no_args_is_help=True, help="Accounts of the console and of QA's work.")

_BY = "system"
"""Who may write to the state folder is trusted: the book says it was done at the machine."""


class RoleName(StrEnum):
    """What an account may do."""

    AGENT = "agent"
    QA = "qa"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


_Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, '.', '_', '-'.")]
_Stdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input, one line."),
]
_Agent = Annotated[
    str | None, typer.Option("--agent", metavar="NUMBER", help="The agent it belongs to.")
]
_Title = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The person's name.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="user")


@group.command()
def add(
    name: _Name,
    role: Annotated[RoleName, typer.Option(help="What it may do.")],
    agent: _Agent = None,
    title: _Title = None,
    password_stdin: _Stdin = False,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Make an account; asks for its password twice."""
    from calls.quality.states import Role
    from console.accounts.service import Accounts

    with open_book(state, config) as book:
        accounts = Accounts(book)
        accounts.refuse_new(name, Role(role.value), agent or "")
        made = accounts.add(
            name,
            Role(role.value),
            _password(password_stdin),
            actor=_BY,
            agent=agent or "",
            title=title or "",
        )
    typer.echo(reply("may_sign_in", name=made.name, role=cell(made.role)))


@group.command("list")
def list_(
    state: StateOption = DEFAULT_STATE, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """List accounts with their role; never a password."""
    from ledger.quality.factors import FactorStore

    with open_book(state, config) as book:
        found, second = book.accounts(), FactorStore(book).names()
    if as_json:
        print_json([_row(account, second) for account in found])
    elif not found:
        typer.echo(text("no_accounts"))
    else:
        _print(found, second)


@group.command("set")
def set_(
    name: _Name,
    role: Annotated[RoleName | None, typer.Option(help="What it may do.")] = None,
    agent: _Agent = None,
    title: _Title = None,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Change role, agent's number or the person's name; ends the account's sessions."""
    from calls.quality.states import Role
    from console.accounts.service import Accounts

    if role is None and agent is None and title is None:
        raise AccountError("nothing to change; give --role, --agent or --name")
    with open_book(state, config) as book:
        made = Accounts(book).change(
            name,
            actor=_BY,
            role=Role(role.value) if role is not None else None,
            agent=agent,
            title=title,
        )
    typer.echo(reply("has_role", name=made.name, role=cell(made.role)))


@group.command()
def disable(name: _Name, state: StateOption = DEFAULT_STATE, config: ConfigOption = None) -> None:
    """Let an account sign in no more; what it did stays."""
    _enable(name, state, config, enabled=False)
    typer.echo(reply("disabled", name=name))


@group.command()
def enable(name: _Name, state: StateOption = DEFAULT_STATE, config: ConfigOption = None) -> None:
    """Let a disabled account sign in again."""
    _enable(name, state, config, enabled=True)
    typer.echo(reply("enabled", name=name))


@group.command()
def password(
    name: _Name,
    password_stdin: _Stdin = False,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Give an account another password; ends its sessions."""
    from console.accounts.service import Accounts

    with open_book(state, config) as book:
        accounts = Accounts(book)
        accounts.known(name)
        accounts.set_password(name, _password(password_stdin), actor=_BY)
    typer.echo(reply("new_password", name=name))


@group.command()
def totp(
    name: _Name,
    off: Annotated[bool, typer.Option("--off", help="Remove it: a lost phone.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why it is removed.")] = "",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
) -> None:
    """Set up an account's second factor (codes by time, RFC 6238), or remove it with --off.

    Shows the secret for an authenticator app, to be scanned or typed, asks for the code it gives,
    and shows the recovery codes once; the account's sessions end.
    """
    from console.accounts.service import Accounts

    with open_book(state, config) as book:
        accounts = Accounts(book)
        account = accounts.known(name)
        if off:
            if not reason:
                raise AccountError("say why it is removed: --reason 'lost phone, asked in person'")
            accounts.second.remove(account.name, reason, actor=_BY)
            typer.echo(reply("password_alone", name=name))
            return
        _set_up_second(accounts, account.name)


def _set_up_second(accounts: Accounts, name: str) -> None:
    from console.accounts import totp as codes_by_time

    if accounts.second.is_on(name):
        raise AccountError(f"{name} has a second factor; `thirdring user totp {name} --off` first")
    secret = accounts.second.offer(name)
    address = codes_by_time.address(secret, name, "Thirdring")
    _draw(address)
    typer.echo(reply("app_key", key=codes_by_time.shown(secret)))
    typer.echo(reply("app_address", address=address))
    codes = accounts.second.confirm(name, typer.prompt(reply("app_code")), actor=_BY)
    typer.echo(reply("recovery"))
    for code in codes:
        typer.echo(f"  {code}")


def _draw(address: str) -> None:
    """The address to scan; nothing where a terminal has no colours to draw it dark on light."""
    from rich.console import Console
    from rich.text import Text

    from console.accounts import qr

    console = Console()
    drawn = qr.lines(address)
    if console.color_system is not None and console.width >= len(drawn[0]):
        for line in drawn:
            console.print(Text(line, "#000000 on #ffffff"), no_wrap=True)


def _enable(name: str, state: Any, config: Any, *, enabled: bool) -> None:
    from console.accounts.service import Accounts

    with open_book(state, config) as book:
        Accounts(book).change(name, actor=_BY, enabled=enabled)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
        if not given:
            raise AccountError("standard input holds no password; give it as one line")
        return given
    found: str = typer.prompt(
        reply("password"), hide_input=True, confirmation_prompt=reply("once_more")
    )
    return found


def _row(account: AccountRow, second: frozenset[str]) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "agent": account.agent,
        "display_name": account.display_name,
        "enabled": account.enabled,
        "created_at": account.created_at,
        "password_at": account.password_at,
        "second_factor": account.name in second,
    }


def _print(found: list[AccountRow], second: frozenset[str]) -> None:
    from rich.table import Table

    names = ("account", "role", "agent", "person", "may_sign_in", "second_factor")
    table = Table(*map(head, names))
    for account in found:
        table.add_row(
            account.name,
            cell(account.role),
            account.agent,
            account.display_name,
            cell("yes" if account.enabled else "no_disabled"),
            cell("on") if account.name in second else "",
        )
    print_table(table)
