"""Calls of the past against a hotline that was changed in one way or another."""

from __future__ import annotations

import pytest

from callers.agent_plan import AgentPlan, At, CancelForm, Fill, Pick, Take
from callers.loader import find_persona, names
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual import simulate, spoken_ms
from callflow.house import House
from callflow.replaying.comparing import compare
from callflow.rules.state import Status
from calls.events import CallEvent
from launch.settings.site import PROJECT, Settings
from tests.callflow.replaying.past import (
    ASKS_HOURS,
    LEAVES_IN_THE_MENU,
    LINES,
    SILENT,
    SLOW,
    WANTS_A_PERSON,
    compared,
    house,
    past,
    side,
)

AGENT = QueuePlan(agent="a1", answers_after_ms=3000, talks_ms=10_000)
WANG = PlannedOffice(directories={"customers": {"": {"name": "王"}}})
HOUSE_VARIABLES = Settings().house.all_variables()


@pytest.fixture(scope="module")
def shipped() -> House:
    return House.load(PROJECT / "scripts")


# --- nothing changed --------------------------------------------------------------------------


@pytest.mark.parametrize("persona", names())
@pytest.mark.parametrize("agent", ["", "a1"])
@pytest.mark.parametrize("flow", ["greetings", "callback"])
def test_a_call_of_every_persona_goes_the_same_way_by_the_same_scripts(
    shipped: House, persona: str, agent: str, flow: str
) -> None:
    run = shipped.start(flow, HOUSE_VARIABLES, "zh-Hans")
    call = simulate(run, find_persona(persona), queue=QueuePlan(agent=agent))

    found = compare(call.events, shipped, HOUSE_VARIABLES, "zh-Hans", spoken_ms)

    assert found.same
    assert found.undecided is None
    assert not found.other_steps
    assert not any(change.changed for change in found.rules)
    assert all(then == now for then, now in found.digests.values())
    # To the millisecond: nothing is played but what happened.
    assert [(pair.then, pair.now) for pair in found.pairs] == [
        (pair.then, replace_seq(pair.now, pair.then)) for pair in found.pairs
    ]


def replace_seq(now: CallEvent | None, then: CallEvent | None) -> CallEvent | None:
    """`now` with the number of `then`; what was never replayed still shifts numbers."""
    assert now is not None
    assert then is not None
    return now._replace(seq=then.seq, at=then.at, data=dict(then.data) | dict(now.data))


FORM = {"phone": "13812345678", "matter": "灯", "handled": "answered"}
DEEDS = {
    "answered": (
        At(step="entry", deed=Fill(values=FORM)),
        At(step="how", deed=Pick(keys="1")),
    ),
    "an upset caller": (
        At(step="entry", deed=Take(branch="upset")),
        At(step="entry", deed=Fill(values=FORM)),
        At(step="how", deed=Pick(keys="3")),
    ),
    "a form left once": (At(step="entry", deed=CancelForm()),),
    "a wrong number": (At(step="entry", deed=Take(branch="wrong_number")),),
}  # fmt: skip


