"""An Asterisk whose agents' phones stand on lines, one desk on it, and 801 at work.

A module says who is called once (`NAILED_UP`) and, where it differs, who sits there (`AGENTS`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.hotline import Hotline, stop_hotline
from tests.support.line_desk import (
    AGENTS,
    DeskServer,
    LineDesk,
    NewCaller,
    line_desk,
)
from tests.support.own_pbx import own_pbx
from tests.support.pbx import HousePbx
from tests.support.straight_on import straight_on


@pytest.fixture(scope="module")
def pbx(request: pytest.FixtureRequest) -> Iterator[HousePbx]:
    """An Asterisk of its own."""
    with own_pbx(nailed_up=request.module.NAILED_UP) as house:
        yield house


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, pbx: HousePbx, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """One for all tests of the module, which lead straight to the queue."""
    scripts = straight_on(tmp_path_factory.mktemp("house"))
    running = DeskServer(pbx, scripts, getattr(request.module, "AGENTS", AGENTS))
    yield running
    stop_hotline(running.now)


@pytest.fixture
def hotline(server: DeskServer) -> Hotline:
    """Where it listens and what it knows."""
    return server.now


@pytest.fixture
async def desk(server: DeskServer, new_caller: NewCaller) -> AsyncIterator[LineDesk]:
    """801 at a panel, with a phone that is not picked up yet."""
    async with line_desk(server.pbx, server.now, new_caller) as desk:
        yield desk
