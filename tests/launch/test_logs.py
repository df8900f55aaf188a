"""A log that cannot be written stops nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import structlog

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
