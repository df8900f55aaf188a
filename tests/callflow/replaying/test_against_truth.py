"""What a replay says of a damaged house, against what the same callers then really do in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

import pytest

from callers.loader import find_persona, names
from callers.queue_plan import QueuePlan
from callers.virtual import SimulatedCall, simulate, spoken_ms
from callflow.house import House, house_texts
from callflow.mutants.making import mutants
from callflow.replaying.comparing import Comparison, compare
from calls.errors import FlowFileError
from launch.settings.site import PROJECT, Settings

HOUSE_VARIABLES = Settings().house.all_variables()
FLOWS = frozenset({"greetings", "silent_call", "noise", "faint", "closing"})
EVERY, SAMPLE = 23, 7


def call(house: House, persona: str) -> SimulatedCall:
    """A persona's call with an agent on duty."""
    run = house.start("greetings", HOUSE_VARIABLES, "zh-Hans")
    return simulate(run, find_persona(persona), queue=QueuePlan(agent="a1"))


def damaged(texts: Mapping[str, str]) -> Iterable[House]:
    """Some of the houses with one mistake each that still load."""
    for number, mutant in enumerate(mutants(texts, FLOWS)):
        if number % EVERY == 0:
            try:
                yield House.of_texts({**texts, mutant.source: mutant.text})
            except FlowFileError:
                continue


def heard_by_the_caller(found: Comparison) -> list[tuple[str, str]]:
    """Lines of the telling of now and how each ended; the disposition comes last."""
    now = [pair.now.data for pair in found.pairs if pair.now and pair.now.kind == "said"]
    ended = [pair.now.data for pair in found.pairs if pair.now and pair.now.kind == "ended"]
    return [*((data["line"], data["ended"]) for data in now), *_how(ended)]


def truth(happened: SimulatedCall) -> list[tuple[str, str]]:
    """The same of a call that was made."""
    said = [(event.data["line"], event.data["ended"]) for event in happened.of("said")]
    return [*said, *_how([event.data for event in happened.of("ended")])]


def _how(ended: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(data["end_reason"], data["disposition"]) for data in ended]


@pytest.mark.slow
def test_what_a_replay_says_of_a_damaged_house_is_what_callers_meet_there() -> None:
    texts = house_texts(PROJECT / "scripts")
    whole = House.of_texts(texts)
    past = {persona: call(whole, persona).events for persona in names()}
    decided, right, different = 0, 0, 0
    for house in islice(damaged(texts), SAMPLE):
        for persona, events in past.items():
            found = compare(events, house, HOUSE_VARIABLES, "zh-Hans", spoken_ms)
            met = truth(call(house, persona))
            told = heard_by_the_caller(found)
            if found.undecided is not None:
                continue
            decided += 1
            right += told == met
            different += not found.same
            # Nothing in the record makes a caller do something else where all is the same.
            assert not found.same or told == met, (persona, found.first)

    assert different >= 5
    # A caller may answer a swapped question otherwise: that no record tells.
    assert right >= 0.95 * decided
    assert decided >= 0.9 * SAMPLE * len(past)
