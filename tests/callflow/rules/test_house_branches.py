"""The house rules about an agent's talk and about callbacks, on calls that keep and break them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.house import House
from callflow.rules.monitor import RuleSet, score
from callflow.rules.state import Status
from tests.callflow.traces import Trace

SCRIPTS = Path(__file__).parents[3] / "scripts"
KEPT, BROKEN, NOT_ASKED = Status.KEPT, Status.BROKEN, Status.NOT_APPLICABLE
UNSHOWN = {"A03", "A04", "A06", "A07", "A22"}
"""Rules that no trace can show at all."""


@pytest.fixture(scope="module")
def house() -> House:
    return House.load(SCRIPTS)


@pytest.fixture(scope="module")
def rules(house: House) -> RuleSet:
    return house.rules


def call(house: House, told: str, *, direction: str = "inbound", ended: str = "served") -> Trace:
    """A call written as words: `line`, `kind:value`, `kind:field=value,...`; an agent speaks."""
    trace = Trace().add("offered", direction=direction, flow="agent_call")
    trace.add("answered", rings=1, waited_ms=0)
    for word in told.split():
        kind, _, rest = word.partition(":")
        if not rest:
            trace.say(kind, *house.lines[kind].tags)
            said = trace.events[-1]
            trace.events[-1] = said._replace(data={**said.data, "performer": "agent"})
            continue
        pairs = (each.partition("=") for each in rest.split(","))
        trace.add(kind, 1000, **{name: value for name, _, value in pairs})
    if trace.events[-1].kind != "hung_up":
        trace.add("hung_up", by="us")
    return trace.add("ended", disposition=ended, end_reason="completed")


FORM = "form_filled:form=call_record,result=ok"
IDENTITY = "form_filled:form=identity,result=ok"
ACCOUNT = "looked_up:directory=accounts,result=found"
COLLEAGUE = "looked_up:directory=colleagues,result=found"
STRANGER = "looked_up:directory=colleagues,result=not_found"
GONE = "hung_up:by=caller"
SATISFIED = "callback_opening callback_satisfied key:digits=1 callback_advice"
UNHAPPY = "callback_opening callback_satisfied key:digits=2 callback_improve"

CASES = [
    ("A05", "greeting transferred:result=answered", KEPT),
    ("A05", "greeting transferred:result=no_answer", BROKEN),
    ("A09", "greeting promised:about=x closing_pending", KEPT),
    ("A09", "greeting closing_pending", BROKEN),
    ("A09", "greeting promised:about=x closing", BROKEN),
    ("A09", f"greeting promised:about=x {GONE}", KEPT),
    ("A10", f"greeting {FORM} branched:branch=thanks_first closing_thanks", KEPT),
    ("A10", f"greeting {FORM} branched:branch=thanks_first closing", BROKEN),
    ("A10", "greeting closing_thanks", BROKEN),
    ("A10", f"greeting branched:branch=thanks_first {FORM} anything_else closing", NOT_ASKED),
    ("A14", f"{COLLEAGUE} internal_greeting", KEPT),
    ("A14", f"{COLLEAGUE} greeting", BROKEN),
    ("A14", f"{STRANGER} internal_greeting", BROKEN),
    ("A14", f"{STRANGER} greeting", NOT_ASKED),
    ("A15", "greeting branched:branch=wrong_number wrong_number", KEPT),
    ("A15", "greeting branched:branch=wrong_number closing", BROKEN),
    ("A15", "greeting branched:branch=wrong_number wrong_number closing", BROKEN),
    ("A15", "greeting wrong_number", BROKEN),
    ("A15", f"greeting {FORM} branched:branch=wrong_number answer closing", NOT_ASKED),
    ("A16", f"greeting {FORM} read_back details closing", KEPT),
    ("A16", f"greeting {FORM} answer closing", BROKEN),
    ("A16", f"greeting {FORM} read_back answer", BROKEN),
    ("A16", "greeting form_filled:form=call_record,result=cancelled closing", NOT_ASKED),
    ("A17", "greeting branched:branch=upset calming concrete_question", KEPT),
    ("A17", "greeting branched:branch=upset concrete_question", BROKEN),
    ("A17", "greeting branched:branch=upset calming closing", BROKEN),
    ("A18", "greeting branched:branch=dialect mandarin_please closing", KEPT),
    ("A18", "greeting branched:branch=dialect hand_over queued:queue=dialect", BROKEN),
    ("A18", "greeting branched:branch=dialect mandarin_please hand_over closing", BROKEN),
    (
        "A18",
        "greeting branched:branch=dialect mandarin_please hand_over queued:queue=dialect "
        "left_queue:queue=dialect,result=no_answer take_number promised:about=x closing_pending",
        KEPT,
    ),
    (
        "A18",
        "greeting branched:branch=dialect mandarin_please hand_over queued:queue=dialect "
        "left_queue:queue=dialect,result=no_answer closing",
        BROKEN,
    ),
    ("A19", "greeting branched:branch=beyond_me beyond_me promised:about=x closing_pending", KEPT),
    ("A19", "greeting branched:branch=beyond_me answer closing", BROKEN),
    ("A19", "greeting branched:branch=beyond_me beyond_me closing", BROKEN),
    ("A19", "greeting beyond_me heard:what=noise noise_closing", KEPT),
    (
        "A20",
        "greeting branched:branch=line_fault ticket_opened:ticket_class=fault line_fault "
        "transferred:result=answered",
        KEPT,
    ),
    ("A20", "greeting branched:branch=line_fault line_fault transferred:result=busy", BROKEN),
    ("A20", "greeting fault:where=ticket line_fault transferred:result=busy", KEPT),
    ("A20", "greeting branched:branch=line_fault closing", BROKEN),
    ("A20", "greeting ticket_opened:ticket_class=fault line_fault closing", BROKEN),
    ("A21", f"greeting {IDENTITY} {ACCOUNT} identity_checked account_answer", KEPT),
    ("A21", "greeting account_answer", BROKEN),
    ("A21", f"greeting {IDENTITY} identity_checked account_answer", BROKEN),
    ("A21", f"greeting {IDENTITY} {ACCOUNT} identity_refused account_answer", BROKEN),
    (
        "A21",
        f"greeting {IDENTITY} {ACCOUNT} identity_checked account_answer {FORM} account_answer",
        BROKEN,
    ),
    ("A23", "greeting ticket_opened:ticket_class=request expected_time", KEPT),
    ("A23", "greeting ticket_opened:ticket_class=request closing", BROKEN),
    ("A23", "greeting expected_time closing", BROKEN),
    ("A23", "greeting ticket_opened:ticket_class=fault closing", NOT_ASKED),
    ("A24", f"greeting {FORM} closing", KEPT),
    ("A24", "greeting closing", BROKEN),
    ("A24", "greeting form_filled:form=call_record,result=cancelled closing", BROKEN),
    ("A24", "greeting left_queue:queue=dialect,result=answered", KEPT),
]


@pytest.mark.parametrize(("rule", "told", "status"), CASES)
def test_an_agents_talk_is_judged(
    house: House, rules: RuleSet, rule: str, told: str, status: Status
) -> None:
    verdict = score(call(house, told).events, [rules[rule]])[0]

    assert verdict.status is status, verdict.why


OUTBOUND = [
    (f"{SATISFIED} callback_closing_satisfied wish_work", KEPT),
    (f"{UNHAPPY} callback_closing_dissatisfied wish_holiday", KEPT),
    (f"{SATISFIED} callback_closing_satisfied", BROKEN),
    (f"{SATISFIED} callback_closing_dissatisfied wish_work", BROKEN),
    (f"{UNHAPPY} callback_closing_satisfied wish_work", BROKEN),
    ("callback_opening callback_satisfied key:digits=3 callback_advice", BROKEN),
    ("callback_satisfied", BROKEN),
    (f"{SATISFIED} heard:what=noise ask_louder heard:what=noise noise_closing", KEPT),
    ("callback_opening callback_closing_satisfied wish_work", BROKEN),
]


@pytest.mark.parametrize(("told", "status"), OUTBOUND)
def test_b05_a_callback_is_judged(house: House, rules: RuleSet, told: str, status: Status) -> None:
    trace = call(house, told, direction="outbound")

    assert score(trace.events, [rules["B05"]])[0].status is status


def test_rules_about_calls_that_come_in_are_not_asked_of_callbacks(
    house: House, rules: RuleSet
) -> None:
    trace = call(house, "callback_opening heard:what=silence closing", direction="outbound")

    verdicts = {verdict.rule.id: verdict.status for verdict in score(trace.events, rules)}

    assert {verdicts[rule] for rule in ("A01", "A08", "A09", "A11", "A14")} == {NOT_ASKED}
    assert score(call(house, "greeting").events, [rules["B05"]])[0].status is NOT_ASKED


def test_a24_is_not_asked_where_only_the_machine_spoke(rules: RuleSet) -> None:
    trace = Trace().ring().say("greeting", "greeting").say("closing", "closing", "thanks")

    assert score(trace.hang_up("us", "served"), [rules["A24"]])[0].status is NOT_ASKED


def test_a02_the_agents_first_sentence_is_a_greeting_too(house: House, rules: RuleSet) -> None:
    machine = Trace().ring().say("greeting", "greeting").events[-1]
    greeted = call(house, "greeting closing")
    blunt = call(house, "closing")
    for trace in (greeted, blunt):
        trace.events.insert(2, machine)

    assert score(greeted.events, [rules["A02"]])[0].status is KEPT
    assert score(blunt.events, [rules["A02"]])[0].status is BROKEN


def test_every_rule_of_the_house_is_there_and_is_a_must(rules: RuleSet) -> None:
    assert [rule.id for rule in rules] == [*(f"A{n:02}" for n in range(1, 25)), "B05", "Q03"]
    assert all(rule.must for rule in rules)


def test_a_rule_without_a_pattern_says_who_judges_it(rules: RuleSet) -> None:
    undecided = [rule for rule in rules if not rule.decidable]

    assert {rule.id for rule in undecided} == UNSHOWN
    for verdict in score(Trace().ring().hang_up("caller"), undecided):
        assert verdict.status is NOT_ASKED
        assert verdict.rule.judged_by in ("person", "ledger", "audio")
        assert verdict.why == f"not decidable here: {verdict.rule.reason['en']}"


def test_every_rule_that_a_flow_names_is_there(house: House) -> None:
    named = {rule for flow in house.flows.values() for rule in flow.rules}

    assert named <= {rule.id for rule in house.rules}
