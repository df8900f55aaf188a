"""`thirdring serve` as a process of its own: starts, refuses, stops."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from launch.serving.workers import Backoff
from ledger.reader import LedgerReader
from tests.support.worker_processes import answers, workers_of

ROOT = Path(__file__).parents[2]
THIRDRING = Path(sys.executable).parent / "thirdring"


def _config(folder: Path, **agi: object) -> Path:
    lines = [f"{name} = {json.dumps(value)}" for name, value in {"port": 0, **agi}.items()]
    file = folder / "site.toml"
    file.write_text(
        "\n".join(
            [
                "[agi]",
                *lines,
                "[ears]",
                "port = 0",
                "[console]",
                "on = false",
                "[desk]",
                "on = false",
            ]
        )
        + "\n",
        encoding="utf-8",
    )
    return file


@contextmanager
def _serve(state: Path, config: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    server = subprocess.Popen(
        [str(THIRDRING), "serve", "--state", str(state), "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 60
        while not (state / "serve.json").exists():
            assert server.poll() is None, server.stderr.read() if server.stderr else ""
            assert time.monotonic() < until
            _pause(server)
        yield server, json.loads((state / "serve.json").read_text(encoding="utf-8"))
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


def _pause(server: subprocess.Popen[str]) -> None:
    """Leave the processor to the server for a moment."""
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=0.05)


def _half_a_call(agi: object) -> socket.socket:
    """A caller whose environment is complete and who never answers a command."""
    assert isinstance(agi, list)
    line = socket.create_connection((agi[0], agi[1]))
    line.sendall(
        b"agi_network: yes\nagi_network_script: greetings\nagi_request: agi://h/greetings\n"
        b"agi_channel: PJSIP/x-00000001\nagi_language: en\nagi_type: PJSIP\n"
        b"agi_uniqueid: 1.1\nagi_version: 22.10.1\nagi_callerid: 13800001234\n"
        b"agi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
        b"agi_callingtns: 0\nagi_dnid: 1000\nagi_rdnis: unknown\nagi_context: cc-in\n"
        b"agi_extension: 1000\nagi_priority: 1\nagi_enhanced: 0.0\nagi_accountcode: \n"
        b"agi_threadid: 1\nagi_arg_1: 1000\nagi_arg_2: 1\n\n"
    )
    return line


def test_sigterm_ends_it_cleanly_and_marks_the_call_that_would_not_finish(tmp_path: Path) -> None:
    state = tmp_path / "state"
    config = _config(tmp_path, stop_grace_s=0.5)
    with _serve(state, config) as (server, told), _half_a_call(told["agi"]) as line:
        line.recv(100)  # the first command came: the call is offered
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0

    assert not (state / "serve.json").exists()
    with LedgerReader(state / "ledger.sqlite") as reader:
        (call,) = reader.calls()
        assert call.end_reason == "interrupted"
        assert call.ani == "13800001234"


def test_killed_under_a_call_it_marks_the_call_when_it_starts_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    config = _config(tmp_path)
    with _serve(state, config) as (server, told), _half_a_call(told["agi"]) as line:
        line.recv(100)
        server.kill()
        server.wait()
    (state / "serve.json").unlink()

    with _serve(state, config):
        pass

    with LedgerReader(state / "ledger.sqlite") as reader:
        (call,) = reader.calls()
        assert call.end_reason == "interrupted"


def test_two_processes_share_the_port_and_one_ledger(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with _serve(state, _config(tmp_path, procs=2, stop_grace_s=0.2)) as (server, told):
        lines = [_half_a_call(told["agi"]) for _ in range(12)]
        for line in lines:
            line.recv(100)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        for line in lines:
            line.close()

    with LedgerReader(state / "ledger.sqlite") as reader:
        calls = reader.calls()
        assert len(calls) == 12
        assert {call.end_reason for call in calls} == {"interrupted"}


def _until_one_answers(pid: int, agi: object, kept: list[socket.socket]) -> None:
    """Call until a call is answered by a process; each call gets its first command."""
    until = time.monotonic() + 60
    while True:
        line = _half_a_call(agi)
        kept.append(line)
        assert line.recv(100)
        if answers(pid, line):
            return
        assert time.monotonic() < until


def test_a_further_process_that_is_killed_is_replaced_and_its_successor_answers(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    lines: list[socket.socket] = []
    with _serve(state, _config(tmp_path, procs=2, stop_grace_s=0.2)) as (server, told):
        (first,) = workers_of(server.pid)
        _until_one_answers(first, told["agi"], lines)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 60
        while (now := workers_of(server.pid)) in ([], [first]):
            if not Path(f"/proc/{first}").exists():
                with _half_a_call(told["agi"]) as meanwhile:
                    assert meanwhile.recv(100)
            assert time.monotonic() < until
            _pause(server)
        (second,) = now
        _until_one_answers(second, told["agi"], lines)
        # Nobody talks to the callers of the dead one, and the ledger says so.
        with LedgerReader(state / "ledger.sqlite") as reader:
            while not any(call.end_reason == "interrupted" for call in reader.calls()):
                assert time.monotonic() < until
                _pause(server)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        said = server.stderr.read() if server.stderr else ""
    for line in lines:
        line.close()

    assert f"pid={first}" in said
    assert "it is started again" in said
    assert f'"a further process answers again" pid={second}' in said
    with LedgerReader(state / "ledger.sqlite") as reader:
        # A half call that waits too long for its next word is given up as failed.
        ends = {call.end_reason for call in reader.calls()}
        assert ends <= {"interrupted", "network", "failed"}


def test_the_wait_for_a_successor_grows_until_one_has_lived() -> None:
    backoff = Backoff()
    assert [backoff.after(0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [backoff.after(lived) for lived in (59_999, 60_000, 0)] == [30, 0.5, 1]


def test_broken_flows_are_refused_with_every_problem(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("prompts"))
    flow = scripts / "closing.yaml"
    flow.write_text(flow.read_text("utf-8").replace("silence: goodbye", "silence: godbye"), "utf-8")
    config = tmp_path / "site.toml"
    config.write_text(
        f'scripts = "{scripts}"\n[agi]\nport = 0\n[ears]\nport = 0\n'
        "[console]\non = false\n[desk]\non = false\n",
        "utf-8",
    )

    done = subprocess.run(
        [str(THIRDRING), "serve", "--state", str(tmp_path / "state"), "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert re.search(r'closing\.yaml:\d+:\d+: the step "ask" goes to "godbye"', done.stderr)
    assert 'did you mean "goodbye"?' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("section", ["agi", "ears"])
def test_a_port_that_is_taken_is_named(tmp_path: Path, section: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = {"agi": "ears", "ears": "agi"}[section]
        config = tmp_path / "site.toml"
        config.write_text(
            f"[{section}]\nport = {port}\n[{other}]\nport = 0\n"
            "[console]\non = false\n[desk]\non = false\n",
            "utf-8",
        )
        done = subprocess.run(
            [str(THIRDRING), "serve", "--state", str(tmp_path / "state"), "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr
