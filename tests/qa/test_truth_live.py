"""A few calls of known truth over the real FastAGI server; `bench.answers` makes two hundred."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.known_calls import Tally, of_one_house
from tests.support.known_truth import BY_THE_HOUSE

CALLS = {
    "none": ("silent", "noisy_then_clear", "hangs_up_while_ringing"),
    "five seconds of noise": ("noisy",),
    "nobody says goodbye": ("polite",),
}


@pytest.mark.slow
async def test_a_real_servers_calls_are_answered_as_they_are() -> None:
    tally, room = Tally(), asyncio.Semaphore(4)
    groups = [
        (damage, [one for one in BY_THE_HOUSE if one.name in {f"{who} - {damage}" for who in whos}])
        for damage, whos in CALLS.items()
    ]

    await asyncio.gather(
        *(
            of_one_house(damage, [(one, 0) for one in known], room, tally)
            for damage, known in groups
        )
    )

    assert tally.wrong == []
    assert tally.calls == 5
    assert tally.told["A12"] == 2
    assert tally.right["rules_judged broken"] == 5
