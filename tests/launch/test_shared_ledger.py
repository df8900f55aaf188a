"""QA over the ledger that all nodes ship into: calls of every node, sound of one's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web.app import make_app
from launch.console_room import open_console_room
from launch.quality_desk import open_desk
from launch.settings import Settings, load_settings
from launch.sound_shelf import NoSounds
from ledger.filters import CallFilter
from ledger.opening import LEDGER_FILE, LedgerMissingError
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


def test_before_any_node_has_shipped_it_is_said_how(settings: Settings, state: Path) -> None:
    with (
        pytest.raises(LedgerMissingError, match="ledger ship --once"),
        open_console_room(settings, state),
    ):
        pass
