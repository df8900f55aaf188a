"""What a run does, told as small calls."""

from __future__ import annotations

import pytest

from callflow.engine import Ended
from calls.actions import Listen, Say, Until
from calls.call import EndReason
from calls.outcomes import Answered, Failed, SaidEnd, Spoken
from tests.callflow.small_house import HANDLED, gone, heard, keyed, play, run_of

LISTENS = f"""
    flow: main
    {HANDLED}
    steps:
      ring: {{ring: 1}}
      ask:
        repeat: 3
        say: greeting
        listen: 4s
        on: {{speech: bye, silence: next}}
      bye: {{say: goodbye, end: served}}
"""

MENU = f"""
    flow: main
    {HANDLED}
    steps:
      ring: {{ring: 1}}
      menu:
        say: greeting
        menu: {{keys: {{"1": bye, "2": end two}}, attempts: 2, reprompt: again}}
        on: {{speech: end spoken, exhausted: end nobody}}
      bye: {{say: goodbye, end: one}}
"""


def test_a_silent_caller_is_asked_as_often_as_the_step_repeats() -> None:
    said, end = play(run_of(LISTENS), [heard("silence")] * 3)

    assert said == ["greeting"] * 3 + ["goodbye"]
    assert end == Ended(EndReason.COMPLETED, "served")


def test_a_speaking_caller_is_never_asked_twice() -> None:
    said, _ = play(run_of(LISTENS), [heard("speech")])

    assert said == ["greeting", "goodbye"]


def test_what_holds_always_holds_for_every_step() -> None:
    _, end = play(run_of(LISTENS), [heard("silence"), heard("noise")])

    assert end == Ended(EndReason.COMPLETED, "noise")


@pytest.mark.parametrize(("key", "disposition"), [("1", "one"), ("2", "two")])
def test_a_key_of_the_menu_leads_where_it_says(key: str, disposition: str) -> None:
    _, end = play(run_of(MENU), [keyed(key)])

    assert end == Ended(EndReason.COMPLETED, disposition)


def test_no_input_and_no_match_both_cost_an_attempt_then_it_is_exhausted() -> None:
    said, end = play(run_of(MENU), [heard("silence"), keyed("9")])

    assert said == ["greeting", "again"]
    assert end == Ended(EndReason.COMPLETED, "nobody")


def test_a_spoken_answer_to_a_menu_is_an_outcome_of_its_own() -> None:
    _, end = play(run_of(MENU), [heard("speech")])

    assert end == Ended(EndReason.COMPLETED, "spoken")


def test_digits_asked_for_are_kept_when_they_fit() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        steps:
          ring: {{ring: 1}}
          room:
            say: greeting
            ask: {{store: room, digits: 3-4, attempts: 3, reprompt: again}}
            on: {{exhausted: end nobody}}
          far:
            choose: [{{if: room == "1204", go: end twelve}}, {{else: end other}}]
    """)

    said, end = play(run, [keyed("12"), keyed("12a4"), keyed("1204")])

    assert said == ["greeting", "again", "again"]
    assert end == Ended(EndReason.COMPLETED, "twelve")


def test_a_sub_flow_returns_to_the_step_that_called_it() -> None:
    main = """
        flow: main
        always: {noise: {call: hush, clear: again}, faint: end faint}
        steps:
          ring: {ring: 1}
          ask: {say: greeting, listen: 4s, on: {speech: end served, silence: end silent}}
    """
    hush = """
        flow: hush
        returns: [clear]
        steps:
          hold: {say: again, listen: {for: 10s, until: clear}, on: {clear: return clear, noise: no}}
          no: {say: goodbye, end: noise}
    """

    said, end = play(run_of(main, hush=hush), [heard("noise"), heard("clear"), heard("speech")])
    assert (said, end) == (
        ["greeting", "again", "greeting"],
        Ended(EndReason.COMPLETED, "served"),
    )

    said, end = play(run_of(main, hush=hush), [heard("noise"), heard("noise")])
    assert (said, end) == (
        ["greeting", "again", "goodbye"],
        Ended(EndReason.COMPLETED, "noise"),
    )


def test_hanging_up_ends_the_run_with_its_reason() -> None:
    _, end = play(run_of(LISTENS), [gone()])
    assert end == Ended(EndReason.CALLER_HUNG_UP, "hung_up")

    run = run_of(LISTENS)
    run.begin()
    assert run.resume(gone()) == Ended(EndReason.CALLER_HUNG_UP, "abandoned")


def test_a_flow_may_name_what_to_do_first_when_the_caller_hangs_up() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        steps:
          ring: {{ring: 1}}
          ask:
            say: greeting
            listen: 4s
            on: {{speech: end served, silence: end silent, hangup: tidy}}
          tidy: {{record: stop}}
          late: {{say: goodbye, end: left_early}}
    """)

    done, end = play(run, [gone()])

    assert done == ["greeting", "record stop"]
    assert end is not None
    assert end.reason is EndReason.CALLER_HUNG_UP


