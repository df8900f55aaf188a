"""A real server whose clock cannot be right: told in log and on the wallboard, nothing erased."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calls.clock import ManualClock, SystemClock
from ledger.writer import LedgerWriter
from recorder.looked import LookedNote
from tests.launch.test_serve_sealed import kept, served, state, thirdring, told, until
from tests.ledger.house import place

__all__ = ["state"]
SITE = "site.toml"


@pytest.fixture
def house(state: Path) -> Path:
    """The small house with a desk; recordings are kept for a day."""
    site = state.parent / SITE
    text = site.read_text("utf-8").replace("[desk]\non = false", "[desk]\nport = 0")
    site.write_text(f"{text}[retention]\ndays = 1\n", "utf-8")
    with served(state):
        until(lambda: len(kept(state)) == 2)
    return state


def alarms(house: Path) -> list[tuple[str, str]]:
    site = str(house.parent / SITE)
    shown: dict[str, Any] = json.loads(
        thirdring(house, "wallboard", "--json", "--config", site).stdout
    )
    return [(one["kind"], one["subject"]) for one in shown["alarms"]]


def retain(house: Path, *arguments: str) -> tuple[int, str]:
    done = thirdring(
        house, "recordings", "retain", "--config", str(house.parent / SITE), *arguments
    )
    return done.returncode, done.stdout + done.stderr


def test_a_clock_before_the_last_fact_is_an_error_and_an_alarm(house: Path) -> None:
    with LedgerWriter(house / "ledger.sqlite") as writer:
        place(writer, clock=ManualClock(SystemClock().utc_now() + timedelta(days=400)))

    with served(house):
        shown = alarms(house)

    assert ("trouble", "clock") in shown
    assert "days before the last fact of the" in told(house)


def test_after_a_leap_of_weeks_nothing_is_erased_until_somebody_confirms_the_clock(
    house: Path,
) -> None:
    LookedNote(house).write(SystemClock().utc_now() - timedelta(days=60))
    dry, by_hand = retain(house, "--dry-run"), retain(house)
    assert dry[0] == 0
    assert "Not erased by the clock of now: by this clock 60 days went by" in dry[1]
    assert by_hand[0] == 1
    assert "`thirdring recordings retain --clock-is-right`" in by_hand[1]

    with served(house):
        until(lambda: "retention waits, nothing is erased" in told(house))
        assert ("trouble", "clock") in alarms(house)
        assert retain(house)[0] == 1
        code, said = retain(house, "--clock-is-right")
        assert (code, "takes the clock for right" in said) == (0, True)
        until(lambda: ("trouble", "clock") not in alarms(house))

    assert len(kept(house)) == 2
    assert retain(house)[0] == 0, "believed from then on"
    assert kept(house) == []
