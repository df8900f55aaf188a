"""Fixtures for every room's tests: a real Asterisk, started once, checked after each test."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher

import ledger.opening
from console.accounts import passwords
from launch.serving.vetting import SHARED
from tests.support.examples import load
from tests.support.given import GivenTime
from tests.support.new_ledgers import copying
from tests.support.own_pbx import own_pbx
from tests.support.pbx import HousePbx, worse
from tests.support.sharing import Queue, longest_first
from tests.support.sip_caller import SipCaller, sip_caller

REAL_UPGRADE = ledger.opening._upgrade
REAL_HASHER = passwords._HASHER
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUEUE = pytest.StashKey[Queue]()
GIVEN = GivenTime()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How several of these share the files: whoever is free takes the next one."""
    parser.addoption("--queue", default="", metavar="FOLDER", help="share the files with others")


def pytest_configure(config: pytest.Config) -> None:
    """In English, whatever the terminal of who runs them speaks."""
    load()
    os.environ.pop("LC_ALL", None)
    os.environ.pop("LC_MESSAGES", None)
    os.environ["LANG"] = "C.UTF-8"
    if config.getoption("queue"):
        config.stash[QUEUE] = Queue(config.rootpath / str(config.getoption("queue")))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Longest first where files are taken one by one: none of them is left alone at the end."""
    if QUEUE in config.stash:
        places = {path: at for at, path in enumerate(longest_first({one.path for one in items}))}
        items.sort(key=lambda one: places[one.path])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A test of a file that another one has taken is left to it; True: nothing more to do."""
    queue = item.config.stash.get(QUEUE, None)
    if queue is None or queue.is_ours(item.path):
        return None
    # What was kept up for this test goes down with it: the first test behind it would trip over it.
    item.session._setupstate.teardown_exact(nextitem)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A real call, and one that is tried again, begins when the machine can make it."""
    if item.get_closest_marker("asterisk"):
        GIVEN.wait()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was waited, and why."""
    if GIVEN.told:
        terminalreporter.write_line(GIVEN.told)


def pytest_collection_finish() -> None:
    """Thousands of tests and all they import stay to the end: no use in looking at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _proofs_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The house's flows are proved once for all servers of a run, not by each for itself."""
    if SHARED in os.environ:
        yield
        return
    os.environ[SHARED] = str(tmp_path_factory.mktemp("proofs"))
    yield
    del os.environ[SHARED]


@pytest.fixture(scope="session", autouse=True)
def _migrated_once() -> Iterator[None]:
    """Of all new ledgers only the first goes through every migration; the others are its copies."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ledger.opening, "_upgrade", copying(REAL_UPGRADE))
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """A hash that takes its time is not what most tests are about; `real_hashes` keeps it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", QUICK_HASHER)
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of how passwords are kept: hashed as the product does it."""
    monkeypatch.setattr(passwords, "_HASHER", REAL_HASHER)


@pytest.fixture(scope="session", autouse=True)
def _loggers_ask_anew() -> Iterator[None]:
    """A logger kept as one test set logs up could not be looked at by another."""
    configure = structlog.configure

    def without_keeping(**given: Any) -> None:
        configure(**{**given, "cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(structlog, "configure", without_keeping)
        yield


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """What a test sets up of logging ends with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the migrations: every new ledger of the test goes through them."""
    monkeypatch.setattr(ledger.opening, "_upgrade", REAL_UPGRADE)


@pytest.fixture(scope="session")
def pbx() -> Iterator[HousePbx]:
    """A real Asterisk on free ports."""
    with own_pbx() as house:
        yield house


@pytest.fixture(autouse=True)
def _asterisk_as_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """Channels, SIP sessions, threads and open files of Asterisk return to the start value."""
    if request.node.get_closest_marker("asterisk") is None:
        yield
        return
    pbx: HousePbx = request.getfixturevalue("pbx")
    pbx.ask_own_server()
    pbx.leave_agents_to_the_queue()
    start = pbx.condition()
    yield
    grown = worse(pbx.settled(start), start)
    if grown:
        pytest.fail(f"left behind in Asterisk: {'; '.join(grown)}\n{pbx.cli('core show channels')}")


@pytest.fixture
def new_caller(pbx: HousePbx) -> Callable[[], AbstractAsyncContextManager[SipCaller]]:
    """`async with new_caller() as caller:` for a caller who can dial the real Asterisk."""
    return partial(sip_caller, pbx.sip_port)


@pytest.fixture
async def caller(pbx: HousePbx) -> AsyncIterator[SipCaller]:
    """One caller, hung up at the end."""
    async with sip_caller(pbx.sip_port) as one:
        yield one
