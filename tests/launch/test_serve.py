"""`thirdring serve` as a process of its own: starts, refuses, stops."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.reader import LedgerReader

ROOT = Path(__file__).parents[2]
THIRDRING = Path(sys.executable).parent / "thirdring"


def _config(folder: Path, **agi: object) -> Path:
    lines = [f"{name} = {json.dumps(value)}" for name, value in {"port": 0, **agi}.items()]
    file = folder / "site.toml"
    file.write_text("\n".join(["[agi]", *lines, "[ears]", "port = 0"]) + "\n", encoding="utf-8")
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
            server.poll()
        yield server, json.loads((state / "serve.json").read_text(encoding="utf-8"))
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


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


def test_broken_flows_are_refused_with_every_problem(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("prompts"))
    flow = scripts / "closing.yaml"
    flow.write_text(flow.read_text("utf-8").replace("silence: goodbye", "silence: godbye"), "utf-8")
    config = tmp_path / "site.toml"
    config.write_text(f'scripts = "{scripts}"\n[agi]\nport = 0\n[ears]\nport = 0\n', "utf-8")

    done = subprocess.run(
        [str(THIRDRING), "serve", "--state", str(tmp_path / "state"), "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert 'closing.yaml:13:3: the step "ask" goes to "godbye"' in done.stderr
    assert 'did you mean "goodbye"?' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("section", ["agi", "ears"])
def test_a_port_that_is_taken_is_named(tmp_path: Path, section: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = {"agi": "ears", "ears": "agi"}[section]
        config = tmp_path / "site.toml"
        config.write_text(f"[{section}]\nport = {port}\n[{other}]\nport = 0\n", "utf-8")
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
