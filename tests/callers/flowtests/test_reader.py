"""Files of flow tests: what is read, and how a mistake is told."""

from __future__ import annotations

import pytest

from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import load_tests, read_tests
from callers.persona import Press
from calls.errors import FlowFileError
from tests.callers.house import SCRIPTS, house

TEST = """given: {flow: greetings, language: en}
tests:
  one:
    given: {caller: polite}
    expect: {disposition: served}
"""


def read(text: str) -> list[FlowTest]:
    return read_tests(house(), {"some.yaml": text})


def problems(text: str) -> list[str]:
    with pytest.raises(FlowFileError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_given_at_the_top_is_given_to_each_test_that_says_nothing_else() -> None:
    (one,) = read(TEST)
    (other,) = read(TEST.replace("caller: polite", "caller: polite, language: zh-Hant"))

    assert (one.name, one.given.flow, one.given.language) == ("one", "greetings", "en")
    assert other.given.language == "zh-Hant"
    assert (one.source, one.place.line) == ("some.yaml", 3)


def test_a_caller_may_be_written_in_the_test() -> None:
    (one,) = read(TEST.replace("polite", '{answers: [{press: "1"}], then: silent}'))

    assert one.given.persona.answers == (Press(keys="1", after_ms=600),)
    assert one.given.persona.then_silent


def test_variables_are_typed_by_how_they_are_written() -> None:
    (one,) = read(
        TEST.replace(
            "caller: polite", 'caller: polite, variables: {a: 王, b: 3, c: "3", d: true, e: -1}'
        )
    )

    assert one.given.variables == {"a": "王", "b": 3, "c": "3", "d": True, "e": -1}


def test_who_answers_the_queue_is_given_by_name_or_with_times() -> None:
    (by_name,) = read(TEST.replace("polite", "polite, agent: a7"))
    (timed,) = read(TEST.replace("polite", "polite, agent: {answers_after: 2s, talks: 9s}"))

    assert by_name.given.queue.agent == "a7"
    assert (timed.given.queue.agent, timed.given.queue.answers_after_ms) == ("agent1", 2000)
    assert timed.given.queue.talks_ms == 9000


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("greetings", "greeting", 'some.yaml:1:15: there is no flow "greeting"; did you mean'),
        ("polite", "pollite", 'some.yaml:4:21: there is no persona "pollite"; did you mean'),
        ("served}", "served, lines: [helo]}", 'there is no line "helo"; did you mean "hello"?'),
        ("served}", "served, kept: [A99]}", 'there is no house rule "A99"'),
        ("served}", "served, heard: [yes]}", 'there is no outcome of the ears "yes"'),
        ("served}", "served, facts: [{sayd: x}]}", '"sayd" is no event; did you mean "said"?'),
        ("disposition: served", "end_reason: over", 'end_reason is "over"'),
        ("disposition: served", "dispositon: x", '"dispositon" means nothing in expect'),
        ("disposition: served", "", "the test expects nothing"),
        ("caller: polite", "language: en", "no caller is given"),
        ("flow: greetings, ", "", "no flow is given"),
        ("polite}", "{answers: [hello]}}", '"hello" is no answer'),
        ("polite}", "{answers: [{say: nothing_known}]}}", 'no utterance "nothing_known"'),
        ("polite}", "{answers: [silent], expect: {disposition: x}}}", "expects nothing"),
        ("tests:", "test:", '"test" means nothing in a file of flow tests'),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(
    old: str, new: str, problem: str
) -> None:
    found = problems(TEST.replace(old, new))

    assert any(problem in one for one in found), found
    assert all(one.startswith("some.yaml:") for one in found)


def test_every_mistake_of_every_file_is_told_at_once() -> None:
    text = TEST.replace("polite", "nobody_known").replace("served", "served, kept: [X1]")
    with pytest.raises(FlowFileError) as caught:
        read_tests(house(), {"a.yaml": text, "b.yaml": "- not a mapping"})

    assert {problem.source for problem in caught.value.problems} == {"a.yaml", "b.yaml"}
    assert len(caught.value.problems) == 3


def test_the_shipped_flow_tests_are_all_read() -> None:
    tests = load_tests(house(), SCRIPTS)

    assert tests
    assert len({(test.source, test.name) for test in tests}) == len(tests)


def test_a_folder_without_tests_has_none() -> None:
    assert load_tests(house(), SCRIPTS / "prompts") == []
