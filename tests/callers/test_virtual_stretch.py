"""What the house does alone passes at once, and is what it is action by action."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from callers import virtual_stretch
from callers.acting import Acting
from callers.loader import find_persona, names, read_persona
from callers.persona import Persona
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.varying import varied
from callers.virtual import SimulatedCall, simulate, spoken_ms
from callers.virtual_channel import VirtualChannel
from callers.virtual_stretch import stretches_of
from callflow.house import House
from callflow.tables import TableRun
from callflow.templates import WordingError
from launch.settings.site import Settings
from tests.callers.house import hotline, house

PLANS = (QueuePlan(agent="a1"), QueuePlan(), QueuePlan(off_duty=True), QueuePlan(refused="failed"))
OFFICES = (
    PlannedOffice(),
    PlannedOffice(directories={"customers": {"+861": {"name": "王", "language": "zh-Hans"}}}),
)
MANY_LINES = 40
TALKING = (
    "flow: test\ntitle: {zh: 测试, en: Test}\nsteps:\n  ring:\n    ring: 1\n"
    + "".join(f"  say{number}:\n    say: words\n" for number in range(MANY_LINES))
    + "  ask:\n    listen: 2s\n"
    "    on: {speech: say0, silence: done, noise: done, faint: done}\n"
    "  done:\n    end: over\n"
)
TALKERS = 'words: {zh-Hans: "一二三四五六七八九", zh-Hant: "一", en: "x"}\n'


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each stretch passed at once, from here on."""
    kept: list[bool] = []
    passes = VirtualChannel.passes

    def noted(channel: VirtualChannel, stretch: Any) -> bool:
        kept.append(passes(channel, stretch))
        return kept[-1]

    monkeypatch.setattr(VirtualChannel, "passes", noted)
    return kept


def both(
    by: House, flow: str, language: str, caller: Persona, **given: Any
) -> tuple[SimulatedCall, SimulatedCall]:
    """The same call by stretches and, as its run is no `TableRun`, action by action."""
    values = {**Settings().house.variables(language), "ani": "+861"}
    tabled, plain = by.start_again(flow, values, language), by.start(flow, values, language)
    tabled.taken, plain.taken = [], []
    calls = (
        simulate(tabled, caller, call_id="x", **given),
        simulate(plain, caller, call_id="x", **given),
    )
    assert tabled.taken == plain.taken
    return calls


def alike(one: SimulatedCall, other: SimulatedCall) -> bool:
    """The same facts at the same times, and the same end."""
    return (
        [event[1:] for event in one.events] == [event[1:] for event in other.events]
        and one.ended == other.ended
        and one.length_ms == other.length_ms
    )


def leaver(after_ms: int) -> Persona:
    """A caller who hangs up so long after the answer."""
    return read_persona(
        f"persona: somebody\nvoice: zh_m\nhang_up: {{answered: {after_ms}ms}}\n", "some.yaml"
    )


def test_random_calls_of_every_flow_are_the_same_by_stretches_and_action_by_action(
    passed: list[bool],
) -> None:
    chance, personas = Random(4), [find_persona(name) for name in names()]
    flows = [flow for flow in house().flows.values() if flow.performer != "agent"]
    for number in range(1200):
        flow = chance.choice(flows).name if number % 2 else "greetings"
        caller = varied(chance.choice(personas), chance)
        language = chance.choice(["zh-Hans", "zh-Hant", "en"])
        plan, office = chance.choice(PLANS), chance.choice(OFFICES)
        try:
            calls = both(house(), flow, language, caller, queue=plan, office=office)
        except (WordingError, KeyError):  # a sub-flow that needs what another flow has set
            continue

        assert alike(*calls), (flow, language, caller, plan)
    assert passed.count(True) > 1200
    assert False in passed


@pytest.mark.parametrize("first_ms", range(0, 500, 100))
def test_a_caller_who_leaves_at_any_moment_leaves_at_that_moment(first_ms: int) -> None:
    for after_ms in range(first_ms, 16_000, 500):
        calls = both(house(), "greetings", "zh-Hans", leaver(after_ms))

        assert alike(*calls), after_ms


def test_a_caller_who_leaves_in_the_very_millisecond_in_which_a_line_ends_hears_it_cut() -> None:
    whole = simulate(hotline(), find_persona("silent"))
    ends = [event.data["end_ms"] for event in whole.of("said")]
    answered_ms = whole.of("answered")[0].offset_ms
    for end_ms in ends[:4]:
        for late_ms in (-1, 0, 1):
            calls = both(house(), "greetings", "zh-Hans", leaver(end_ms - answered_ms + late_ms))

            assert alike(*calls), (end_ms, late_ms)


@pytest.mark.parametrize("line", range(1, 7))
def test_a_caller_who_leaves_or_cuts_in_on_one_line_does_so_on_that_line(line: int) -> None:
    head = "persona: somebody\nvoice: zh_m\n"
    leaves = read_persona(f"{head}hang_up: {{line: {line}, after: 300ms}}\n", "some.yaml")
    keys = f"{head}barge_in: {{line: {line}, after: 300ms, press: '1'}}\n"
    for caller in (leaves, read_persona(keys, "some.yaml")):
        assert alike(*both(house(), "greetings", "zh-Hans", caller))


def test_more_lines_than_a_stretch_holds_are_said_one_stretch_after_the_other(
    passed: list[bool],
) -> None:
    by = House.of_texts({"lines.yaml": TALKERS, "test.yaml": TALKING})
    stretched, plain = both(by, "test", "zh-Hans", find_persona("silent"))

    assert alike(stretched, plain)
    assert len(stretched.said) == MANY_LINES > virtual_stretch.MOST_ACTIONS
    assert passed == [True, True]


def test_a_call_that_has_too_few_steps_left_for_a_stretch_fails_where_the_engine_does() -> None:
    by = House.of_texts({"lines.yaml": TALKERS, "test.yaml": TALKING})
    talker = read_persona(
        "persona: somebody\nvoice: zh_m\nanswers:\n  - {say: dialect, after: 100ms}\n", "some.yaml"
    )
    stretched, plain = both(by, "test", "zh-Hans", talker)

    assert alike(stretched, plain)
    assert "over 500 steps" in stretched.ended.problem


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_stretch, "_MOST", 2)
    known = stretches_of("ivr", spoken_ms, True)
    known.known.clear()
    known.prompts.clear()
    for name in names():
        assert alike(*both(house(), "greetings", "en", find_persona(name), queue=PLANS[0]))

    assert len(known.known) <= 2
    assert len(known.prompts) <= 2


def test_a_run_that_left_its_table_has_no_stretch() -> None:
    values = {**Settings().house.variables("en"), "others": [1]}
    run = house().start_again("greetings", values, "en")

    assert isinstance(run, TableRun)
    assert (
        simulate(run, find_persona("silent")).said
        == simulate(hotline("en"), find_persona("silent")).said
    )


def test_a_caller_who_speaks_is_heard_no_line_at_once() -> None:
    acting = Acting(find_persona("polite"), lambda _: 1000)
    acting.answered(0)
    acting.house_listens(100)

    assert not acting.lets_pass(100, 900, 1, 100), "the turn began in this very millisecond"
    assert acting.line == 0
    assert acting.lets_pass(5000, 6000, 2, 5500)
    assert acting.line == 2
