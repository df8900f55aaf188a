"""Tests in real time wait while the host keeps this machine's processors to itself."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.given import IN_ALL_S, STAT, GivenTime, stolen, ticks


def machine(*readings: tuple[int, int]) -> GivenTime:
    """One whose counters of its own and of stolen time read so, one after the other."""
    rest: Iterable[str] = (f"cpu  {ours} 0 0 900 0 0 0 {held}\n" for ours, held in readings)
    ahead = iter(rest)
    return GivenTime(read=lambda: next(ahead), sleep=lambda _: None)


def test_a_machine_that_is_given_its_time_waits_for_nothing() -> None:
    given = machine((100, 0), (200, 5), (300, 9))

    for _ in range(3):
        given.wait()

    assert given.told == ""


def test_it_waits_until_a_moment_is_good() -> None:
    given = machine((100, 0), (200, 90), (220, 150), (320, 151))

    given.wait()
    given.wait()

    assert given.told == "waited 10 s in all for the host to give this machine its time"


def test_it_waits_no_longer_than_is_bearable() -> None:
    given = machine(*((100 + at, 50 * at) for at in range(1_000)))

    for _ in range(3):
        given.wait()

    assert given.waited_s == IN_ALL_S


def test_this_machine_is_read_as_it_tells_it() -> None:
    now = ticks(STAT.read_text())

    assert now[0] > 0
    assert stolen(now, now) == 0.0
