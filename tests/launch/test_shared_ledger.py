"""QA over the ledger that all nodes ship into: calls of every node, sound of one's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from calls.errors import LedgerError
from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web.app import make_app
from launch.console.room import open_console_room
from launch.console.sound_shelf import NoSounds
from launch.quality.desk import open_desk
from launch.settings.site import Settings, load_settings
from ledger.filters import CallFilter
from ledger.opening import LEDGER_FILE, LedgerAwayError, LedgerMissingError
from ledger.postgres.shipper import Shipper
from tests.console.conftest import PASSWORD, Browser
from tests.console.house import write_calls
from tests.support.command_line import thirdring
from tests.support.postgresql import Cluster, cluster

DAY = "2026-01-05"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def url(server: Cluster) -> str:
    return server.database()


@pytest.fixture
def east(tmp_path: Path, url: str) -> dict[str, str]:
    """Calls of another node, shipped; what a call is -> its id."""
    folder = tmp_path / "east"
    folder.mkdir()
    calls, _ = write_calls(folder)
    with Shipper(folder / LEDGER_FILE, url, "east") as shipper:
        shipper.ship()
    return calls


@pytest.fixture
def config(tmp_path: Path, url: str) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(f'[ledger]\nurl = "{url}"\nnode = "west"\n', encoding="utf-8")
    return file


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Of a machine that answers no calls."""
    folder = tmp_path / "west"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(config: Path) -> Settings:
    return load_settings(config)


@pytest.fixture
async def browser(settings: Settings, state: Path, east: dict[str, str]) -> AsyncIterator[Browser]:
    with open_console_room(settings, state) as room:
        _accounts(room)
        transport = httpx.ASGITransport(app=make_app(room))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            found = Browser(http)
            answer = await found.sign_in("sun")
            assert answer.status_code == 303, answer.text
            yield found


def _accounts(room: ConsoleRoom) -> None:
    room.accounts.add("sun", Role.SUPERVISOR, PASSWORD, actor="system")


async def test_the_console_lists_calls_of_every_node(
    browser: Browser, east: dict[str, str]
) -> None:
    listed = await browser.get("/calls")

    assert all(call_id in listed.text for call_id in east.values())


async def test_a_call_of_another_node_is_told_without_its_sound(
    browser: Browser, east: dict[str, str]
) -> None:
    page = await browser.get(f"/calls/{east['queued']}")

    assert page.status_code == 200
    assert "<audio" not in page.text


async def test_a_report_counts_calls_of_every_node(browser: Browser, east: dict[str, str]) -> None:
    page = await browser.get(f"/reports?on={DAY}")

    assert page.status_code == 200
    assert "SL.2" in page.text


def test_a_terminal_reads_there_too(
    state: Path, config: Path, settings: Settings, east: dict[str, str]
) -> None:
    where = ("--state", str(state), "--config", str(config))
    with open_console_room(settings, state) as room:
        _accounts(room)

    report = thirdring("report", "day", "--on", DAY, "--format", "json", "--to", "-", *where)
    opened = thirdring("qa", "open", east["queued"], "--as", "sun", "--why", "x", *where)

    assert report.exit_code == 0, report.output
    told = json.loads(report.stdout)
    assert sum(told["dispositions"].values()) == len(east)
    assert opened.exit_code == 0, opened.output
    with open_desk(state, config) as desk:
        assert [row.call_id for row in desk.book.evaluations()] == [east["queued"]]


def test_a_node_hears_its_own_calls_alone(
    settings: Settings, state: Path, url: str, east: dict[str, str]
) -> None:
    own, _ = write_calls(state)
    with Shipper(state / LEDGER_FILE, url, "west") as shipper:
        shipper.ship()

    with open_console_room(settings, state) as room:
        found = {row.id for row in room.calls.search(CallFilter()).rows}
        assert not isinstance(room.sounds, NoSounds)
        assert not any(room.sounds.has(call_id) for call_id in east.values())

    assert found == {*east.values(), *own.values()}


def test_a_machine_without_calls_has_no_sound(
    settings: Settings, state: Path, east: dict[str, str]
) -> None:
    with open_console_room(settings, state) as room:
        assert isinstance(room.sounds, NoSounds)
        for call_id in east.values():
            assert not room.sounds.has(call_id)
            assert room.sounds.open(call_id) is None
            assert room.sounds.waves(call_id) is None
            assert room.sounds.open_aside(call_id, "r1") is None
            assert (list(room.sounds.asides(call_id)), room.sounds.proven(call_id)) == ([], "")


async def test_a_console_that_runs_says_that_the_database_is_away_and_comes_back_by_itself(
    server: Cluster, url: str, browser: Browser, east: dict[str, str]
) -> None:
    assert (await browser.get("/calls")).status_code == 200
    server.stop()
    try:
        away = await browser.get("/calls")
        report = await browser.get(f"/reports?on={DAY}")
    finally:
        server.start()
    back = await browser.get("/calls")

    assert (away.status_code, report.status_code) == (503, 503)
    assert away.headers["refresh"] == "10"
    assert url.partition("?")[0] in away.text
    assert "PostgreSQL 在运行" in away.text
    assert back.status_code == 200
    assert all(call_id in back.text for call_id in east.values())


async def test_a_console_starts_while_the_database_is_away(
    server: Cluster, settings: Settings, state: Path, east: dict[str, str]
) -> None:
    server.stop()
    try:
        with open_console_room(settings, state) as room:
            _accounts(room)
            app = httpx.ASGITransport(app=make_app(room))
            async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1") as http:
                browser = Browser(http)
                assert (await browser.sign_in("sun")).status_code == 303
                away = await browser.get("/calls")
                server.start()
                back = await browser.get("/calls")
    finally:
        server.start()

    assert away.status_code == 503
    assert back.status_code == 200
    assert all(call_id in back.text for call_id in east.values())


def test_a_terminal_says_where_what_and_what_to_do_while_the_database_is_away(
    server: Cluster, url: str, state: Path, config: Path, settings: Settings, east: dict[str, str]
) -> None:
    where = ("--state", str(state), "--config", str(config))
    with open_console_room(settings, state) as room:
        _accounts(room)
    asked = (
        ("qa", "open", east["queued"], "--as", "sun", "--why", "x", *where),
        ("qa", "list", "--as", "sun", *where),
        ("report", "day", "--on", DAY, "--to", "-", *where),
    )
    server.stop()
    try:
        told = [thirdring(*words) for words in asked]
    finally:
        server.start()

    for one in told:
        assert isinstance(one.exception, LedgerAwayError)
        assert str(one.exception).startswith(url)
        assert "see that PostgreSQL runs there" in str(one.exception)
    assert thirdring(*asked[0]).exit_code == 0


def test_a_database_of_an_earlier_version_is_told_and_how_to_bring_it_up(
    server: Cluster, url: str, settings: Settings, state: Path, east: dict[str, str]
) -> None:
    server.ask(url, "UPDATE ledger_version SET version_num = 'r0003'")

    with (
        pytest.raises(LedgerError, match=r"schema r0003, this one has r\d+.*ledger ship --once"),
        open_console_room(settings, state),
    ):
        pass


def test_before_any_node_has_shipped_it_is_said_how(settings: Settings, state: Path) -> None:
    with (
        pytest.raises(LedgerMissingError, match="ledger ship --once"),
        open_console_room(settings, state),
    ):
        pass
