"""Making, finding and refusing ledger files."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from calls.errors import LedgerError
from ledger.opening import (
    LedgerMissingError,
    migrate,
    migrations_folder,
    reader_engine,
    unreadable,
    writer_connection,
    writer_engine,
)
from ledger.projections import CALL_COLUMNS, RECORDING_COLUMNS
from ledger.reader import LedgerReader
from ledger.tables import HEAD, calls, recordings
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand, place
from tests.ledger.schema import differences

pytestmark = pytest.mark.usefixtures("migrations")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_the_newest_revision_is_the_one_the_code_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_from_empty_make_exactly_the_tables_of_the_code(path: Path) -> None:
    LedgerWriter(path).close()

    with reader_engine(path).connect() as connection:
        assert differences(connection) == []
    made = dict(by_hand(path, "SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    assert "AUTOINCREMENT" in made["call_events"]
    assert "WITHOUT ROWID" in made["calls"]
    assert "WITHOUT ROWID" in made["recordings"]


def test_rows_of_the_fold_are_the_columns_of_the_tables() -> None:
    assert tuple(column.name for column in calls.columns) == CALL_COLUMNS
    assert tuple(column.name for column in recordings.columns) == RECORDING_COLUMNS


def test_reopening_keeps_what_was_there(path: Path) -> None:
    with LedgerWriter(path) as writer:
        call = place(writer)
    with LedgerWriter(path) as writer:
        place(writer)

    with LedgerReader(path) as reader:
        assert len(reader.calls()) == 2
        assert reader.call(call.id).id == call.id


def test_a_migration_cut_short_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the machine went down")

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "create_index", fail)
        with closing(writer_connection(path)) as connection, pytest.raises(RuntimeError):
            migrate(writer_engine(connection), path)

    assert by_hand(path, "SELECT name FROM sqlite_master WHERE name = 'call_events'") == []
    LedgerWriter(path).close()


def test_a_ledger_of_a_later_version_is_refused_by_all(path: Path) -> None:
    LedgerWriter(path).close()
    by_hand(path, "UPDATE alembic_version SET version_num = 'r9999'")

    for opened in (LedgerWriter, LedgerReader):
        with pytest.raises(LedgerError, match="later version"):
            opened(path)


def test_a_foreign_database_is_refused_and_left_alone(path: Path) -> None:
    by_hand(path, "CREATE TABLE somebody_elses (x)")

    for opened in (LedgerWriter, LedgerReader):
        with pytest.raises(LedgerError, match="no ledger"):
            opened(path)
    assert by_hand(path, "SELECT name FROM sqlite_master") == [("somebody_elses",)]


def test_a_damaged_file_is_said_so(path: Path) -> None:
    path.write_bytes(b"\0rubbish" * 4096)

    for opened in (LedgerWriter, LedgerReader):
        with pytest.raises(LedgerError, match="damaged"):
            opened(path)


def test_a_reader_without_a_ledger_says_what_to_do(path: Path) -> None:
    with pytest.raises(LedgerMissingError, match="thirdring demo"):
        LedgerReader(path)


def test_a_refused_file_does_not_keep_the_lock(path: Path) -> None:
    path.write_bytes(b"\0rubbish" * 4096)
    with pytest.raises(LedgerError):
        LedgerWriter(path)
    path.unlink()

    LedgerWriter(path).close()


def test_a_reader_reads_a_ledger_closed_cleanly_and_leaves_it_so(path: Path) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
    assert not path.with_name("ledger.sqlite-wal").exists()

    with LedgerReader(path) as reader:
        assert len(reader.calls()) == 1


def test_an_up_to_date_ledger_opens_without_loading_alembic(path: Path) -> None:
    LedgerWriter(path).close()
    code = (
        "import sys, pathlib; from ledger.writer import LedgerWriter;"
        "LedgerWriter(pathlib.Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 0


def test_a_full_disk_is_named_though_sqlite_says_only_that_reading_failed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its shared memory is a file beside the ledger: where that finds no room, SQLite cannot read.
    error = sqlite3.OperationalError("disk I/O error")
    healthy = str(unreadable(path, error))
    full = type(shutil.disk_usage(path.parent))(10, 10, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    assert "healthy disk" in healthy
    assert str(unreadable(path, error)).endswith("disk I/O error; the disk is full; make room")
