"""`serve`, `ledger ship` and `ledger status` with a real PostgreSQL."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calls.errors import ConfigError, LedgerError
from launch.serving.shipping import ledger_place
from launch.settings.site import LedgerSettings, load_settings
from ledger.opening import LEDGER_FILE
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand, place
from tests.support.command_line import thirdring
from tests.support.postgresql import Cluster, cluster

THIRDRING = Path(sys.executable).parent / "thirdring"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def url(server: Cluster) -> str:
    return server.database()


@pytest.fixture
def config(tmp_path: Path, url: str) -> Path:
    off = "".join(f"[{name}]\non = false\n" for name in ("console", "desk"))
    ports = "".join(f"[{name}]\nport = 0\n" for name in ("agi", "ears"))
    file = tmp_path / "site.toml"
    file.write_text(f'{off}{ports}[ledger]\nurl = "{url}"\nnode = "east"\n', encoding="utf-8")
    return file


def _ask(*words: str | Path) -> tuple[int, str]:
    told = thirdring(*words)
    return told.exit_code, told.stdout


def _placed(state: Path, calls: int) -> None:
    state.mkdir(exist_ok=True)
    with LedgerWriter(state / LEDGER_FILE) as writer:
        for _ in range(calls):
            place(writer)


def _calls_there(url: str) -> int:
    try:
        with LedgerReader(url) as central:
            return len(central.calls())
    except LedgerError:
        return 0


def _minds_sigterm(pid: int) -> bool:
    """Whether a process does something of its own when it is told to end."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def _until(reached: Callable[[], bool]) -> None:
    for _ in range(600):
        if reached():
            return
        threading.Event().wait(0.1)
    pytest.fail("not reached within a minute")


def test_serve_ships_what_it_writes_and_the_console_reads_it_there(
    tmp_path: Path, config: Path, url: str
) -> None:
    state = tmp_path / "state"
    _placed(state, 3)
    command = [str(THIRDRING), "serve", "--state", str(state), "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as started:
        try:
            _until(lambda: _calls_there(url) == 3 and _minds_sigterm(started.pid))
            started.send_signal(signal.SIGTERM)
            assert started.wait(60) == 0
        finally:
            started.kill()

    place_read = ledger_place(load_settings(config), state)
    assert place_read == url
    with LedgerReader(place_read) as central, LedgerReader(state / LEDGER_FILE) as own:
        assert central.calls() == own.calls()
        assert len(central.calls()) == 3
        # Judged after the calls, and shipped to the last fact.
        assert central.cursor() == own.cursor()


def test_without_a_server_facts_are_shipped_by_order_and_their_standing_is_told(
    tmp_path: Path, config: Path, server: Cluster, url: str
) -> None:
    where = ("--state", tmp_path / "state", "--config", config)
    _placed(tmp_path / "state", 2)

    assert "east: 18 facts wait; last at no time yet" in _ask("ledger", "status", *where)[1]
    assert _ask("ledger", "ship", "--once", *where) == (0, "18 facts shipped.\n")
    assert json.loads(_ask("ledger", "ship", "--once", "--json", *where)[1]) == {"shipped": 0}
    told = _ask("ledger", "status", "--verify", *where)
    assert told[0] == 0
    assert re.search(
        r"everything is shipped; last at 20.*2 calls, 18 events there: all", told[1], re.S
    )

    server.ask(url, "UPDATE calls SET ani = 'x'")
    code, told_wrong = _ask("ledger", "status", "--verify", *where)
    assert (code, "projection: " in told_wrong) == (1, True)
    assert "2 calls told anew there." in _ask("ledger", "ship", "--once", "--rebuild", *where)[1]
    assert _ask("ledger", "status", "--verify", "--json", *where)[0] == 0
    assert by_hand(tmp_path / "state" / LEDGER_FILE, "SELECT count(*) FROM shipments") == [(0,)]


def test_without_an_address_both_say_what_to_set(tmp_path: Path) -> None:
    state = ("--state", tmp_path)

    assert "set ledger.url" in _ask("ledger", "status", *state)[1]
    assert json.loads(_ask("ledger", "status", "--json", *state)[1]) == {"url": ""}
    told = thirdring("ledger", "ship", *state)
    assert isinstance(told.exception, ConfigError)
    assert "--config" in str(told.exception)


@pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://", "var/ledger.sqlite"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        LedgerSettings(url=url)
