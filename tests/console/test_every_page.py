"""Every page and every form there is, over real ids: nothing typed is markup, nobody reaches what
is not theirs. Whoever adds a page gets this for nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.routing import Route

from calls.floor.states import AgentState
from calls.floor.wall import Alarm, FloorAgent, QueueFigures, WaitingCaller, WallView
from calls.quality.states import Role
from console.reports.house import House as ReportHouse
from console.reports.shelf import ReportShelf
from console.reports.sources import HouseSources
from console.wall.ports import Sight
from launch.console.data_requests import StateRequests
from launch.settings.site import Settings
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.console.conftest import Browser, House
from tests.console.house import queued
from tests.console.reports.test_pages import DAY, Feed
from tests.console.test_pages import _scored

EVIL = "\"'><x-evil x-evil=1 onclick=x>"
"""As a caller's name, a remark, a reason, a title: whatever page shows it must show it as text."""

NUMBER = "13911112222"
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/reports": (f"?on={DAY}", f"?kind=month&on={DAY}"),
    "/reports/page": (f"?on={DAY}", f"?kind=month&on={DAY}"),
    "/reports/calls": (f"?figure=SL.2&first={DAY}&last={DAY}",),
    "/reports/export": (f"?kind=day&on={DAY}&format=html",),
    "/calls": ("", "?queue=support", f"?agent={EVIL}", f"?queue={EVIL}&disposition={EVIL}"),
    "/looks": ("", f"?actor={EVIL}"),
    "/login": ("", f"?next=/{EVIL}"),
}
"""What a page is asked for; with nothing otherwise."""


@dataclass
class Ids:
    """Real ones, of agent 801's call and the work on it."""

    by_name: dict[str, list[str]] = field(default_factory=dict)

    def paths(self, route: str) -> Iterator[str]:
        """A route with real ids in it, each of its first place in turn."""
        first = re.search(r"\{(\w+)\}", route)
        if first is None:
            yield route
            return
        for one in self.by_name[first[1]]:
            yield re.sub(r"\{(\w+)\}", self._one, route.replace(first[0], one))

    def _one(self, found: re.Match[str]) -> str:
        return self.by_name[found[1]][0]


@pytest.fixture
async def full(house: House, tmp_path: Path) -> AsyncIterator[tuple[House, Ids]]:
    """A console with every page, over a call, an evaluation and people that all are called EVIL."""
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        house.calls["queued"] = queued(house.clock, writer, EVIL)
        await writer.durable()
    reader = house.room.calls
    assert isinstance(reader, LedgerReader)
    shelf = ReportShelf(
        HouseSources(reader, house.room.book, house.clock), ReportHouse(), house.clock
    )
    parts = {
        "reports": shelf,
        "wall": _wall(),
        "requests": StateRequests(tmp_path, reader, Settings()),
    }
    house.room = replace(house.room, parts=parts)
    house.shelf.put(house.calls["queued"], 5)
    yield house, await _worked(house)
    for http in house.browsers:
        await http.aclose()


def _wall() -> Feed:
    feed = Feed()
    queue = QueueFigures(
        name=EVIL, waiting=1, longest_ms=1, offered=1, answered=0, abandoned=0, within_target=0,
        service_level=None, formula={"zh": EVIL, "en": EVIL},
    )  # fmt: skip
    agent = FloorAgent(
        number="801", name=EVIL, state=AgentState.ON_CALL, for_ms=1, caller=EVIL, help_text=EVIL,
        flow={"zh": EVIL, "en": EVIL}, step=EVIL,
    )  # fmt: skip
    view = WallView(
        seq=1,
        queues=(queue,),
        waiting=(WaitingCaller(call_id="c", queue=EVIL, number=EVIL, name=EVIL, waited_ms=1),),
        agents=(agent,),
        alarms=(Alarm(kind="help", subject=EVIL, for_ms=1),),
        statement=EVIL,
    )
    feed.now = Sight(view, 0, live=True)
    return feed


async def _worked(house: House) -> Ids:
    """Every free text that people may type is EVIL."""
    lily, wang, sun, root = [await house.signed_in(one) for one in ("lily", "wang", "sun", "root")]
    call = house.calls["queued"]
    evaluation = await _scored(house, lily)
    title = {"role": "qa", "agent": "", "title": EVIL, "enabled": "yes"}
    steps = (
        (lily, f"/calls/{call}/comments", {"text": EVIL, "from_ms": "1000"}),
        (wang, f"{evaluation}/dispute", {"reason": EVIL, "question": "polite_words"}),
        (sun, f"{evaluation}/resolve", {"reason": EVIL}),
        (sun, f"{evaluation}/coach", {"note": EVIL}),
        (sun, "/calibrations", {"call": call, "expert": "sun", "evaluator": "quan"}),
        (lily, "/draws", {"since": "2026-01-05T00:00", "until": "2026-01-06T00:00",
                          "method": "random", "count": "5", "agents_only": "no", "seed": "7"}),
        (root, "/holds", {"call": call, "reason": EVIL}),
        (root, "/accounts/quan", title),
    )  # fmt: skip
    for browser, path, data in steps:
        await browser.get("/password")
        answer = await browser.post(path, data)
        assert answer.status_code in (200, 303), (
            f"{path}: {answer.status_code} {answer.text[-900:]}"
        )
    book = house.room.book
    held = {kind: [one.partition("/")[2] for one in book.streams(f"{kind}/")] for kind in KINDS}
    held["evaluation"].sort(key=lambda one: one not in evaluation)
    note = house.room.desk.comments(call)[0].id
    return Ids({**held, "call": [call], "note": [note], "question": ["polite_words"],
                "name": ["lily"], "form": ["q04"], "playback": ["x"], "wall": ["0"]})  # fmt: skip


