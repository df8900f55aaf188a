"""The quality book and the desk of QA's work, opened for a command or for the console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import AccountError, ConfigError, UnknownWorkError, WorkError

if TYPE_CHECKING:
    from console.work.desk import WorkDesk
    from launch.console.following import HouseFollower
    from launch.settings.site import Settings
    from ledger.quality.book import QualityBook
    from ledger.reader import LedgerReader
    from qa.work import Actor

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]
AsOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="NAME",
        envvar="THIRDRING_AS",
        help="Account that does it; may be left out while there is only one.",
        show_default=False,
    ),
]
LangOption = Annotated[
    str,
    typer.Option("--lang", metavar="zh|en", help="Language of the screen. [the terminal's]"),
]


def quality_place(state: Path) -> Path:
    """Where the quality book is: beside the node's own ledger, wherever that is shipped to.

    Holds, exports and proofs read the same one.
    """
    from ledger.quality.opening import QUALITY_FILE

    return state / QUALITY_FILE


@contextmanager
def open_book(state: Path, config: Path | None) -> Iterator[QualityBook]:
    """The quality book of a state folder; made when there is none. ConfigError for bad settings."""
    from launch.settings.site import load_settings
    from ledger.quality.book import QualityBook

    load_settings(config)
    with QualityBook.open(quality_place(state)) as book:
        yield book


def told_empty(state: Path, config: Path | None, lang: str, *, as_json: bool) -> bool:
    """Whether there is no ledger to do QA's work on: a list is empty then, and says what to do."""
    from launch.options import print_json
    from launch.serving.shipping import ledger_path
    from launch.settings.site import load_settings
    from launch.telling.list_texts import text

    if load_settings(config).ledger.url or ledger_path(state).is_file():
        return False
    if as_json:
        print_json([])
    else:
        typer.echo(text("no_calls", lang))
    return True


@contextmanager
def open_desk(state: Path, config: Path | None) -> Iterator[WorkDesk]:
    """The desk of QA's work over the ledger of a state folder, or the one that all nodes ship into.

    LedgerMissingError without one.
    """
    from launch.serving.shipping import ledger_place
    from launch.settings.site import load_settings
    from ledger.quality.book import QualityBook
    from ledger.reader import LedgerReader

    settings = load_settings(config)
    with (
        LedgerReader(ledger_place(settings, state)) as reader,
        QualityBook.open(quality_place(state)) as book,
    ):
        yield make_desk(book, reader, settings)


def make_desk(
    book: QualityBook,
    reader: LedgerReader,
    settings: Settings,
    following: HouseFollower | None = None,
) -> WorkDesk:
    """The desk over a book and a ledger that are open. FormFileError for a bad form.

    With `following` it goes by rules and forms as they are then, not as they are now.
    """
    from console.work.cases import LedgerCases
    from console.work.desk import WorkDesk
    from console.work.forms import FormShelf
    from launch.console.following import read_house

    usual = (settings.qa.form, settings.qa.form_ivr)
    zone = settings.house.zone
    if following is None:
        found = read_house(settings.scripts, settings.qa.forms, usual)
        cases = LedgerCases(reader, found.rules, zone)
    else:
        found = following.current
        cases = LedgerCases(reader, lambda: following.current.rules, zone)
    shelf = FormShelf(book, found.forms)
    if following is not None:
        following.changed.append(lambda read: shelf.replace(read.forms))
    return WorkDesk(book, shelf, cases, terms=settings.qa.terms(), usual_forms=usual)


def acting(desk: WorkDesk, name: str) -> Actor:
    """Who does it: the account of this name, or the only one there is."""
    if name:
        return desk.actor(name)
    accounts = [each.name for each in desk.book.accounts() if each.enabled]
    if len(accounts) == 1:
        return desk.actor(accounts[0])
    if not accounts:
        raise AccountError(
            "nobody has an account yet; `thirdring user add NAME --role supervisor` makes one"
        )
    raise AccountError(f"say who does it: --as NAME, one of {', '.join(accounts)}")


def language(given: str) -> str:
    """`zh` or `en`: as told, else the terminal's."""
    from softphone_panel.texts import language_of

    if given not in ("", "zh", "en"):
        raise ConfigError(f"--lang {given}: write zh or en")
    return given or language_of().value


def chosen(desk: WorkDesk, actor: Actor, given: str, *states: str) -> str:
    """The evaluation that is meant: the one given, else the only one that waits for the actor.

    `states` are those in which it waits; what is claimed must be claimed by the actor.
    """
    from ledger.quality.rows import EvaluationFilter

    if given:
        return given
    mine = actor.name if states == ("claimed",) else None
    found = desk.listed(actor, EvaluationFilter(states=states, evaluator=mine))
    if len(found) == 1:
        return found[0].id
    if not found:
        takes = "" if actor.role == "agent" else ", `thirdring qa next` takes a call to score"
        raise UnknownWorkError(
            f"{actor.name} has nothing that is {' or '.join(states)}; `thirdring qa list --all`"
            f" shows what there is{takes}"
        )
    raise WorkError(f"say which one: {', '.join(row.id for row in found)}")
