"""The console's room over a state folder: ledger, quality book, recordings, rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calls.clock import SystemClock
from console.accounts.service import Accounts
from console.room import ConsolePlace, ConsoleRoom
from launch.console.data_requests import StateRequests
from launch.console.following import HouseFollower
from launch.console.sound_shelf import NoSounds, StateShelf, own_ledger
from launch.console.wall_feed import desk_feed
from launch.quality.desk import make_desk, quality_place
from launch.report_house import report_shelf
from launch.serving.shipping import ledger_place
from launch.settings.floor import DISPOSITIONS
from launch.settings.site import Settings
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader

_OURS = frozenset({"127.0.0.1", "localhost", "::1"})


@contextmanager
def open_console_room(settings: Settings, state: Path) -> Iterator[ConsoleRoom]:
    """Everything the pages need; closed at the end. LedgerMissingError where there is no ledger.

    Calls are read where all nodes ship them, with `ledger.url`; sound is heard on its own node.
    While that database is away, pages that need calls say so.
    """
    with (
        LedgerReader(ledger_place(settings, state), may_be_away=True) as reader,
        own_ledger(settings, state, reader) as own,
        QualityBook.open(quality_place(state)) as book,
        desk_feed(settings, state) as wall,
        _followed(settings) as house,
    ):
        yield ConsoleRoom(
            calls=reader,
            book=book,
            accounts=Accounts(book, settings.console.second_factor),
            desk=make_desk(book, reader, settings, house),
            sounds=NoSounds() if own is None else StateShelf(state, own),
            clock=SystemClock(),
            rules=lambda: house.current.rules,
            house=lambda: house.state,
            place=place_of(settings),
            parts={
                "reports": report_shelf(reader, book, settings),
                "wall": wall,
                "requests": StateRequests(state, own or reader, settings),
            },
        )


def _followed(settings: Settings) -> HouseFollower:
    qa = settings.qa
    return HouseFollower(settings.scripts, qa.forms, (qa.form, qa.form_ivr))


def place_of(settings: Settings) -> ConsolePlace:
    """Where the console is reached, as its pages know it."""
    console, company = settings.console, settings.house.company
    chinese = settings.house.language != "en"
    return ConsolePlace(
        names=_OURS | {console.host.lower()} | {name.lower() for name in console.names},
        secure=console.tls_cert is not None,
        company={"zh": company["zh-Hans"], "en": company["en"]},
        dispositions={**DISPOSITIONS, **settings.dispositions},
        zone=settings.house.zone,
        language="zh" if chinese else "en",
    )
