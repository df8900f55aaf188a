"""A console over a real quality book and ledger, with one account of each role."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from callflow.house import House as Flows
from calls.clock import Clock, ManualClock
from calls.quality.states import Role
from console.accounts.service import Accounts
from console.ports import SoundShelf
from console.room import ConsolePlace, ConsoleRoom
from console.web.app import make_app
from console.work.cases import LedgerCases
from console.work.desk import WorkDesk
from console.work.forms import FormShelf
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from qa.rubric import load_forms
from tests.console.house import Shelf, write_calls

HOUSE = Flows.load(Path(__file__).parents[2] / "scripts")
FORMS = load_forms(rules=HOUSE.rules)
HOST = "http://127.0.0.1"
PASSWORD = "four plain words here"  # noqa: S105
"""Of every account in these tests."""

PEOPLE = (
    ("wang", Role.AGENT, "801"),
    ("zhao", Role.AGENT, "802"),
    ("lily", Role.QA, ""),
    ("quan", Role.QA, ""),
    ("sun", Role.SUPERVISOR, ""),
    ("root", Role.ADMIN, ""),
)


@dataclass(slots=True)
class Browser:
    """A browser of one person: keeps cookies, sends Origin and the page's own token."""

    http: httpx.AsyncClient
    csrf: str = field(default="")

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """A page; its token is kept for the next form."""
        answer = await self.http.get(path, **more)
        found = re.search(r'name="csrf" value="([\w-]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    async def post(
        self, path: str, data: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """A form of a page of ours."""
        return await self.http.post(
            path, data={"csrf": self.csrf, **(data or {})}, headers={"origin": HOST, **headers}
        )

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the sign-in page."""
        await self.get("/login")
        answer = await self.post("/login", {"name": name, "password": password})
        if answer.status_code == 303:
            await self.get(answer.headers["location"])
        return answer


@dataclass(slots=True)
class House:
    """The console of a test and what is behind it."""

    room: ConsoleRoom
    clock: ManualClock
    calls: dict[str, str]
    """What a call is -> its id."""

    shelf: Shelf
    browsers: list[httpx.AsyncClient] = field(default_factory=list)
    _made: Starlette | None = None

    def app(self) -> Starlette:
        """The one application of this house."""
        self._made = self._made or make_app(self.room)
        return self._made

    def browser(self, address: str = "127.0.0.1") -> Browser:
        """Somebody at a machine of that address."""
        transport = httpx.ASGITransport(app=self.app(), client=(address, 40000))
        scheme = "https" if self.room.place.secure else "http"
        http = httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1")
        self.browsers.append(http)
        return Browser(http)

    async def signed_in(self, name: str) -> Browser:
        """A browser in which this person has signed in."""
        browser = self.browser()
        answer = await browser.sign_in(name)
        assert answer.status_code == 303, answer.text
        return browser

    def role(self, name: str) -> Role:
        """A role by its word."""
        return Role(name)

    def looks(self) -> list[tuple[str, str, str]]:
        """Who did what to what, in order."""
        found = [(one.actor, one.action, one.subject) for one in self.room.book.looks()]
        return found[::-1]


def make_room(
    book: QualityBook, reader: LedgerReader, shelf: SoundShelf, clock: Clock
) -> ConsoleRoom:
    """A console with the house's rules and the forms that come with it."""
    rules = HOUSE.rules
    forms = FormShelf(book, FORMS)
    return ConsoleRoom(
        calls=reader,
        book=book,
        accounts=Accounts(book),
        desk=WorkDesk(book, forms, LedgerCases(reader, rules)),
        sounds=shelf,
        clock=clock,
        rules=lambda: rules,
        place=ConsolePlace(company={"zh": "三声服务热线", "en": "Thirdring"}),
    )


@pytest.fixture(scope="session")
def _people(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A quality book with everybody in it, written once for all tests."""
    path = tmp_path_factory.mktemp("people") / "quality.sqlite"
    with QualityBook.open(path, clock=ManualClock()) as book:
        accounts = Accounts(book)
        for name, role, agent in PEOPLE:
            accounts.add(name, role, PASSWORD, actor="system", agent=agent, title=name.title())
    return path.read_bytes()


@pytest.fixture
def house(tmp_path: Path, _people: bytes) -> Iterator[House]:
    """The console over three calls."""
    (tmp_path / "quality.sqlite").write_bytes(_people)
    clock = ManualClock()
    calls, shelf = write_calls(tmp_path)
    with (
        QualityBook.open(tmp_path / "quality.sqlite", clock=clock) as book,
        LedgerReader(tmp_path / "ledger.sqlite") as reader,
    ):
        yield House(make_room(book, reader, shelf, clock), clock, calls, shelf)


@pytest.fixture
def secure_house(house: House) -> House:
    """The same under TLS."""
    house.room = replace(house.room, place=replace(house.room.place, secure=True))
    return house


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """A console without any account."""
    clock = ManualClock()
    calls, shelf = write_calls(tmp_path)
    with (
        QualityBook.open(tmp_path / "quality.sqlite", clock=clock) as book,
        LedgerReader(tmp_path / "ledger.sqlite") as reader,
    ):
        yield House(make_room(book, reader, shelf, clock), clock, calls, shelf)


@pytest.fixture
async def anybody(house: House) -> AsyncIterator[Browser]:
    """A browser in which nobody has signed in."""
    yield house.browser()
    for http in house.browsers:
        await http.aclose()