@pytest.mark.parametrize("deeds", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("persona", ["polite", "silent", "presses_keys"])
def test_a_call_that_an_agent_performed_goes_the_same_way(
    shipped: House, deeds: tuple[At, ...], persona: str
) -> None:
    run = shipped.start("agent_call", HOUSE_VARIABLES, "zh-Hans", "agent")
    call = simulate(run, find_persona(persona), agent=AgentPlan(deeds=deeds))

    found = compare(call.events, shipped, HOUSE_VARIABLES, "zh-Hans", spoken_ms)

    assert found.same, found.first
    assert found.undecided is None
    assert not found.other_steps


@pytest.mark.parametrize("persona", [ASKS_HOURS, WANTS_A_PERSON, SILENT, LEAVES_IN_THE_MENU, SLOW])
@pytest.mark.parametrize("office", [PlannedOffice(), WANG], ids=["stranger", "known"])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_small_hotline_too_known_callers_and_english_ones(
    persona: str, office: PlannedOffice, language: str
) -> None:
    found = compared(past(persona, office=office, language=language, queue=AGENT), house())

    assert found.same, found.first
    assert found.undecided is None


def test_other_values_of_the_houses_own_variables_are_no_difference() -> None:
    events = past(ASKS_HOURS)
    elsewhere = {"company": {"zh-Hans": "别家", "zh-Hant": "別家", "en": "Others"}}

    assert compare(events, house(), elsewhere, "zh-Hans", spoken_ms).same


# --- one thing changed ------------------------------------------------------------------------


def test_a_line_swapped_is_told_with_its_step_and_the_caller_answers_as_before() -> None:
    found = compared(past(ASKS_HOURS), house(("    say: ask\n", "    say: other\n")))

    assert not found.same
    assert found.first is not None
    assert found.first.spot == ("hotline", "asking")
    assert found.first.place == "hotline.yaml:22"
    assert found.first.after == "looked up not_found"
    assert (found.first.then, found.first.now) == (
        side(found, now=False, kind="said")[1],
        side(found, now=True, kind="said")[1],
    )
    assert found.undecided is None
    assert [event.data["what"] for event in side(found, now=True, kind="heard")] == ["speech"]
    assert side(found, now=True, kind="ended")[0].data["disposition"] == "served"
    # 请讲。 is shorter, so all that comes after it comes earlier.
    then, now = (side(found, now=side_now, kind="ended")[0] for side_now in (False, True))
    assert now.offset_ms < then.offset_ms


def test_other_words_of_a_line_are_a_difference() -> None:
    words = LINES.replace("请问有什么可以帮您？", "请问有何贵干？")

    found = compared(past(ASKS_HOURS), house(lines=words))

    assert found.first is not None
    assert found.first.now is not None
    assert found.first.now.data["text"] == "请问有何贵干？"


def test_a_step_removed_breaks_the_rule_that_needs_it() -> None:
    found = compared(
        past(ASKS_HOURS), house(("  welcome:\n    say: greeting\n", ""), ("welcome", "asking"))
    )

    assert found.first is not None
    assert found.first.then is not None
    assert found.first.then.data["line"] == "greeting"
    broken = [change.now.rule.id for change in found.rules if change.newly_broken]
    assert broken == ["A02"]
    assert found.undecided is None


def test_another_target_leads_to_a_queue_of_which_the_record_knows_nothing() -> None:
    found = compared(
        past(ASKS_HOURS), house(('{"1": info, "0": person}', '{"1": person, "0": info}'))
    )

    assert found.first is not None
    assert found.first.after == "key 1"
    assert found.first.now is not None
    assert found.first.now.data["line"] == "hold"
    stop = found.undecided
    assert stop is not None
    assert stop.spot == ("hotline", "person")
    assert "support" in stop.why
    leads = {each.outcome: (each.says, each.then) for each in stop.alternatives}
    assert leads["no_answer"] == (("bye",), "the call ends: served")
    assert leads["error"][1] == "the call ends: fallback"
    assert set(leads) == {"answered", "no_answer", "failed", "error", "hangup"}
    assert {change.now.status for change in found.rules} == {Status.PENDING}


def test_another_target_of_a_talk_still_knows_how_the_talk_went() -> None:
    swapped = house(("answered: closing", "answered: silent"))

    found = compared(past(WANTS_A_PERSON, queue=AGENT), swapped)

    assert found.undecided is None
    assert found.first is not None
    assert found.first.after == "left queue answered"
    assert side(found, now=True, kind="said")[-1].data["line"] == "sorry"


def test_another_language_is_a_difference_from_the_first_line_on() -> None:
    english = house(("  known:\n", "  english:\n    set: {language: en}\n  known:\n"))

    found = compared(past(ASKS_HOURS), english)

    assert found.first is not None
    assert found.first.now is not None
    assert found.first.now.data["language"] == "en"
    assert found.undecided is None
    assert {event.data["language"] for event in side(found, now=True, kind="said")} == {"en"}


def test_a_goodbye_lost_is_a_rule_newly_broken() -> None:
    found = compared(past(SILENT), house(("    say: sorry\n    end: silent", "    end: silent")))

    (change,) = [change for change in found.rules if change.newly_broken]
    assert change.now.rule.id == "A01"


def test_a_step_renamed_is_told_apart_from_what_the_caller_notices() -> None:
    renamed = house(("  asking:", "  question:"), ("  info:", "  times:"), ("info,", "times,"))

    found = compared(past(ASKS_HOURS), renamed)

    assert found.same
    assert found.other_steps


# --- windows ----------------------------------------------------------------------------------


def test_a_shorter_window_runs_out_before_a_slow_caller_speaks() -> None:
    found = compared(past(SLOW), house(("listen: 4s", "listen: 3s")))

    (heard,) = side(found, now=True, kind="heard")
    assert heard.data["what"] == "silence"
    assert heard.data["to_ms"] - heard.data["from_ms"] == 3000
    assert side(found, now=True, kind="ended")[0].data["disposition"] == "silent"
    assert found.undecided is None


def test_a_shorter_window_is_long_enough_for_a_quick_one() -> None:
    found = compared(past(ASKS_HOURS), house(("listen: 4s", "listen: 3s")))

    assert [event.data["what"] for event in side(found, now=True, kind="heard")] == ["speech"]
    assert side(found, now=True, kind="ended")[0].data["disposition"] == "served"


def test_what_a_silent_caller_would_do_in_a_longer_window_nobody_knows() -> None:
    found = compared(past(SILENT), house(("listen: 4s", "listen: 6s")))

    stop = found.undecided
    assert stop is not None
    assert stop.asks == "listens for 6 s"
    assert "silence for 4 s then" in stop.why
    assert {each.outcome for each in stop.alternatives} == {
        "speech", "silence", "noise", "faint", "error", "hangup",
    }  # fmt: skip
    spoken = next(each for each in stop.alternatives if each.outcome == "speech")
    assert spoken.says == ("menu",)
    assert spoken.then == "listens for 5 s in hotline.choice"


def test_a_question_nobody_was_asked_is_where_the_record_ends() -> None:
    asked = house(("  info:\n    say: hours\n", "  info:\n    say: hours\n    listen: 3s\n"
                   "    on: {speech: closing, silence: closing}\n"))  # fmt: skip

    found = compared(past(ASKS_HOURS), asked)

    assert found.undecided is not None
    assert found.undecided.spot == ("hotline", "info")
    assert found.undecided.why == "the caller was not listened to here then"
    spoken = next(each for each in found.undecided.alternatives if each.outcome == "speech")
    assert (spoken.says, spoken.then) == (("bye",), "the call ends: served")


def test_more_attempts_ask_the_caller_who_had_none_left() -> None:
    keeps_silent = "answers: [{say: inquiry, after: 500ms}]\nthen: silent"
    found = compared(past(keeps_silent), house(("attempts: 2", "attempts: 3")))

    assert found.undecided is not None
    assert found.undecided.spot == ("hotline", "choice")
    assert len(side(found, now=True, kind="listening")) == 4


# --- the line ---------------------------------------------------------------------------------


def test_a_caller_who_hung_up_in_a_line_does_so_in_the_line_that_took_its_place() -> None:
    swapped = house(("    say: menu\n", "    say: hours\n"))

    found = compared(past(LEAVES_IN_THE_MENU), swapped)

    assert found.undecided is None
    assert side(found, now=True, kind="said")[-1].data["ended"] == "hangup"
    assert side(found, now=True, kind="hung_up")[0].data["by"] == "caller"
    assert side(found, now=True, kind="ended")[0].data["end_reason"] == "caller_hung_up"


def test_a_caller_who_would_wait_longer_might_have_been_answered() -> None:
    longer = house(("wait: 20s", "wait: 60s"))

    found = compared(past(WANTS_A_PERSON), longer)

    assert found.undecided is not None
    assert found.undecided.why.startswith("nobody answered in 20 s")


def test_a_caller_who_left_while_it_rang_is_answered_where_it_rings_less() -> None:
    rings_twice = house(("ring: 1", "ring: 2"))
    events = past("answers: [silent]\nhang_up: {ring: 2, after: 500ms}", by=rings_twice)

    assert compared(events, rings_twice).same
    found = compared(events, house())

    assert found.first is not None
    assert found.first.now is not None
    assert found.first.now.kind == "answered"
    assert side(compared(events, house(("ring: 1", "ring: 3"))), now=True, kind="answered") == []


# --- what the record does not hold ------------------------------------------------------------


def test_a_condition_on_what_a_file_told_goes_the_way_it_went() -> None:
    assert compared(past(ASKS_HOURS, office=WANG), house()).same
    renamed = house(("        go: named", "        go: dearly"), ("  named:", "  dearly:"))

    found = compared(past(ASKS_HOURS, office=WANG), renamed)

    assert found.undecided is not None
    assert found.undecided.why.startswith('whether name == "王"')


def test_a_call_that_was_cut_off_is_the_same_as_far_as_it_goes() -> None:
    whole = past(ASKS_HOURS)
    for length in range(1, len(whole)):
        cut = whole[:length]
        for events in (cut, interrupted(cut)):
            found = compared(events, house())
            assert found.same, (length, found.first)
            assert found.cut


def interrupted(events: tuple[CallEvent, ...]) -> tuple[CallEvent, ...]:
    """The call of a server that died there, as the next start marks it."""
    last = events[-1]
    data = {"end_reason": "interrupted", "disposition": ""}
    return (*events, last._replace(seq=last.seq + 1, kind="ended", data=data))


def test_a_line_that_could_not_be_said_is_not_said_now_either() -> None:
    run = house().start("hotline", {"company": "三声"}, "zh-Hans")
    persona = find_persona("polite")
    call = simulate(run, persona, fails=frozenset({"hours"}))

    found = compare(call.events, house(), {"company": "三声"}, "zh-Hans", spoken_ms)

    assert found.same, found.first
    assert found.undecided is None


def test_a_call_without_an_offer_is_refused() -> None:
    with pytest.raises(ValueError, match="begin with its offer"):
        compared(past(SILENT)[1:], house())


@pytest.mark.parametrize("queue", [AGENT, QueuePlan()], ids=["answered", "nobody there"])
def test_a_transfer_is_replayed_with_who_answered(queue: QueuePlan) -> None:
    transfers = house(
        ("queue: {name: support, wait: 20s}", "transfer: {to: duty, wait: 20s}"),
        ("answered: closing", "busy: closing, answered: closing"),
    )
    events = past(WANTS_A_PERSON, by=transfers, queue=queue)

    found = compared(events, transfers)

    assert found.same, found.first
    assert found.undecided is None
    assert side(found, now=True, kind="transferred")
    queues = compared(events, house())
    assert queues.undecided is not None
    assert queues.undecided.asks == "puts the caller into queue support"


def test_facts_of_kinds_to_come_go_along_with_what_was_done() -> None:
    events = list(past(WANTS_A_PERSON, queue=AGENT))
    for kind in ("said", "queued", "agent_answered", "key"):
        at = next(number for number, event in enumerate(events) if event.kind == kind) + 1
        events.insert(at, events[at - 1]._replace(kind=f"new_after_{kind}", data={"to": kind}))
    events = [event._replace(seq=number) for number, event in enumerate(events, 1)]

    found = compared(tuple(events), house())

    assert found.same, found.first
    assert len([pair for pair in found.pairs if pair.now and "new_" in pair.now.kind]) == 4


def test_what_the_agents_own_flow_did_in_the_talk_is_no_step_of_the_callers() -> None:
    events = list(past(WANTS_A_PERSON, queue=AGENT))
    at = next(number for number, event in enumerate(events) if event.kind == "agent_answered") + 1
    said = next(event.data for event in events if event.kind == "said")
    coached = [
        events[at - 1]._replace(kind=kind, data=data)
        for kind, data in (
            ("stepped", {"flow": "agent_call", "step": "welcome", "digest": "x"}),
            ("said", dict(said) | {"performer": "agent"}),
            ("heard", {"what": "speech", "from_ms": 1, "to_ms": 2}),
            ("fault", {"where": "coach", "problem": "a plug-in broke"}),
            ("transferring", {"to": "duty"}),
            ("transferred", {"to": "duty", "result": "busy", "waited_ms": 1, "talked_ms": 0}),
            ("queued", {"queue": "dialect"}),
            ("left_queue", {"queue": "dialect", "result": "failed", "waited_ms": 1,
                            "talked_ms": 0, "agent": ""}),
        )
    ]  # fmt: skip
    events = [
        event._replace(seq=number)
        for number, event in enumerate([*events[:at], *coached, *events[at:]], 1)
    ]

    found = compared(tuple(events), house())

    assert found.same, found.first
    assert not found.other_steps
