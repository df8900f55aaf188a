"""A real `thirdring serve` and its recordings: orders to erase, lost keys, kept flow texts."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.orders import Order, Orders
from recorder.store import Store
from tests.launch.test_recordings_command import record_a_call
from tests.launch.test_recordings_sealed import ONE, TWO, erased
from tests.launch.test_serve import THIRDRING
from tests.launch.test_verify_command import HELLO, LINES

_PATIENCE_S = 120.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A small house, and two calls whose recordings nobody has taken in yet."""
    state = tmp_path / "state"
    state.mkdir()
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "hello.yaml").write_text(HELLO, "utf-8")
    (scripts / "lines.yaml").write_text(LINES, "utf-8")
    (tmp_path / "site.toml").write_text(
        f'scripts = "{scripts}"\nprove = false\n[agi]\nport = 0\n[ears]\nport = 0\n'
        "[desk]\non = false\n[console]\non = false\n",
        "utf-8",
    )
    with LedgerWriter(state / "ledger.sqlite") as writer:
        for call_id in (ONE, TWO):
            record_a_call(state, writer, call_id)
    return state


@contextmanager
def served(state: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that has begun to answer; SIGTERM ends it."""
    config = state.parent / "site.toml"
    command = [str(THIRDRING), "serve", "--state", str(state), "--config", str(config)]
    with (state.parent / "serve.log").open("a", encoding="utf-8") as log:
        server = subprocess.Popen(command, stderr=log, text=True)
        try:
            until(lambda: (state / "serve.json").exists() or server.poll() is not None)
            assert server.poll() is None, told(state)
            yield server
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
            (state / "serve.json").unlink(missing_ok=True)  # of one that was killed


def told(state: Path) -> str:
    return (state.parent / "serve.log").read_text("utf-8")


def until(so: object) -> None:
    """Wait until it is so."""
    import threading
    import time

    assert callable(so)
    end = time.monotonic() + _PATIENCE_S
    while not so():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def thirdring(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(THIRDRING), *arguments, "--state", str(state)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def kept(state: Path) -> list[str]:
    return [Path(file).name for file in Store(state).kept_files()]


def test_the_first_start_makes_a_key_says_so_and_seals_what_waits(state: Path) -> None:
    with served(state):
        until(lambda: len(kept(state)) == 2)

    assert kept(state) == [f"{ONE}-r1.wav.sealed", f"{TWO}-r1.wav.sealed"]
    assert "copy it to a safe place elsewhere" in told(state)
    assert thirdring(state, "verify").returncode == 0
    assert len(list((state / "flows").glob("*.json"))) == 2  # the version, and what was read last


def test_an_order_is_carried_out_by_the_server_that_runs(state: Path) -> None:
    with served(state):
        until(lambda: len(kept(state)) == 2)
        done = thirdring(state, "recordings", "erase", ONE, "--why", "asked", "--yes", "--json")

    assert (done.returncode, json.loads(done.stdout)["by_server"]) == (0, True)
    assert kept(state) == [f"{TWO}-r1.wav.sealed"]
    assert len(erased(state, ONE)) == 1


def test_an_order_that_a_killed_server_left_is_carried_out_by_the_next(state: Path) -> None:
    with served(state) as server:
        until(lambda: len(kept(state)) == 2)
        server.kill()
        server.wait()
    orders = Orders(state)
    orders.give(order := Order.new({ONE: [f"{ONE}-r1"]}, "asked", "terminal:li"))

    with served(state):
        until(lambda: orders.waiting() == ())

    outcome = orders.outcome(order.id)
    assert outcome is not None
    assert outcome.erased == (f"{ONE}-r1",)
    assert len(erased(state, ONE)) == 1
    assert thirdring(state, "verify").returncode == 0


def test_a_lost_key_keeps_no_server_from_answering_and_no_recording_is_lost(state: Path) -> None:
    with served(state):
        until(lambda: len(kept(state)) == 2)
    (key,) = (state / "keys").glob("*.kek")
    shutil.move(key, state.parent / key.name)
    with LedgerWriter(state / "ledger.sqlite") as writer:
        record_a_call(state, writer, "20261122-021532-cccc4444")

    with served(state):
        until(lambda: "recording waits, its raw files are safe" in told(state))
        assert len(list((state / "monitor").iterdir())) == 2
        shutil.move(state.parent / key.name, key)
        until(lambda: len(kept(state)) == 3)

    assert "recordings wait as raw files until their key is there" in told(state)
    assert thirdring(state, "verify").returncode == 0


def test_a_flow_file_changed_behind_the_back_of_a_stopped_server_is_named(state: Path) -> None:
    with served(state):
        until(lambda: len(kept(state)) == 2)
    path = state.parent / "scripts" / "hello.yaml"
    path.write_text(HELLO.replace("ring: 1", "ring: 3"), "utf-8")

    done = thirdring(state, "verify")

    assert done.returncode == 1
    assert f"changed: {path}: not as the server read it last" in done.stdout
    with LedgerReader(state / "ledger.sqlite") as reader:
        assert len(reader.recordings()) == 2
