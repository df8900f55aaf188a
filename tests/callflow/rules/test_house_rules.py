"""The house rules of `scripts/house_rules.yaml` on calls that keep and break them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.house import House
from callflow.rules.loader import load_rules
from callflow.rules.monitor import Monitor, RuleSet, score
from callflow.rules.state import Status
from calls.events import CallEvent
from tests.callflow.traces import Trace

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    """The rules, their lines and tags checked against those of the house."""
    path = SCRIPTS / "house_rules.yaml"
    lines = House.load(SCRIPTS).lines
    tags = {tag for line in lines.values() for tag in line.tags}
    return load_rules(path.read_text(encoding="utf-8"), str(path), lines=lines, tags=tags)


def of(rules: RuleSet, rule: str, events: list[CallEvent]) -> tuple[Status, str]:
    verdict = score(events, [rules[rule]])[0]
    return verdict.status, verdict.why


def greeted(waited_ms: int = 0, rings: int = 1) -> Trace:
    return Trace().ring(waited_ms, rings).say("greeting", "greeting")


@pytest.mark.parametrize(
    ("waited_ms", "rings", "status"),
    [(0, 1, Status.KEPT), (14_900, 3, Status.KEPT), (15_300, 4, Status.BROKEN)],
)
def test_a01_the_call_is_answered_before_the_fourth_ring(
    rules: RuleSet, waited_ms: int, rings: int, status: Status
) -> None:
    assert of(rules, "A01", greeted(waited_ms, rings).hang_up("caller"))[0] is status


def test_a01_a_caller_who_gave_up_after_four_rings_was_not_answered_in_time(
    rules: RuleSet,
) -> None:
    trace = Trace().add("offered", direction="inbound").add("key", 16_000, digits="1")

    assert of(rules, "A01", trace.hang_up("caller"))[0] is Status.BROKEN


def test_a01_a_caller_who_gave_up_at_the_second_ring_breaks_nothing(rules: RuleSet) -> None:
    trace = Trace().add("offered", direction="inbound").add("hung_up", 7_000, by="caller")

    assert of(rules, "A01", trace.hang_up("caller"))[0] is not Status.BROKEN


def test_a02_the_first_sentence_is_the_greeting(rules: RuleSet) -> None:
    notice_first = Trace().ring().say("recording_notice", "notice").say("greeting", "greeting")

    assert of(rules, "A02", greeted().hang_up("caller"))[0] is Status.KEPT
    assert of(rules, "A02", notice_first.hang_up("caller")) == (
        Status.BROKEN,
        "said recording_notice without said (greeting) before it",
    )


def test_a02_answered_and_hung_up_on_without_a_word_is_broken(rules: RuleSet) -> None:
    assert of(rules, "A02", Trace().ring().hang_up("us"))[0] is Status.BROKEN
    assert of(rules, "A02", Trace().ring().hang_up("caller"))[0] is Status.KEPT


def test_a05_the_last_sentence_before_we_hang_up_is_goodbye(rules: RuleSet) -> None:
    goodbye = greeted().say("closing", "closing", "thanks")
    went_on = greeted().say("closing", "closing", "thanks").say("main_menu", "menu")

    assert of(rules, "A05", goodbye.hang_up("us"))[0] is Status.KEPT
    assert of(rules, "A05", greeted().hang_up("us"))[0] is Status.BROKEN
    assert of(rules, "A05", went_on.hang_up("us"))[0] is Status.BROKEN
    assert of(rules, "A05", greeted().hang_up("caller"))[0] is Status.NOT_APPLICABLE


def test_a05_a_goodbye_that_never_sounded_does_not_count(rules: RuleSet) -> None:
    trace = greeted().say("closing", "closing", "thanks", ended="failed")

    assert of(rules, "A05", trace.hang_up("us"))[0] is Status.BROKEN


def test_a05_the_agent_says_goodbye_where_the_ears_of_the_flow_do_not_reach(
    rules: RuleSet,
) -> None:
    trace = greeted().say("please_hold").add("left_queue", 60_000, result="answered")

    assert of(rules, "A05", trace.hang_up("us"))[0] is Status.KEPT


def test_a08_anything_else_is_asked_before_thanks_and_goodbye(rules: RuleSet) -> None:
    asked = greeted().say("anything_else", "anything_else").hear("silence")
    asked.say("closing", "closing", "thanks")
    not_asked = greeted().say("closing", "closing", "thanks")
    new_matter = greeted().say("anything_else", "anything_else").say("main_menu", "menu")
    new_matter.say("closing", "closing", "thanks")

    assert of(rules, "A08", asked.hang_up("us", "served"))[0] is Status.KEPT
    assert of(rules, "A08", not_asked.hang_up("us", "served"))[0] is Status.BROKEN
    assert of(rules, "A08", new_matter.hang_up("us", "served"))[0] is Status.BROKEN


def test_a08_served_without_thanks_is_broken(rules: RuleSet) -> None:
    trace = greeted().say("anything_else", "anything_else").say("noise_closing", "closing")

    assert of(rules, "A08", trace.hang_up("us", "served"))[0] is Status.BROKEN


def silent(*lines: str, pause_ms: int = 4000) -> Trace:
    trace = greeted().hear("silence", 4000)
    for line in lines:
        trace.say(line, pause_ms=100).hear("silence", pause_ms)
    return trace


def test_a11_the_silent_caller_is_called_twice_then_told_goodbye(rules: RuleSet) -> None:
    kept = silent("hello", "hello").say("no_voice", "closing")

    assert of(rules, "A11", kept.hang_up("us")) == (Status.KEPT, "")


@pytest.mark.parametrize(
    ("lines", "pause_ms", "why"),
    [
        (["hello"], 4000, "said no_voice in place of said hello"),
        (["hello", "hello", "hello"], 4000, "said hello in place of said no_voice"),
        ([], 4000, "said no_voice in place of said hello"),
        (["hello", "hello"], 2000, "said hello after 2.10 s, not before 3 s"),
        (["hello", "hello"], 9000, "said hello after 9.10 s, due by 8 s"),
    ],
)
def test_a11_too_few_too_many_or_too_hasty_is_broken(
    rules: RuleSet, lines: list[str], pause_ms: int, why: str
) -> None:
    trace = silent(*lines, pause_ms=pause_ms).say("no_voice", "closing")

    assert of(rules, "A11", trace.hang_up("us")) == (Status.BROKEN, why)


def test_a11_a_caller_who_speaks_or_hangs_up_ends_it_in_peace(rules: RuleSet) -> None:
    speaks = silent("hello").hear("speech").say("main_menu", "menu").hear("silence")

    assert of(rules, "A11", speaks.hang_up("caller"))[0] is Status.KEPT
    assert of(rules, "A11", silent("hello").hang_up("caller"))[0] is Status.KEPT


def test_a11_silence_later_in_the_call_is_not_a_silent_call(rules: RuleSet) -> None:
    trace = greeted().hear("speech").say("main_menu", "menu").hear("silence").say("menu_again")

    assert of(rules, "A11", trace.hang_up("caller"))[0] is Status.NOT_APPLICABLE


def noisy(held_ms: int, *, clears: bool = False) -> Trace:
    trace = greeted().hear("noise", 3000).say("ask_louder", "noise")
    return trace.hear("clear" if clears else "noise", held_ms)


@pytest.mark.parametrize(
    ("held_ms", "status"),
    [(10_000, Status.KEPT), (9_500, Status.BROKEN), (14_000, Status.BROKEN)],
)
def test_a12_the_line_has_ten_seconds_to_clear(
    rules: RuleSet, held_ms: int, status: Status
) -> None:
    trace = noisy(held_ms).say("noise_closing", "closing", pause_ms=50)

    assert of(rules, "A12", trace.hang_up("us"))[0] is status


def test_a12_a_line_that_cleared_is_not_closed(rules: RuleSet) -> None:
    goes_on = noisy(4_000, clears=True).say("main_menu", "menu")
    closed = noisy(10_000, clears=True).say("noise_closing", "closing")

    assert of(rules, "A12", goes_on.hang_up("caller"))[0] is Status.KEPT
    assert of(rules, "A12", closed.hang_up("us"))[0] is Status.BROKEN


def test_a12_noise_that_nobody_speaks_of_is_broken(rules: RuleSet) -> None:
    ignored = greeted().hear("noise", 3000).say("main_menu", "menu")
    unheard = greeted().say("noise_closing", "closing")

    assert of(rules, "A12", ignored.hang_up("caller"))[0] is Status.BROKEN
    assert of(rules, "A12", unheard.hang_up("us"))[0] is Status.BROKEN


def test_a12_noise_that_comes_back_after_it_cleared_is_asked_about_again(rules: RuleSet) -> None:
    again = noisy(4_000, clears=True).hear("noise", 3000).say("ask_louder", "noise")
    ignored = noisy(4_000, clears=True).hear("noise", 3000).say("main_menu", "menu")
    closed = noisy(4_000, clears=True).hear("noise", 3000).say("noise_closing", "closing")

    assert of(rules, "A12", again.hear("clear").hang_up("caller"))[0] is Status.KEPT
    assert of(rules, "A12", ignored.hang_up("caller"))[0] is Status.BROKEN
    assert of(rules, "A12", closed.hang_up("us"))[0] is Status.BROKEN


def test_a13_a_faint_caller_is_asked_to_speak_up_before_anything_else(rules: RuleSet) -> None:
    asked = greeted().hear("faint").say("speak_up").hear("faint").say("speak_up").hear("faint")
    asked.say("try_another_phone", "closing")
    ignored = greeted().hear("faint").say("main_menu", "menu")
    dismissed = greeted().hear("faint").say("try_another_phone", "closing")

    assert of(rules, "A13", asked.hang_up("us"))[0] is Status.KEPT
    assert of(rules, "A13", ignored.hang_up("us"))[0] is Status.BROKEN
    assert of(rules, "A13", dismissed.hang_up("us"))[0] is Status.BROKEN


def test_a_rule_on_a_live_call_says_what_is_due_and_by_when(rules: RuleSet) -> None:
    monitor = Monitor(rules["A11"])
    for event in silent("hello").events:
        monitor.feed(event)

    verdict = monitor.verdict()

    assert verdict.status is Status.PENDING
    hello_ended_ms = 1100 + 4000 + 1100
    assert [(due.what, due.not_before_ms, due.by_ms) for due in verdict.due] == [
        ("said hello", hello_ended_ms + 3000, hello_ended_ms + 8000)
    ]
    assert [item.what for item in verdict.evidence] == ["heard silence", "said hello"]


def test_a_broken_rule_shows_the_events_up_to_the_one_that_broke_it(rules: RuleSet) -> None:
    trace = silent("hello").say("no_voice", "closing")

    evidence = score(trace.hang_up("us"), [rules["A11"]])[0].evidence

    assert [(item.seq, item.what) for item in evidence] == [
        (4, "heard silence"), (5, "said hello"), (7, "said no_voice"),
    ]  # fmt: skip
