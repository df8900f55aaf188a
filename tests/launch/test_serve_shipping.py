"""A real `thirdring serve` whose facts do not get on into PostgreSQL: an alarm on the wallboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launch.test_serve_clock import SITE, alarms
from tests.launch.test_serve_sealed import served, state, thirdring, told, until
from tests.support.postgresql import Cluster, cluster

__all__ = ["state"]
AWAY = ("trouble", "shipping")
REFUSED = ("trouble", "shipping_refused")


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def ships_into(state: Path, url: str) -> Path:
    """The small house with a desk, shipping into this database."""
    site = state.parent / SITE
    text = site.read_text("utf-8").replace("[desk]\non = false", "[desk]\nport = 0")
    site.write_text(f"{text}[ledger]\nurl = {json.dumps(url)}\n", "utf-8")
    return state


def test_a_shared_database_that_is_away_is_an_alarm_as_long_as_it_is(
    state: Path, server: Cluster
) -> None:
    house = ships_into(state, server.database())

    with served(house):
        assert AWAY not in alarms(house)
        server.stop()
        try:
            until(lambda: AWAY in alarms(house))
            assert REFUSED not in alarms(house)
        finally:
            server.start()
        until(lambda: AWAY not in alarms(house))

    assert "facts wait in the node's own ledger" in told(house)


def test_a_server_that_starts_while_nobody_is_there_tells_of_it(state: Path) -> None:
    house = ships_into(state, "postgresql://postgres@127.0.0.1:9/house")

    with served(house):
        until(lambda: AWAY in alarms(house))


def test_a_restored_ledger_that_the_database_refuses_is_another_alarm(
    state: Path, server: Cluster
) -> None:
    house = ships_into(state, server.database())
    earlier = (house / "ledger.sqlite").read_bytes()
    with served(house):
        until(lambda: shipped(house))
    restored = house / "ledger.sqlite"
    for beside in house.glob("ledger.sqlite-*"):
        beside.unlink()
    restored.write_bytes(earlier)

    with served(house):
        until(lambda: REFUSED in alarms(house))
        assert AWAY not in alarms(house)


def shipped(house: Path) -> bool:
    standing = thirdring(house, "ledger", "status", "--json", "--config", str(house.parent / SITE))
    return standing.returncode == 0 and json.loads(standing.stdout)["shipped_at"] != ""
