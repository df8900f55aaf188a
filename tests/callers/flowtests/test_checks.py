"""Expectations over a finished call: each tells precisely what it missed."""

from __future__ import annotations

import pytest

from callers.flowtests.suite import Played, play, read_tests
from callflow.house import House
from callflow.nodes import Place
from launch.settings.site import Settings
from tests.callers.house import house

HEAD = """
given: {flow: greetings, agent: nobody}
tests:
  a test:
    given: {caller: silent}
    expect:
"""


def played(expect: str, caller: str = "silent") -> Played:
    text = HEAD.replace("silent", caller) + "".join(
        f"      {line}\n" for line in expect.splitlines()
    )
    (test,) = read_tests(house(), {"t.yaml": text})
    return play(house(), test, Settings().house.all_variables())


def fault(expect: str, caller: str = "silent") -> tuple[str, int]:
    """The one thing that is wrong, and the line of the file it is written on."""
    faults = played(expect, caller).faults
    assert len(faults) == 1, faults
    place = faults[0].place
    return faults[0].what, place.line if place else 0


def test_a_call_that_comes_to_what_is_expected_passes() -> None:
    one = played(
        "lines: [greeting, hello, hello, no_voice]\nnever: [main_menu]\n"
        "heard: [silence, silence, silence]\ndisposition: silent\nend_reason: completed\n"
        "kept: [A01, A02, A11]\nfacts: [answered, {said: hello}, {hung_up: us}, ended]"
    )

    assert one.passed, one.faults


def test_a_line_that_does_not_come_is_told_with_what_came_instead() -> None:
    what, line = fault("lines:\n  - greeting\n  - hello\n  - main_menu")

    assert what == "said: expected main_menu after hello, found hello no_voice"
    assert line == 10


def test_lines_in_the_wrong_order_are_a_fault() -> None:
    assert fault("lines: [hello, greeting]")[0] == (
        "said: expected greeting after hello, found hello no_voice"
    )


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (
            "[greeting, recording_notice, how_may_i_help, hello, no_voice]",
            "said: expected no_voice after hello, found hello",
        ),
        (
            "[greeting, recording_notice, how_may_i_help, hello, hello]",
            "said: expected nothing more after hello, found no_voice",
        ),
        (
            "[greeting, recording_notice, how_may_i_help, hello, hello, no_voice, hello]",
            "said: expected hello after no_voice, found nothing",
        ),
    ],
)
def test_exact_lines_tell_the_first_that_differs(lines: str, what: str) -> None:
    assert fault(f"exactly: {lines}") == (what, 7)


def test_a_line_that_must_never_be_said_is_told_where_it_was_said() -> None:
    one = played("never: [main_menu, no_voice]")

    (found,) = one.faults
    event = next(event for event in one.events if event.seq == found.seq)
    assert found.what == "said no_voice, though it must not be"
    assert event.data["line"] == "no_voice"


def test_the_ending_is_compared_word_for_word() -> None:
    assert fault("disposition: served") == ("disposition: expected served, found silent", 7)
    assert fault("end_reason: failed")[0] == "end_reason: expected failed, found completed"


def test_a_fact_that_never_comes_is_told_with_what_came_before() -> None:
    what, _ = fault("facts: [answered, {said: {line: hello, ended: barge_in}}, ended]")

    assert what == "facts: said hello barge_in never came after answered"


def test_a_rule_is_expected_kept_or_broken_and_what_it_came_to_is_told() -> None:
    assert fault("kept: [A13]")[0] == "rule A13: expected kept, found not applicable"
    assert fault("broken: [A05]")[0] == "rule A05: expected broken, found kept"


def test_a_whole_call_may_break_no_rule_that_the_test_does_not_name() -> None:
    texts = {
        "lines.yaml": "\n".join(
            f"{name}: {{tags: [{tag}], zh-Hans: 好, zh-Hant: 好, en: x}}"
            for name, tag in (("hi", "greeting"), ("bye", "closing"), ("so", "other"))
        ),
        "rude.yaml": "flow: rude\nsteps:\n  a: {ring: 1}\n  b: {say: so, end: over}\n",
        "house_rules.yaml": (
            "A05:\n  title: {zh: 再见, en: Goodbye}\n"
            "  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}\n"
        ),
    }
    rude = House.of_texts(texts)
    text = "tests:\n  t:\n    given: {flow: rude, caller: silent}\n    expect:\n      EXPECT\n"

    def faults(expect: str) -> list[tuple[str, Place | None]]:
        (test,) = read_tests(rude, {"t.yaml": text.replace("EXPECT", expect)})
        return [(one.what, one.place) for one in play(rude, test, {}).faults]

    ((what, place),) = faults("lines: [so]")
    assert what.startswith("rule A05 broken: hung_up us without said (closing) before it")
    assert place is not None
    assert faults("broken: [A05]") == []
