"""What is explored: unknown values both ways, counters, sub-flows, agents, faults, hang-ups."""

from __future__ import annotations

import pytest

from callflow.proving.proof import Proved, prove
from tests.callflow.proving.proving_house import GOODBYE, house, path, proved, result

NO_HELLO = "never: {of: {said: hello}}"
WHEN = """
{head}
steps:
  ring: {{ring: 1}}
  which:
    choose: [{{if: "{condition}", go: one}}, {{else: bye}}]
  one: {{say: hello}}
  bye: {{say: goodbye, end: done}}
"""


def when(condition: str, head: str = "") -> str:
    return WHEN.format(condition=condition, head=head)


def test_a_condition_over_what_the_call_brings_goes_both_ways() -> None:
    flow = when("name", "variables: {name: ''}")
    found = result(flow, NO_HELLO)

    assert found.counterexample is not None
    assert found.counterexample.assumed == (("name", True),)
    assert not proved(flow, "never: {of: {said: goodbye}}")


def test_a_condition_over_the_callers_number_goes_both_ways() -> None:
    assert not proved(when("ani == '110'"), NO_HELLO)


def test_a_condition_over_what_the_flow_sets_is_known() -> None:
    flow = """
    variables: {tries: 0}
    steps:
      ring: {ring: 1}
      first: {set: {tries: {is: tries + 1}}}
      which:
        choose: [{if: tries > 1, go: one}, {else: bye}]
      one: {say: hello}
      bye: {say: goodbye, end: done}
    """

    assert proved(flow, NO_HELLO)
    assert not proved(flow.replace("tries > 1", "tries > 0"), NO_HELLO)


def test_the_same_question_asked_twice_has_the_same_answer() -> None:
    flow = """
    variables: {name: ''}
    steps:
      ring: {ring: 1}
      first:
        choose: [{if: name, go: second}, {else: bye}]
      second:
        choose: [{if: name, go: bye}, {else: one}]
      one: {say: hello}
      bye: {say: goodbye, end: done}
    """

    assert proved(flow, NO_HELLO)


def test_a_new_value_opens_the_question_again() -> None:
    flow = """
    always: {noise: bye, faint: bye, speech: bye}
    steps:
      ring: {ring: 1}
      number:
        ask: {store: room, digits: 1-4}
        on: {exhausted: bye}
      first:
        choose: [{if: room == '1', go: other}, {else: bye}]
      other:
        ask: {store: room, digits: 1-4}
        on: {exhausted: bye}
      second:
        choose: [{if: room == '1', go: bye}, {else: one}]
      one: {say: hello}
      bye: {say: goodbye, end: done}
    """

    assert path(flow, NO_HELLO) == ["answered", "key", "key", "ok"]


def test_an_endless_counter_ends_the_proof_and_not_the_prover() -> None:
    flow = """
    variables: {tries: 0}
    always: {noise: ask, faint: ask}
    steps:
      ring: {ring: 1}
      ask:
        say: question
        listen: 2s
        on: {speech: bye, silence: more}
      more: {set: {tries: {is: tries + 1}}}
      which:
        choose: [{if: tries > 1000, go: one}, {else: ask}]
      one: {say: hello}
      bye: {say: goodbye, end: done}
    """
    found = result(flow, NO_HELLO)

    # Beyond 20 values a counter is taken for unknown, so the proof errs on the safe side.
    assert found.status is Proved.BROKEN
    assert proved(flow, "never: {of: {said: again}}")


def test_a_loop_in_which_nobody_does_anything_is_told() -> None:
    loops = (
        prove(
            house(
                """
            always: {noise: bye, faint: bye}
            steps:
              ring: {ring: 1}
              ask:
                say: question
                listen: 2s
                on: {speech: bye, silence: more}
              more: {say: again}
              back:
                wait: 1s
                on: {ok: ask}
              bye: {say: goodbye, end: done}
            """
            )
        )
        .flows[0]
        .loops
    )

    assert [sorted(step.step for step in loop) for loop in loops] == [["ask", "back", "more"]]


SUB = """
returns: [fine]
always: {noise: return fine, faint: return fine}
steps:
  ask:
    say: question
    listen: 3s
    on: {speech: return fine, silence: {leaves}}
"""
CALLS = """
steps:
  ring: {ring: 1}
  hi: {say: greeting}
  inner:
    call: sub
    on: {fine: bye}
  bye: {say: goodbye, end: done}
"""


def test_sub_flows_are_explored_with_what_they_return_and_where_they_end() -> None:
    assert proved(CALLS, GOODBYE, sub=SUB.replace("{leaves}", "return fine"))
    assert not proved(CALLS, GOODBYE, sub=SUB.replace("{leaves}", "end silent"))