def test_a_line_that_cannot_be_spoken_hands_the_caller_to_the_fallback() -> None:
    run = run_of(LISTENS)
    run.begin()

    say = run.resume(_answered())
    assert isinstance(say, Say)
    end = run.resume(Failed(reason="no sound"))

    assert isinstance(end, Ended)
    assert end.reason is EndReason.FAILED
    assert "nothing handles error" in end.problem


def test_a_barge_in_prompt_goes_out_with_its_window() -> None:
    run = run_of(MENU.replace("say: greeting", "say: [again, greeting]\n        barge_in: true"))
    run.begin()

    first = run.resume(_answered())
    assert isinstance(first, Say)
    assert first.line.name == "again"
    window = run.resume(_spoken())
    assert isinstance(window, Listen)
    assert window.prompt is not None
    assert window.prompt.name == "greeting"
    assert window.wanted >= {"key", "speech", "noise", "faint"}


def test_an_endless_loop_is_cut_and_handed_to_the_fallback() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        steps:
          ring: {{ring: 1}}
          turn: {{set: {{language: en}}, on: {{ok: round}}}}
          round: {{set: {{language: en}}, on: {{ok: turn}}}}
    """)
    run.begin()

    end = run.resume(_answered())

    assert isinstance(end, Ended)
    assert end.reason is EndReason.FAILED
    assert "over 500 steps" in end.problem


def test_set_changes_the_language_of_what_is_said_next() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        steps:
          ring: {{ring: 1}}
          english: {{set: {{language: en, tries: {{is: "1 + 1"}}}}}}
          talk: {{say: greeting, end: served}}
    """)
    run.begin()

    say = run.resume(_answered())

    assert isinstance(say, Say)
    assert say.line.text == "Hello"
    assert run.variables["tries"] == 2


def test_a_caller_s_name_is_never_a_template() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        steps:
          ring: {{ring: 1}}
          talk: {{say: company_line, end: served}}
    """)
    run.variables["company"] = "{agent_no} {% for x in y %}"
    run.begin()

    say = run.resume(_answered())

    assert isinstance(say, Say)
    assert say.line.text == "{agent_no} {% for x in y %}"


def test_a_fork_goes_its_own_way() -> None:
    run = run_of(MENU)
    run.begin()
    run.resume(_answered())
    run.resume(_spoken())
    other = run.fork()

    assert run.resume(keyed("2")) == Ended(EndReason.COMPLETED, "two")
    assert isinstance(other.resume(heard("silence")), Say)
    assert other.position.step == "menu"


def test_a_value_that_doubles_itself_is_cut_before_it_fills_the_machine() -> None:
    run = run_of(f"""
        flow: main
        {HANDLED}
        variables: {{s: xxxxxxxx}}
        steps:
          ring: {{ring: 1}}
          double: {{set: {{s: {{is: s + s}}}}, on: {{ok: double}}}}
    """)
    run.begin()

    end = run.resume(_answered())

    assert isinstance(end, Ended)
    assert end.reason is EndReason.FAILED
    assert "over 4096 characters" in end.problem


def test_a_line_lost_because_we_were_too_slow_is_our_failure() -> None:
    run = run_of(LISTENS)
    run.begin()
    run.resume(_answered())

    assert run.resume(gone("us")) == Ended(EndReason.FAILED, "fallback")


def test_until_clear_waits_for_the_line_to_clear() -> None:
    run = run_of("""
        flow: main
        steps:
          ring: {ring: 1}
          hold: {listen: {for: 10s, until: clear}, on: {clear: end served, noise: end noise}}
    """)
    run.begin()

    window = run.resume(_answered())

    assert isinstance(window, Listen)
    assert (window.until, window.window_ms) == (Until.CLEAR, 10_000)


def _answered() -> Answered:
    return Answered(rings=1, waited_ms=0)


def _spoken() -> Spoken:
    return Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED)
