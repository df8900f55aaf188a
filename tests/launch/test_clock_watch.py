"""A clock that jumps, or stands before the ledger, is told; nothing is erased by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.clock import ManualClock
from launch.serving.clock_watch import ClockWatch
from ledger.newest import newest_at
from ledger.writer import LedgerWriter
from tests.ledger.house import place

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_MS = 3_600_000


class SetClock(ManualClock):
    """A machine whose wall clock somebody sets; the monotonic one goes on."""

    off = timedelta()

    def utc_now(self) -> datetime:
        return super().utc_now() + self.off


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


def test_a_clock_that_goes_as_it_should_is_never_doubted(clock: SetClock) -> None:
    watch = ClockWatch(clock, NOON - timedelta(minutes=1))
    for _ in range(100):
        clock.advance_ms(HOUR_MS)
        clock.off += timedelta(seconds=2)

        assert watch.look() == ""


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (timedelta(minutes=6), "set ahead by 6 minutes"),
        (timedelta(hours=-3), "set back by 3 hours"),
        (timedelta(days=1200), "set ahead by 1200 days"),
        (timedelta(days=-40), "set back by 40 days"),
    ],
)
def test_a_clock_that_is_set_while_the_server_runs_is_told_once(
    clock: SetClock, off: timedelta, told: str
) -> None:
    watch = ClockWatch(clock, None)
    clock.advance_ms(10_000)
    with capture_logs() as logs:
        watch.look()
        clock.off = off
        problems = [watch.look(), watch.look()]

    assert all(told in problem and "timedatectl" in problem for problem in problems)
    assert [(one["event"], one["log_level"]) for one in logs] == [
        ("the machine's clock is in doubt", "error")
    ]


def test_five_minutes_are_let_pass(clock: SetClock) -> None:
    watch = ClockWatch(clock, NOON + timedelta(minutes=5))
    clock.off = timedelta(minutes=5)

    assert watch.look() == ""


def test_it_is_believed_again_as_soon_as_it_is_put_right(clock: SetClock) -> None:
    watch = ClockWatch(clock, None)
    clock.off = timedelta(days=900)
    watch.look()
    clock.off = timedelta(seconds=3)
    with capture_logs() as logs:
        watch.look()

    assert watch.problem == ""
    assert [one["event"] for one in logs] == ["the machine's clock is believed again"]


def test_a_jump_is_an_alarm_for_an_hour_and_a_second_one_again(clock: SetClock) -> None:
    watch = ClockWatch(clock, None)
    clock.off = timedelta(days=900)
    watch.look()
    clock.advance_ms(HOUR_MS)
    assert watch.look()
    clock.advance_ms(1000)
    assert watch.look() == "", "which time was right nobody can know"

    clock.off = timedelta()
    assert "set back by 900 days" in watch.look()


def test_a_clock_before_the_ledgers_last_fact_is_told_at_the_start(clock: SetClock) -> None:
    watch = ClockWatch(clock, NOON + timedelta(days=400))

    assert "400 days before the last fact of the ledger" in watch.look()
    clock.off = timedelta(days=400)
    assert "set ahead" in watch.look(), "put right, it has jumped"
    clock.advance_ms(HOUR_MS + 1)
    watch.look()
    assert watch.look() == ""


def test_the_fact_that_was_written_last_counts_not_the_latest_time(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as writer:
        assert newest_at(path) is None
        place(writer, clock=ManualClock(NOON + timedelta(days=3000)))
    with LedgerWriter(path) as writer:
        place(writer, clock=ManualClock(NOON))

    found = newest_at(path)

    assert found is not None
    assert NOON <= found < NOON + timedelta(hours=1)
