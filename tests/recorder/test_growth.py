"""When a raw file grew is when its sound came: the clock of a recording, whoever looks and when."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calls.clock import ManualClock
from recorder.catalog import Recording
from recorder.growth import GrowthWatch, Tick

BUFFER = 32_768
STARTED_MS = 1_000
PLACES = [(BUFFER * count - 44) // 2 // 160 * 160 for count in range(1, 5)]


class House:
    """A state folder in which Asterisk writes, and a clock that tests move."""

    def __init__(self, state: Path) -> None:
        (state / "monitor").mkdir()
        self.state = state
        self.clock = ManualClock()
        self.offered_at = self.clock.utc_now()
        self.clock.advance_ms(STARTED_MS)
        self.set_by = timedelta()
        self.watch = GrowthWatch(state, self)
        self.recording = Recording(
            id="call-1-1",
            call_id="call-1",
            started_at=self.utc_now(),
            started_ms=STARTED_MS,
            caller_file="monitor/call-1-1-in.wav",
            house_file="monitor/call-1-1-out.wav",
        )
        self.watch.follow([self.recording])

    def utc_now(self) -> datetime:
        return self.clock.utc_now() + self.set_by

    def monotonic_ms(self) -> int:
        return self.clock.monotonic_ms()

    def writes(self, size: int, *, legs: tuple[str, ...] = ("in", "out")) -> None:
        """Asterisk writes up to `size` now."""
        for leg in legs:
            path = self.state / "monitor" / f"call-1-1-{leg}.wav"
            path.touch()
            os.truncate(path, size)
            at_ns = round((self.clock.utc_now() + self.set_by).timestamp() * 1e9)
            os.utime(path, ns=(at_ns, at_ns))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def ticks(house: House) -> list[tuple[int, int]]:
    """Rounded: a time of wall goes through floats."""
    return [(round(one.at_ms), one.place) for one in house.watch.ticks_of("call-1-1")]


def test_a_tick_is_when_it_was_written_however_late_it_is_looked_at(house: House) -> None:
    house.clock.advance_ms(2_048)
    house.writes(BUFFER)
    house.clock.advance_ms(1_900)
    house.watch.look()
    house.clock.advance_ms(148)
    house.writes(2 * BUFFER)
    house.clock.advance_ms(30)

    assert ticks(house) == [(3_048, PLACES[0]), (5_096, PLACES[1])]


def test_a_header_alone_says_nothing(house: House) -> None:
    house.writes(44)

    assert ticks(house) == []


def test_a_leg_that_is_not_written_yet_is_waited_for(house: House) -> None:
    house.clock.advance_ms(2_048)
    house.writes(BUFFER, legs=("in",))
    house.watch.look()
    assert ticks(house) == []
    house.writes(BUFFER, legs=("out",))

    assert ticks(house) == [(3_048, PLACES[0])]


def test_a_wall_clock_that_is_set_moves_no_tick_and_the_one_in_between_is_left_out(
    house: House,
) -> None:
    for count in range(1, 5):
        house.clock.advance_ms(2_048)
        if count == 2:
            house.set_by += timedelta(seconds=3)
        house.writes(count * BUFFER)
        house.watch.look()

    assert ticks(house) == [(3_048, PLACES[0]), (7_144, PLACES[2]), (9_192, PLACES[3])]


def test_what_is_not_followed_or_was_forgotten_has_no_ticks(house: House) -> None:
    house.clock.advance_ms(2_048)
    house.writes(BUFFER)
    house.watch.look()
    house.watch.forget("call-1-1")
    house.watch.look()

    assert house.watch.ticks_of("call-1-1") == house.watch.ticks_of("call-2-1") == ()


def test_it_looks_by_itself_until_it_is_stopped(house: House) -> None:
    house.watch.start()
    house.watch.start()
    house.watch.stop()
    house.watch.stop()

    assert Tick(1.0, 2) < Tick(2.0, 1)
