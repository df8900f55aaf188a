"""Nothing is erased by a clock that may stand years ahead, at this start or any later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from calls.clock import Clock
from recorder.keeping import Keeper
from recorder.looked import LookedNote
from recorder.retention import ClockDoubtError, Retention
from tests.recorder.house import STARTED, House
from tests.recorder.test_retention import Shelf, Site, WrongClock, site

__all__ = ["site"]
DAY_MS = 86_400_000
AHEAD = timedelta(days=1100)


def keeper(
    site: Site,
    clock: Clock,
    *,
    newest: datetime | None = None,
    trouble: Callable[[], str] = str,
    after: int = 14,
) -> Keeper:
    rule = Retention(days=180, doubt_after_days=after)
    shelf = Shelf(site.house.ledger)
    return Keeper(
        site.house.state, shelf, site.eraser(), rule, clock, newest=newest, trouble=trouble
    )


@pytest.fixture
def clock(site: Site) -> WrongClock:
    """A day after the recordings were made; right until a test sets it."""
    found = WrongClock(STARTED + timedelta(days=1))
    found.ahead = timedelta()
    keeper(site, found).work()
    return found


def test_a_clock_set_years_ahead_while_the_server_runs_erases_nothing(
    site: Site, clock: WrongClock
) -> None:
    running = keeper(site, clock)
    running.work()
    clock.ahead = AHEAD
    with capture_logs() as logs:
        for _ in range(5):
            clock.advance_ms(60_000)
            running.work()

    assert site.erased() == []
    assert "1100 days went by" in running.doubt
    assert "--clock-is-right" in running.doubt
    assert [one["event"] for one in logs] == ["retention waits, nothing is erased"]


def test_no_later_start_believes_it_either_though_the_ledger_has_facts_of_that_time(
    site: Site, clock: WrongClock
) -> None:
    clock.ahead = AHEAD
    for _ in range(3):
        started = keeper(site, clock, newest=clock.utc_now())
        clock.advance_ms(2 * DAY_MS)
        started.work()

        assert started.doubt
    assert site.erased() == []


def test_put_right_everything_goes_on_as_before(site: Site, clock: WrongClock) -> None:
    running = keeper(site, clock)
    clock.ahead = AHEAD
    running.work()
    clock.ahead = timedelta()
    clock.advance_ms(60_000)
    running.work()
    assert running.doubt == ""

    for _ in range(180):
        clock.advance_ms(DAY_MS)
        running.work()

    assert len(site.erased()) == 2


def test_somebody_who_has_seen_that_it_is_right_lets_retention_go_on(
    site: Site, clock: WrongClock
) -> None:
    running = keeper(site, clock)
    clock.ahead = AHEAD
    running.work()
    LookedNote(site.house.state).write(clock.utc_now())
    clock.advance_ms(60_000)
    running.work()
    assert (running.doubt, site.erased()) == ("", [])

    clock.advance_ms(DAY_MS)
    running.work()

    assert len(site.erased()) == 2


def test_asked_by_hand_it_is_refused_until_it_is_confirmed(site: Site, clock: WrongClock) -> None:
    clock.ahead = AHEAD
    with pytest.raises(ClockDoubtError, match="nothing is erased before somebody has seen"):
        keeper(site, clock).retain()
    assert site.erased() == []

    assert keeper(site, clock).retain(clock_is_right=True).erased == 2

    assert keeper(site, clock).retain().erased == 0, "confirmed once, it is believed"


def test_a_folder_that_retention_never_saw_goes_by_its_last_fact(site: Site) -> None:
    """An upgrade, a restored backup, or retention that was off until now."""
    wrong = WrongClock(STARTED + timedelta(days=1))
    wrong.ahead = AHEAD
    newest = STARTED + timedelta(hours=1)
    first = keeper(site, wrong, newest=newest)

    with pytest.raises(ClockDoubtError):
        first.retain()
    first.work()
    later = keeper(site, wrong, newest=wrong.utc_now())
    wrong.advance_ms(3 * DAY_MS)
    later.work()

    assert first.doubt
    assert later.doubt, "noted, it outlives the facts that the wrong clock dates"
    assert site.erased() == []


def test_while_the_clock_is_told_to_have_jumped_nothing_is_erased(
    site: Site, clock: WrongClock
) -> None:
    problem = "it was set ahead by 9 days"
    running = keeper(site, clock, trouble=lambda: problem)
    clock.advance_ms(DAY_MS)
    running.work()
    assert running.doubt == "the clock is in doubt: it was set ahead by 9 days"

    problem = ""
    clock.advance_ms(60_000)
    running.work()

    assert running.doubt == ""


@pytest.mark.parametrize(("off_days", "doubted"), [(13, False), (15, True)])
def test_a_server_that_was_switched_off_for_weeks_has_to_be_told(
    site: Site, clock: WrongClock, off_days: int, doubted: bool
) -> None:
    clock.advance_ms(off_days * DAY_MS)
    started = keeper(site, clock)
    started.work()

    assert bool(started.doubt) == doubted


def test_a_site_may_always_believe_its_clock(site: Site, clock: WrongClock) -> None:
    clock.ahead = AHEAD
    keeper(site, clock, after=0).work()

    assert len(site.erased()) == 2


def test_a_note_that_cannot_be_written_stops_no_order(house: House, site: Site) -> None:
    folder = house.state / "orders"
    folder.mkdir(exist_ok=True)
    (folder / "retained.txt").mkdir()

    keeper(site, WrongClock(STARTED)).work()

    assert site.erased() == []
