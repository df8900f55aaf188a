"""A call whose truth is not known is told apart, and no other."""

from __future__ import annotations

from tests.support.known_calls import Account, as_planned

PLANNED = [Account("greeting", None), Account("hello", 4_000), Account("hello", 4_000)]


def test_what_was_heard_as_planned_has_its_truth() -> None:
    assert as_planned([*PLANNED[:2], Account("hello", 4_700)], PLANNED)


def test_a_line_more_or_a_pause_that_was_late_has_not() -> None:
    assert not as_planned([*PLANNED, Account("no_voice", 4_000)], PLANNED)
    assert not as_planned([*PLANNED[:2], Account("hello", 5_100)], PLANNED)
