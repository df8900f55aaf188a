"""Each kind of pattern on flows that keep it and on flows that some call breaks."""

from __future__ import annotations

import pytest

from callflow.proving.proof import Proved
from callflow.rules.monitor import score
from callflow.rules.state import Status
from tests.callflow.proving.proving_house import GOODBYE, path, proved, result, why

POLITE = """
steps:
  ring: {ring: 1}
  hi: {say: greeting}
  bye: {say: goodbye, end: done}
"""
LISTENS = """
always: {noise: bye, faint: bye, speech: bye}
steps:
  ring: {ring: 1}
  ask:
    say: question
    listen: 4s
    on: {silence: more}
  more: {say: hello}
  bye: {say: goodbye, end: done}
"""


@pytest.mark.parametrize(
    ("rule", "kept", "broken", "fault"),
    [
        (GOODBYE, POLITE, POLITE.replace("{say: goodbye, end: done}", "{end: done}"),
         "hung_up us without said goodbye before it"),
        ("never: {of: {said: hello}}", POLITE, LISTENS, "said hello"),
        ("exists: {of: {said: goodbye}, unless: {hung_up: [caller, network]}}", POLITE,
         POLITE.replace("say: goodbye", "say: hello"), "said goodbye never came"),
        ("count: {of: {said: greeting}, at_most: 1}", POLITE,
         POLITE.replace("say: greeting", "say: [greeting, greeting]"),
         "said greeting more than once"),
        ("every: {of: answered, fulfils: {answered: {rings: {at_most: 2}}}}", POLITE,
         POLITE.replace("ring: 1", "ring: 3"), "answered is not answered rings at most 2"),
        ("response: {when: {heard: silence}, expect: {said: hello}, "
         "unless: {hung_up: [caller, network]}}", LISTENS,
         LISTENS.replace("say: hello", "say: again"), "said hello never came"),
        ("chain: {when: {heard: silence}, expect: [{said: hello}, {said: goodbye}], "
         "unless: hung_up}", LISTENS, LISTENS.replace("say: hello", "say: again"),
         "said again in place of said hello"),
        ("between: {first: {said: question}, then: {said: hello}, at_least: 4s}", LISTENS,
         LISTENS.replace("listen: 4s", "listen: 3s"),
         "said hello after 3.00 s, not before 4 s"),
    ],
)  # fmt: skip
def test_a_pattern_is_proved_where_it_holds_and_broken_where_some_call_breaks_it(
    rule: str, kept: str, broken: str, fault: str
) -> None:
    assert proved(kept, rule)
    assert not proved(broken, rule)
    assert why(broken, rule) == fault


@pytest.mark.parametrize(
    ("listen", "holds"),
    [("4s", True), ("3s", False), ("{for: 4s, end_pause: 1s}", False), ("5s", True)],
)
def test_a_pause_is_judged_by_its_least_and_its_most_length(listen: str, holds: bool) -> None:
    # Silence comes up to five blips of `end_pause` late: 3.5 s with 700 ms, 5 s with 1 s.
    rule = "between: {first: {said: question}, then: {said: hello}, at_least: 4s, at_most: 8500ms}"

    assert proved(LISTENS.replace("listen: 4s", f"listen: {listen}"), rule) is holds


def test_a_time_that_only_the_slowest_call_breaks_is_told_with_that_call() -> None:
    rule = "between: {first: {said: question}, then: {said: goodbye}, at_most: 5s}"

    found = result(LISTENS, rule).counterexample

    assert found is not None
    assert found.why.endswith("due by 5 s")
    assert score(found.events, [result(LISTENS, rule).rule])[0].status is Status.BROKEN


def test_a_number_in_an_event_is_tried_at_both_ends_of_what_it_can_be() -> None:
    flow = """
    steps:
      ring: {ring: 1}
      hold:
        queue: {name: desk, wait: 30s}
        on: {answered: bye, no_answer: bye, failed: bye}
      bye: {say: goodbye, end: done}
    """
    rule = "never: {{of: {{left_queue: {{waited_ms: {{at_least: {least}}}}}}}}}"

    assert not proved(flow, rule.format(least=30_000))
    assert proved(flow, rule.format(least=30_001))


def test_the_shortest_call_is_told() -> None:
    rule = "never: {of: {said: goodbye}}"

    assert path(LISTENS, rule) == ["answered", "ok", "speech", "ok"]


def test_a_counterexample_breaks_the_rule_for_the_monitor_of_live_calls() -> None:
    broken = result(LISTENS, "never: {of: {said: hello}}")

    assert broken.status is Proved.BROKEN
    assert broken.counterexample is not None
    verdict = score(broken.counterexample.events, [broken.rule])[0]
    assert (verdict.status, verdict.why) == (Status.BROKEN, "said hello")


def test_a_rule_that_nothing_in_the_flow_touches_holds_without_applying() -> None:
    found = result(POLITE, "response: {when: {heard: noise}, expect: {said: hello}}")

    assert (found.status, found.applies) == (Proved.PROVED, False)
    assert result(POLITE, GOODBYE).applies


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("judged_by: person\nreason: {zh: 听, en: only an ear can tell}", "only an ear can tell"),
        ("exists: {of: recording_kept}", "no flow makes recording_kept"),
    ],
)
def test_what_no_flow_can_show_is_said_to_be_undecidable_with_the_reason(
    rule: str, reason: str
) -> None:
    found = result(POLITE, rule)

    assert found.status is Proved.UNDECIDABLE
    assert found.reason.startswith(reason)


def test_a_line_may_take_as_long_as_in_any_language_of_the_flow() -> None:
    rule = "response: {when: answered, expect: {said: goodbye}, unless: hung_up, within: 4s}"

    # 什么事, at half the usual pace 1.5 s; `What is it`, no longer; 您好 in each.
    assert proved(POLITE, rule)
    long = "{zh-Hans: 您好, zh-Hant: 您好, en: 'Hello, this is the hotline, and welcome to you'}"
    assert not proved(POLITE, rule, greeting=long)
    assert proved("languages: [zh-Hans, zh-Hant]" + POLITE, rule, greeting=long)
