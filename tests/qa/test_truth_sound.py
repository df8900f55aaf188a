"""Questions about the sound of a talk, answered on talks whose sound is known."""

from __future__ import annotations

import pytest

from tests.support.known_talks import heard, known_talk, near


@pytest.mark.parametrize("seed", range(12))
def test_talk_over_and_dead_air_are_answered_as_they_are(seed: int) -> None:
    talk = known_talk(seed)

    found = heard(talk)

    assert found.wrong == ()
    assert near(found.talk_over_off_ms, talk.talk_over_ms)
    assert near(found.dead_air_off_ms, talk.dead_air_ms)


def test_the_talks_hold_both_kinds_of_each_answer() -> None:
    talks = [known_talk(seed) for seed in range(12)]

    assert {talk.talk_overs > 0 for talk in talks} == {True, False}
    assert {talk.dead_air_ms > 15_000 for talk in talks} == {True, False}
