"""A real PostgreSQL for tests: an own cluster in a temporary folder, reached by a socket there."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_USER = "postgres"


class Cluster:
    """One server; `database` makes a database of its own for a test.

    Its socket is in `folder`; its files are in `data`, which may be those of an earlier one.
    """

    def __init__(self, folder: Path, programs: Path, data: Path | None = None) -> None:
        self._folder, self._programs = folder, programs
        self._data = data or folder / "data"
        self._names = itertools.count(1)
        self._as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
        if not (self._data / "PG_VERSION").exists():
            self._make()
        self.start()

    def _make(self) -> None:
        self._run("initdb", "-D", str(self._data), "-U", _USER, "-A", "trust", "-E", "UTF8", "-N")
        settings = {
            "listen_addresses": "''",
            "max_connections": "60",
            # Tests kill processes, not machines: what was written is there without it.
            "fsync": "off",
        }
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def address(self, database: str) -> str:
        """The `postgresql://` address of a database."""
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def database(self, name: str = "") -> str:
        """The address of the database of this name, made when there is none; a new empty one
        without a name."""
        name = name or f"house_{next(self._names)}"
        if (name,) not in self.ask("postgres", "SELECT datname FROM pg_database"):
            self.ask("postgres", f"CREATE DATABASE {name}")
        return self.address(name)

    def ask(self, database: str, statement: str) -> list[tuple[object, ...]]:
        """Run a statement in a database, by name or address."""
        address = database if "://" in database else self.address(database)
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return list(cursor.fetchall()) if cursor.description else []

    def start(self) -> None:
        """Start it and wait until it takes connections; harmless when it runs."""
        if (self._data / "postmaster.pid").exists() and self._answers():
            return
        where = ("-l", str(self._folder / "log"), "-o", f"-k {self._folder}")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", *where, "start")

    def _answers(self) -> bool:
        try:
            self.ask("postgres", "SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast`, or `immediate` as in a power cut."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "-t", "60", "stop")

    def kill(self) -> None:
        """kill -9 of the postmaster and all it started; returns when they are gone."""
        pid = int((self._data / "postmaster.pid").read_text("ascii").split()[0])
        listed = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        )
        killed = [pid, *map(int, listed.stdout.split())]
        for one in killed:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        for _ in range(600):
            if not any(_runs(one) for one in killed):
                # Where nobody buries them, their numbers seem taken for good.
                for lock in (self._data / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
                    lock.unlink(missing_ok=True)
                return
            threading.Event().wait(0.1)
        raise RuntimeError("processes of PostgreSQL outlive kill -9")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=self._folder,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")


def _runs(pid: int) -> bool:
    """Whether a process is there and no zombie, whoever is to bury it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def programs() -> Path | None:
    """Where `initdb` and the others are."""
    found = shutil.which("initdb")
    places: Sequence[Path] = [*_PLACES, *([Path(found).parent] if found else [])]
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextmanager
def cluster(kept: Path | None = None) -> Iterator[Cluster]:
    """A running server; the test is skipped where none is installed, and fails so with CI=true.

    With `kept` its files are there, from an earlier time or new, and stay.
    """
    place = programs()
    if place is None:
        reason = "NO POSTGRESQL INSTALLED, the ledger there is not tested (apt: postgresql)"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
    # A short path: the socket's address is below it.
    folder = Path(tempfile.mkdtemp(prefix="thirdring-pg-"))
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for one in (folder, kept or folder):
            os.chown(one, pwd.getpwnam(_USER).pw_uid, -1)
    running = Cluster(folder, place, kept)
    try:
        yield running
    finally:
        running.stop("immediate" if kept is None else "fast")
        shutil.rmtree(folder)