KINDS = ("evaluation", "draw", "calibration")


def routes(house: House, method: str) -> list[str]:
    found = (route for route in house.app().routes if isinstance(route, Route))
    return [route.path for route in found if method in (route.methods or ())]


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.shown = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag == "x-evil" or any(name == "x-evil" or name.startswith("on") for name in names):
            self.bad.append(f"<{tag} {' '.join(names)}>")
        self.shown += sum("x-evil" in (value or "") for _, value in attrs)

    def handle_data(self, data: str) -> None:
        self.shown += data.count("x-evil")


async def test_nothing_that_anybody_typed_is_markup_on_any_page(full: tuple[House, Ids]) -> None:
    house, ids = full
    shown: set[str] = set()
    for name in ("wang", "lily", "sun", "root"):
        browser = await house.signed_in(name)
        for route in routes(house, "GET"):
            for path in _asked(route, ids):
                page = await _page(browser, path)

                assert page.bad == [], f"{name} {path}"
                shown |= {route} if page.shown else set()
    found = await _found_by_admin(house)
    assert (found.bad, found.shown > 0) == ([], True)
    assert shown >= SHOWS, "the pages that show what was typed do show it"


SHOWS = {
    "/calls",
    "/calls/{call}",
    "/evaluations/{evaluation}",
    "/accounts",
    "/looks",
    "/holds",
    "/wallboard",
}


def _asked(route: str, ids: Ids) -> list[str]:
    return [path + query for path in ids.paths(route) for query in QUERIES.get(route, ("",))]


async def _page(browser: Browser, path: str) -> Seen:
    answer = await browser.get(path)
    assert answer.status_code < 500, f"{path}: {answer.text}"
    html = "html" in answer.headers.get("content-type", "")
    return Seen(answer.text if html else "")


async def _found_by_admin(house: House) -> Seen:
    root = await house.signed_in("root")
    await root.get("/requests")
    answer = await root.post("/requests", {"wanted": NUMBER, "reason": EVIL})
    return Seen(answer.text)


ADMINS_OWN = ("/accounts", "/holds", "/requests")
OTHERS_OWN = (*ADMINS_OWN, "/draws", "/calibrations", "/walls", "/work")


@pytest.mark.parametrize("name", ["zhao", "root"])
async def test_who_has_no_business_with_a_call_sees_nothing_of_it_by_any_id(
    full: tuple[House, Ids], name: str
) -> None:
    """Agent 802, and an admin, with the ids of agent 801's call and of everything about it."""
    house, ids = full
    browser, before = await house.signed_in(name), _facts(house)
    paths = [path for route in routes(house, "GET") if "{" in route for path in ids.paths(route)]
    assert len(paths) > 10
    for path in paths:
        answer = await browser.get(path)

        assert answer.status_code in (403, 404), f"{path}: {answer.status_code}"
        assert NUMBER not in answer.text
        assert "x-evil" not in answer.text
    assert _facts(house) == before


@pytest.mark.parametrize(("name", "own"), [("zhao", ()), ("root", ADMINS_OWN)])
async def test_who_has_no_business_with_a_call_does_nothing_to_it_by_any_id(
    full: tuple[House, Ids], name: str, own: tuple[str, ...]
) -> None:
    house, ids = full
    browser, before = await house.signed_in(name), _facts(house)
    await browser.get("/password")
    forms = [route for route in routes(house, "POST") if not route.startswith(own or ("-",))]
    wanted = [route for route in forms if "{" in route or route.startswith(OTHERS_OWN)]
    assert len(wanted) > 15
    for route in wanted:
        for path in ids.paths(route):
            status = await _tries(browser, path)

            assert status in (403, 404), f"{path}: {status}"
    assert _facts(house) == before, "nothing was written but who was refused"


async def test_what_is_a_supervisors_no_evaluator_does(full: tuple[House, Ids]) -> None:
    house, ids = full
    browser, before = await house.signed_in("quan"), _facts(house)
    (calibration, *_), evaluation = ids.by_name["calibration"], ids.by_name["evaluation"][0]
    await browser.get("/password")
    for path in (
        f"/evaluations/{evaluation}/resolve",
        f"/evaluations/{evaluation}/coach",
        f"/calibrations/{calibration}/close",
        f"/calibrations/{calibration}/call-off",
        "/calibrations",
        "/walls",
        "/walls/0/down",
        "/requests",
        "/holds",
        "/accounts",
        "/accounts/quan",
        "/accounts/lily/password",
        "/accounts/lily/second-factor/off",
    ):
        assert await _tries(browser, path) == 403, path
    assert _facts(house) == before


async def _tries(browser: Browser, path: str) -> int:
    data = {
        "reason": "mine now", "note": "x", "text": "x", "answer": "good", "role": "admin",
        "title": "x", "enabled": "yes", "password": "four other words here", "name": "evil",
        "call": "x", "expert": "quan", "evaluators": "lily", "from_ms": "0", "form": "q04",
    }  # fmt: skip
    answer = await browser.post(path, data)
    return answer.status_code


def _facts(house: House) -> list[tuple[str, int]]:
    """Every stream with its last number, looks aside; and who may do what."""
    book = house.room.book
    kinds = ("evaluation", "call", "draw", "calibration", "account", "form")
    streams = [one for kind in kinds for one in book.streams(f"{kind}/")]
    roles = [(f"{one.name}:{one.role}", int(one.enabled)) for one in book.accounts()]
    return [(one, len(book.events(one))) for one in streams] + roles


def test_the_roles_that_are_tried_are_all_there_are() -> None:
    assert {*Role} == {Role.AGENT, Role.QA, Role.SUPERVISOR, Role.ADMIN}
