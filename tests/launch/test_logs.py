"""A log that cannot be written stops nothing."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from calls.errors import LedgerError
from launch import __main__ as line
from launch.demo.run import log_to
from launch.logs import set_up_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_for_a_closed_stderr_is_lost_and_the_next_stderr_gets_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, after = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", closed)
    set_up_logs("info", colors=False)
    log = structlog.get_logger("a room")
    log.warning("first")
    closed.close()

    log.warning("second")
    monkeypatch.setattr("sys.stderr", after)
    log.warning("third")

    assert "third" in after.getvalue()
    assert "second" not in after.getvalue()


def test_a_log_file_on_a_full_disk_stops_nothing(tmp_path: Path) -> None:
    full = tmp_path / "demo.log"
    full.symlink_to("/dev/full")
    log_to(full)

    structlog.get_logger("a room").warning("nobody will read this")


def test_what_several_tasks_met_is_one_clear_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        full = OSError(errno.ENOSPC, "No space left on device", "var/prompts")
        raise ExceptionGroup("tasks", [ExceptionGroup("tasks", [full]), LedgerError("x")])

    monkeypatch.setattr(line, "add", lambda *_: None)
    monkeypatch.setattr(line, "app", fails)

    with pytest.raises(SystemExit) as left:
        line.main()

    assert left.value.code == 1
    assert capsys.readouterr().err == (
        "thirdring: var/prompts: No space left on device; check the path and --state\n"
    )


def test_what_nobody_foresaw_among_them_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise ExceptionGroup("tasks", [LedgerError("x"), ZeroDivisionError()])

    monkeypatch.setattr(line, "add", lambda *_: None)
    monkeypatch.setattr(line, "app", fails)

    with pytest.raises(ExceptionGroup):
        line.main()