def test_flows_that_are_only_called_are_no_entries() -> None:
    proof = prove(house(CALLS, GOODBYE, sub=SUB.replace("{leaves}", "return fine")))

    assert [flow.flow for flow in proof.flows] == ["main"]


POLITE = """
steps:
  ring: {ring: 1}
  hi: {say: greeting}
  bye: {say: goodbye, end: done}
"""


@pytest.mark.parametrize(
    ("point", "rule"),
    [
        ("while it rings", "exists: {of: answered}"),
        ("in the first line", "exists: {of: {said: goodbye}, unless: {hung_up: [us, network]}}"),
        ("in mid-line", "every: {of: said, fulfils: {said: {ended: completed}}}"),
    ],
)
def test_the_caller_may_hang_up_at_any_point(point: str, rule: str) -> None:
    found = result(POLITE, rule).counterexample

    assert found is not None, point
    assert [event.data["by"] for event in found.events if event.kind == "hung_up"] == ["caller"]


def test_the_caller_may_hang_up_just_before_we_do() -> None:
    rule = "never: {of: {ended: {disposition: done}}, after: {hung_up: caller}}"

    assert not proved(POLITE, rule)


def test_what_a_flow_does_after_a_hang_up_is_explored() -> None:
    flow = """
    steps:
      ring: {ring: 1}
      hi:
        say: greeting
        on: {hangup: keep}
      bye: {say: goodbye, end: done}
      keep:
        promise: {about: callback}
        on: {ok: over, error: over}
      over: {end: promised}
    """

    assert not proved(flow, "never: {of: promised}")
    assert path(flow, "never: {of: promised}") == ["answered", "hangup", "ok"]


def test_a_fault_that_no_step_handles_is_not_held_against_the_flow() -> None:
    assert proved(POLITE, "exists: {of: {said: goodbye}, unless: {hung_up: [caller, network]}}")


def test_a_fault_that_a_step_handles_is_explored() -> None:
    flow = """
    steps:
      ring: {ring: 1}
      hi: {say: greeting}
      bye:
        say: goodbye
        end: done
        on: {error: over}
      over: {end: done}
    """
    found = result(flow, GOODBYE)

    assert found.status is Proved.BROKEN
    assert found.counterexample is not None
    assert found.counterexample.legs[-1][0].way.ours


def test_a_menu_is_tried_with_a_key_for_each_target_and_a_wrong_one() -> None:
    flow = """
    always: {noise: bye, faint: bye, speech: bye}
    steps:
      ring: {ring: 1}
      choice:
        say: question
        menu: {keys: {"1": one, "2": bye, "3": bye}, attempts: 2, reprompt: again}
        on: {exhausted: two}
      one: {say: hello, end: done}
      two: {say: greeting, end: done}
      bye: {say: goodbye, end: done}
    """

    assert path(flow, NO_HELLO) == ["answered", "ok", "key", "ok"]
    twice = path(flow, "never: {of: {said: greeting}}")
    assert twice[:2] == ["answered", "ok"]
    assert set(twice[2:-1]) <= {"key", "silence", "ok"}
    assert not proved(flow, "never: {of: {key: '3'}}")
    assert not proved(flow, "never: {of: {said: again}}")


def test_a_queue_may_answer_or_not_or_fail_and_the_agent_hangs_up_who_talked() -> None:
    flow = """
    steps:
      ring: {ring: 1}
      hold:
        queue: {name: desk, wait: 30s}
        on: {answered: over, no_answer: bye, failed: bye}
      over: {end: served}
      bye: {say: goodbye, end: done}
    """

    assert proved(flow, GOODBYE)
    for result_ in ("answered", "no_answer", "failed", "abandoned"):
        assert not proved(flow, f"never: {{of: {{left_queue: {{result: {result_}}}}}}}"), result_
    assert not proved(flow, "never: {of: {hung_up: agent}}")
    assert not proved(flow.replace("no_answer: bye", "no_answer: over"), GOODBYE)


TOLD = """
    steps:
      ring: {ring: 1}
      hold:
        queue: {name: desk, wait: 30s, tell: [hello, again], every: 5s, keys: {"1": key, "2": bye}}
        on: {answered: over, no_answer: bye, failed: bye}
      key: {say: question, end: promised}
      over: {end: served}
      bye: {say: goodbye, end: done}
    """


