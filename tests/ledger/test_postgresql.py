"""Facts of nodes in one real PostgreSQL: all of them, once, whatever happens to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import ConfigError, LedgerError
from calls.events import Disposed, RulesJudged
from calls.floor.events import FloorEvent
from ledger.dated_facts import dated_facts
from ledger.filters import CallFilter
from ledger.opening import LedgerMissingError
from ledger.postgres.batch import OtherLedgerError
from ledger.postgres.opening import VERSION_TABLE, central_engine, trouble, without_password
from ledger.postgres.shipper import Shipper, Shipping, node_name
from ledger.reader import LedgerReader
from ledger.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand, offered, place
from tests.ledger.schema import differences
from tests.support.postgresql import Cluster


@pytest.fixture
def url(server: Cluster) -> str:
    return server.database()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[LedgerWriter]:
    with LedgerWriter(path) as opened:
        yield opened


def _ship(path: Path, url: str, node: str = "one") -> int:
    with Shipper(path, url, node) as shipper:
        return shipper.ship()


def _floor(agent: str, text: str) -> FloorEvent:
    return FloorEvent(agent, ManualClock().utc_now(), "shift_note", {"text": text})


def _same(path: Path, url: str) -> None:
    """The database tells of this node's calls exactly what the node's own ledger does."""
    with LedgerReader(path) as own, LedgerReader(url) as central:
        mine = own.calls()
        theirs = {call.id: call for call in central.calls()}
        assert mine
        for call in mine:
            assert theirs[call.id] == call
            assert central.events(call.id) == own.events(call.id)
            assert central.recordings(call_id=call.id) == own.recordings(call_id=call.id)
    found = verify(url)
    assert found.findings == ()


def test_what_a_node_ships_is_read_there_as_from_its_own_ledger(
    path: Path, url: str, writer: LedgerWriter
) -> None:
    clock = ManualClock()
    calls = []
    for _ in range(7):
        calls.append(place(writer, clock=clock))
        clock.advance_ms(10_000)
    Call(clock, writer).record(offered())
    writer.append_floor(_floor("801", "钥匙在抽屉里"))
    writer.close()

    assert _ship(path, url) == 7 * 9 + 2
    assert _ship(path, url) == 0

    _same(path, url)
    with LedgerReader(path) as own, LedgerReader(url) as central:
        assert central.floor_events() == own.floor_events()
        asked = CallFilter(flow="greetings", recorded=True)
        assert central.search(asked, limit=3) == own.search(asked, limit=3)
        assert central.about(asked) == own.about(asked) == (7, False)
        assert central.events_after(0, 5) == own.events_after(0, 5)
        assert central.call(calls[2].id).id == calls[2].id
        day = (clock.utc_now() - timedelta(days=1), clock.utc_now() + timedelta(days=1))
        kinds = ("answered", "ended")
        told = list(dated_facts(own, kinds, *day))
        assert len(told) == 2 * len(calls)
        assert list(dated_facts(central, kinds, *day)) == told
    with LedgerWriter(path) as again:
        again.append_late(calls[1].id, RulesJudged(rules="d", kept=(), broken=("A05",)))
        again.append_late(calls[1].id, Disposed(agent="", disposition="leak", note="\0"))
    assert _ship(path, url) == 2
    _same(path, url)
    with LedgerReader(url) as central:
        assert [one.id for one in central.search(CallFilter(broken="A05")).rows] == [calls[1].id]
        assert not central.search(CallFilter(disposition="greeted", broken="A05")).rows


def test_migrations_from_empty_make_the_tables_of_the_code_there_too(
    path: Path, url: str, writer: LedgerWriter
) -> None:
    assert _ship(path, url) == 0

    engine = central_engine(url)
    with engine.connect() as connection:
        assert differences(connection, version_table=VERSION_TABLE) == []
    engine.dispose()


def test_several_nodes_ship_into_one_database_also_facts_of_one_agent(
    tmp_path: Path, url: str
) -> None:
    paths = []
    for node in ("east", "west"):
        path = tmp_path / node / "ledger.sqlite"
        with LedgerWriter(path) as writer:
            for number in range(3):
                place(writer)
                writer.append_floor(_floor("801", f"{node} {number}"))
        paths.append(path)
    for _ in range(2):
        for path in paths:
            _ship(path, url, path.parent.name)
            with LedgerWriter(path) as writer:
                place(writer)
                writer.append_floor(_floor("801", "again"))

    for path in paths:
        _ship(path, url, path.parent.name)
        _same(path, url)

    with LedgerReader(url) as central:
        assert len(central.calls()) == 2 * 5
        assert len(central.floor_events("801")) == 2 * 5
        assert central.cursor() == 2 * 5 * 9
    assert verify(url).floor_events == 10


@pytest.mark.timeout(600)
@pytest.mark.parametrize("gone", ["fast", "immediate", "kill"])
def test_calls_go_on_while_the_database_is_away_and_nothing_is_lost_or_doubled(
    server: Cluster, path: Path, url: str, writer: LedgerWriter, gone: str
) -> None:
    shipping = Shipping(Shipper(path, url, "one"))
    with _busy(writer):
        shipping.start()
        for _ in range(2):
            _until(lambda: _shipped(path, url) > 0)
            server.kill() if gone == "kill" else server.stop(gone)
            try:
                _until(partial(_more_and_trouble, path, _events(path), shipping))
            finally:
                server.start()
            _until(lambda: shipping.trouble == "")
    writer.close()
    shipping.stop(60)

    _same(path, url)
    assert _shipped(path, url) == _events(path)


def test_a_shipper_that_is_cut_off_anywhere_goes_on_where_it_was(
    server: Cluster, path: Path, url: str, writer: LedgerWriter
) -> None:
    for _ in range(600):
        place(writer)
    writer.close()
    shipping = Shipping(Shipper(path, url, "one"))
    shipping.start()
    cuts = 0
    while _shipped(path, url) < _events(path):
        cuts += len(
            server.ask(
                url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND query NOT LIKE '%alembic%'",
            )
        )
        threading.Event().wait(0.05)
        if cuts > 6:
            break
    _until(lambda: _shipped(path, url) == _events(path))
    shipping.stop()

    assert cuts
    _same(path, url)


def test_two_that_ship_one_ledger_at_once_ship_it_once(
    path: Path, url: str, writer: LedgerWriter
) -> None:
    for _ in range(500):
        place(writer)
    writer.close()
    _ship(path, url, "nobody-yet")
    shipped: list[int] = []
    threads = [
        threading.Thread(target=lambda: shipped.append(_ship(path, url, "twice"))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # All were here under another name: known by call and number, and passed over.
    assert sum(shipped) == 500 * 9
    _same(path, url)
    with LedgerReader(url) as central:
        assert central.cursor() == 500 * 9


def test_a_lost_progress_row_doubles_nothing(
    server: Cluster, path: Path, url: str, writer: LedgerWriter
) -> None:
    for _ in range(5):
        place(writer)
    writer.close()
    _ship(path, url)
    server.ask(url, "DELETE FROM shipments WHERE node = 'one'")

    assert _ship(path, url) == 45

    _same(path, url)


def test_a_ledger_put_back_from_a_copy_is_refused_under_its_old_name(
    tmp_path: Path, path: Path, url: str
) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
    copy = shutil.copy(path, tmp_path / "copy.sqlite")
    with LedgerWriter(path) as writer:
        place(writer)
    _ship(path, url)

    with pytest.raises(OtherLedgerError, match=r"another one or none.*set ledger.node"):
        _ship(Path(copy), url)
    with LedgerWriter(Path(copy)) as writer:
        place(writer)
    with pytest.raises(OtherLedgerError):
        _ship(Path(copy), url)

    assert _ship(Path(copy), url, "one-restored") == 18
    with LedgerReader(url) as central:
        assert len(central.calls()) == 3
    assert verify(url).findings == ()


def test_events_that_claim_anothers_number_are_counted_and_change_nothing(
    tmp_path: Path, url: str
) -> None:
    call_id = "20260105-090000-aaaaaaaa"
    for node, ani in (("east", "13800001111"), ("west", "13800002222")):
        with LedgerWriter(tmp_path / node / "ledger.sqlite") as writer:
            Call(ManualClock(), writer, id=call_id).record(offered(ani))
        with Shipper(tmp_path / node / "ledger.sqlite", url, node) as shipper:
            shipper.ship()
            standing = shipper.standing()
    assert (standing.node, standing.behind, standing.refused) == ("west", 0, 1)
    with LedgerReader(url) as central:
        assert central.call(call_id).ani == "13800001111"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE call_events SET data = replace(data, 'caller', 'agent') WHERE seq = 8", "edited"),
        ("DELETE FROM call_events WHERE seq = 4", "missing"),
        ("DELETE FROM call_events WHERE seq = 9", "cut"),
        ("UPDATE calls SET ani = '1'", "projection"),
        ("DELETE FROM call_marks WHERE mark LIKE 'flow%'", "projection"),
        ("UPDATE floor_events SET agent = '802'", "edited"),
        ("DELETE FROM floor_events", "hole"),
    ],
)
def test_what_was_done_to_the_database_is_named(
    server: Cluster, path: Path, url: str, writer: LedgerWriter, statement: str, what: str
) -> None:
    place(writer)
    writer.append_floor(_floor("801", "a"))
    writer.append_floor(_floor("801", "b"))
    writer.close()
    _ship(path, url)
    assert verify(url).findings == ()

    server.ask(url, statement)

    assert what in [one.what for one in verify(url).findings]


def test_rows_are_made_anew_from_the_events_there(
    server: Cluster, path: Path, url: str, writer: LedgerWriter
) -> None:
    for _ in range(3):
        place(writer)
    writer.close()
    _ship(path, url)
    server.ask(url, "DELETE FROM recordings; UPDATE calls SET ani = ''; DELETE FROM call_marks")

    assert rebuild(url) == 3

    _same(path, url)


def test_how_far_the_database_is_behind_is_told(path: Path, url: str, writer: LedgerWriter) -> None:
    place(writer)
    writer.append_floor(_floor("801", "a"))
    writer.close()
    with Shipper(path, url, "one", clock=ManualClock()) as shipper:
        before = shipper.standing()
        shipper.ship()
        after = shipper.standing()
    assert (before.behind, before.floor_behind, before.shipped_at) == (9, 1, "")
    assert (after.behind, after.floor_behind) == (0, 0)
    assert after.shipped_at == "2026-01-05T09:00:00+00:00"


def test_a_node_keeps_the_name_it_gave_itself(tmp_path: Path) -> None:
    name = node_name(tmp_path)

    assert name.startswith("node-")
    assert node_name(tmp_path) == name


def test_a_database_without_a_ledger_says_what_to_do(url: str) -> None:
    with pytest.raises(LedgerMissingError, match="thirdring ledger ship --once"):
        LedgerReader(url)


def test_a_database_of_a_later_version_is_refused(
    server: Cluster, path: Path, url: str, writer: LedgerWriter
) -> None:
    _ship(path, url)
    server.ask(url, f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")  # noqa: S608

    with pytest.raises(LedgerError, match="later version"):
        LedgerReader(url)
    with pytest.raises(LedgerError, match="later version"):
        _ship(path, url)


def test_an_address_where_nobody_answers_is_said_so_without_its_password(
    path: Path, writer: LedgerWriter
) -> None:
    with pytest.raises(LedgerError, match="PostgreSQL runs there") as told:
        _ship(path, "postgresql://house:hunter2@127.0.0.1:1/house")
    assert "hunter2" not in str(told.value)
    assert without_password("postgresql://a/b?password=hunter2&x=1").count("hunter2") == 0


@pytest.mark.parametrize("address", ["postgresql://", "postgresql://house:port:7/x"])
def test_an_address_that_is_none_is_a_wrong_setting(address: str) -> None:
    with pytest.raises((ConfigError, LedgerError)):
        LedgerReader(address)


def test_troubles_name_their_remedy(url: str, server: Cluster, path: Path) -> None:
    with pytest.raises(LedgerError, match="createdb"):
        LedgerReader(url.replace("house_", "no_house_"))
    with pytest.raises(LedgerError, match="PostgreSQL runs"):
        LedgerReader("postgresql://postgres@127.0.0.1:9/house")
    assert "PostgreSQL's log" in str(trouble(url, RuntimeError("")))


def test_without_the_driver_the_setting_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from ledger.postgres.opening import central_engine\n"
        "try: central_engine('postgresql://a/b')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ConfigError")
    assert "pip install thirdring[postgresql]" in done.stdout


def test_a_ledger_in_a_file_needs_no_driver() -> None:
    code = (
        "import sys, ledger.reader, ledger.verify, ledger.postgres.shipper;"
        "sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _events(path: Path) -> int:
    return int(by_hand(path, "SELECT count(*) FROM call_events")[0][0])


def _shipped(path: Path, url: str) -> int:
    try:
        with Shipper(path, url, "one") as shipper:
            return _events(path) - shipper.standing().behind
    except LedgerError:
        return 0


@contextmanager
def _busy(writer: LedgerWriter) -> Iterator[None]:
    """Calls come all the time."""
    enough = threading.Event()

    def busy() -> None:
        while not enough.wait(0.01):
            place(writer)

    caller = threading.Thread(target=busy)
    caller.start()
    try:
        yield
    finally:
        enough.set()
        caller.join()


def _more_and_trouble(path: Path, than: int, shipping: Shipping) -> bool:
    return _events(path) > than + 100 and shipping.trouble != ""


def _until(reached: Callable[[], bool]) -> None:
    for _ in range(1200):
        if reached():
            return
        threading.Event().wait(0.1)
    pytest.fail("not reached within two minutes")


def test_a_question_that_takes_too_long_is_no_database_that_is_away(server: Cluster) -> None:
    url = server.database()
    engine = central_engine(url, pool_size=1)

    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 1")
        with pytest.raises(DatabaseError) as raised:
            connection.exec_driver_sql("SELECT pg_sleep(10)")
    engine.dispose()

    told = str(trouble(url, raised.value))
    assert "VACUUM ANALYZE" in told
    assert "takes connections" not in told