def test_a_waiting_caller_may_be_told_nothing_some_lines_or_all_of_them_more_than_once() -> None:
    assert not proved(TOLD, "never: {of: {said: {line: again, ended: wait_over}}}")
    assert not proved(TOLD, "never: {of: {said: {line: hello, ended: hangup}}}")
    assert proved(TOLD, "precedence: {before: {said: again}, expect: {said: hello}}")
    twice = "chain: {when: {said: hello}, after: {said: again}, expect: [{said: goodbye}]}"
    assert not proved(TOLD, twice)
    assert proved(TOLD.replace("30s", "1s"), "never: {of: {said: hello}}")
    assert proved(TOLD.replace("steps:", "performer: agent\n    steps:"), NO_HELLO)


def test_words_that_fail_are_followed_by_all_that_can_end_a_wait() -> None:
    for where in ("prompt again", "asterisk"):
        for ends in ("answered", "no_answer", "key", "abandoned"):
            after = f"after: {{fault: {{where: {where}}}}}"
            assert not proved(TOLD, f"never: {{of: {{left_queue: {ends}}}, {after}}}"), ends


@pytest.mark.parametrize(("wait", "times"), [("5s", 1), ("30s", 6), ("10min", 12)])
def test_a_caller_is_told_as_often_as_fits_into_the_wait_up_to_twelve_times(
    wait: str, times: int
) -> None:
    flow = TOLD.replace("30s", wait)
    count = "count: {of: {said: hello}, at_most: TIMES}"

    assert proved(flow, count.replace("TIMES", str(times)))
    assert not proved(flow, count.replace("TIMES", str(times - 1)))


def test_a_key_leaves_the_queue_at_any_moment_for_where_it_leads() -> None:
    assert path(TOLD, "never: {of: {said: question}}") == ["answered", "key", "ok"]
    assert not proved(TOLD, "never: {of: {key: '2'}}")
    assert proved(TOLD, "precedence: {before: {said: question}, expect: {key: '1'}}")
    assert proved(TOLD, "precedence: {before: {said: question}, expect: {left_queue: key}}")
    assert not proved(TOLD, "never: {of: {said: {line: again, ended: key}}}")
    assert not proved(TOLD, GOODBYE)
    assert proved(TOLD.replace("say: question, end: promised", "say: goodbye, end: promised"))


def test_a_flow_for_either_is_proved_as_the_ivr_and_as_an_agent_perform_it() -> None:
    proof = prove(house("performer: either" + POLITE))

    assert [(flow.performer, flow.results[0].status) for flow in proof.flows] == [
        ("ivr", Proved.PROVED),
        ("agent", Proved.PROVED),
    ]


def test_an_agent_may_branch_at_any_step_where_the_flow_offers_it() -> None:
    flow = """
    performer: agent
    anytime: {upset: calm}
    steps:
      hi: {say: greeting}
      bye: {say: goodbye, end: done}
      calm: {say: hello, end: done}
    """

    assert path(flow, NO_HELLO) == ["upset", "ok"]
    assert not proved(flow, GOODBYE)


def test_how_fast_an_agent_answers_is_not_decided_by_a_flow() -> None:
    flow = """
    performer: agent
    steps:
      hi: {say: greeting}
      bye: {say: goodbye, end: done}
    """
    rule = "every: {of: answered, fulfils: {answered: {rings: {at_most: 3}}}}"

    assert result(flow, rule).status is Proved.UNDECIDABLE


def test_barge_in_cuts_a_prompt_by_speech_by_key_and_by_hanging_up() -> None:
    flow = """
    always: {noise: bye, faint: bye, speech: bye}
    steps:
      ring: {ring: 1}
      choice:
        say: question
        barge_in: true
        menu: {keys: {"1": bye}, attempts: 1}
        on: {exhausted: bye}
      bye: {say: goodbye, end: done}
    """

    for ended in ("completed", "barge_in", "key", "hangup"):
        assert not proved(flow, f"never: {{of: {{said: {{line: question, ended: {ended}}}}}}}")


def test_a_line_without_barge_in_is_never_cut_by_the_caller() -> None:
    for ended in ("barge_in", "key"):
        assert proved(POLITE, f"never: {{of: {{said: {{ended: {ended}}}}}}}")


def test_a_language_that_only_the_call_knows_goes_every_way() -> None:
    flow = """
    variables: {tongue: en}
    steps:
      ring: {ring: 1}
      speak: {set: {language: "{tongue}"}}
      hi: {say: greeting}
      bye: {say: goodbye, end: done}
    """

    for language in ("zh-Hans", "zh-Hant", "en"):
        assert not proved(flow, f"never: {{of: {{said: {{language: {language}}}}}}}")
