"""What is wrong in a rules file is named with its place and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callflow.rules.events import EventPattern, Happened, OneOf, Tagged, Within
from callflow.rules.loader import PATTERN_KEYS, load_rules
from callflow.rules.monitor import Rule, score
from callflow.rules.patterns import Between, Chain, Count, Every, Link, Precedence, Response
from callflow.rules.state import Status, Times
from calls.errors import FlowFileError
from tests.callflow.traces import Trace


def said(line: str) -> EventPattern:
    return EventPattern((Happened("said", (OneOf("line", frozenset({line})),)),))


def load_one(body: str, rule: str = "A99") -> tuple[object, ...]:
    text = f"{rule}:\n  title: {{zh: 题, en: Title}}\n  {body}\n"
    return load_rules(text, "house_rules.yaml")[rule].patterns


def problems(body: str) -> list[str]:
    with pytest.raises(FlowFileError) as caught:
        load_one(body)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("answered", Happened("answered")),
        ("{said: any}", Happened("said")),
        ("{said: hello}", Happened("said", (OneOf("line", frozenset({"hello"})),))),
        ("{key: ['1', '2']}", Happened("key", (OneOf("digits", frozenset({"1", "2"})),))),
        ("{said: {tag: [a, b]}}", Happened("said", (Tagged(frozenset({"a", "b"})),))),
        ("{said: {tags: [a, b]}}", Happened("said", (Tagged(frozenset({"a", "b"}), every=True),))),
        ("{said: {not: {tag: a}}}", Happened("said", (), (Tagged(frozenset({"a"})),))),
        ("{hung_up: us}", Happened("hung_up", (OneOf("by", frozenset({"us"})),))),
        ("{answered: {rings: {at_most: 3}}}", Happened("answered", (Within("rings", None, 3),))),
    ],
)  # fmt: skip
def test_events_are_written_short(written: str, read: Happened) -> None:
    assert load_one(f"never: {{of: {written}}}") == (Count(of=EventPattern((read,)), at_most=0),)


def test_every_pattern_can_be_written() -> None:
    a, b, c = said("a"), said("b"), said("c")
    written = {
        "never: {of: {said: a}, after: {said: b}, until: {said: c}}": Count(
            of=a, at_most=0, after=b, until=c
        ),
        "exists: {of: {said: a}, unless: {said: b}}": Count(of=a, at_least=1, unless=b),
        "count: {of: {said: a}, at_least: 1, at_most: 2}": Count(of=a, at_least=1, at_most=2),
        "every: {of: {said: a}, fulfils: {said: b}}": Every(of=a, fulfils=b),
        "precedence: {before: {said: a}, expect: {said: b}, reset: {said: c}}": Precedence(
            before=a, expect=b, reset=c
        ),
        "response: {when: {said: a}, expect: {said: b}, within: 5s, at_least: 1s}": Response(
            when=a, expect=b, times=Times(1000, 5000)
        ),
        "chain: {when: {said: a}, expect: [{said: b}, {said: c, pause: {at_least: 3s}}]}": Chain(
            when=a, links=(Link(b), Link(c, Times(3000)))
        ),
        "between: {first: {said: a}, then: {said: b}, at_least: 10s, unless: {said: c}}": Between(
            first=a, then=b, times=Times(10_000), unless=c
        ),
    }

    assert {text: load_one(text) for text in written} == {
        text: (pattern,) for text, pattern in written.items()
    }


def test_one_rule_may_demand_several_things() -> None:
    assert len(load_one("all: [{never: {of: fault}}, {never: {of: {said: a}}}]")) == 2


def test_the_tolerance_of_the_file_is_forgiven_everywhere() -> None:
    text = (
        "tolerance: 200ms\nA99:\n  title: {zh: 题, en: Title}\n"
        "  between: {first: {said: a}, then: {said: b}, at_least: 10s}\n"
    )

    pattern = load_rules(text, "r.yaml")["A99"].patterns[0]

    assert isinstance(pattern, Between)
    assert pattern.times.slack_ms == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("never: {of: {sayd: hello}}", '3:16: "sayd" is no event; did you mean "said"?'),
        ("never: {of: {said: {tagg: x}}}", '3:23: said has no "tagg"; did you mean "tag"?'),
        ("never: {of: {heard: silense}}", 'no what "silense"; did you mean "silence"?'),
        ("never: {of: {hung_up: [us, them]}}", '3:30: hung_up can have no by "them"'),
        ("never: {off: {said: a}}", '3:11: "off" means nothing in never; did you mean "of"?'),
        ("never: {}", '3:10: "of" is missing; write of: and an event, like {said: hello}'),
        ("never: {of: {answered: 3}}", "3:26: answered needs the name of a field"),
        ("never: {of: {saying: a}}", '3:16: "saying" is no event'),
        ("never: {of: {said: a, heard: b}}", "3:15: an event is one kind"),
        ("chain: {when: answered}", "3:10: a chain has no links"),
        ("between: {first: answered, then: key, at_least: 10}", "write a time with its unit: 4s"),
        (
            "between: {first: answered, then: key, at_least: 9s, at_most: 5s}",
            "at_least is more than at_most; swap the two",
        ),
        ("nothing: {of: key}", '"nothing" means nothing in a rule'),
        ("title2: x", "the rule A99 demands nothing"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(body: str, message: str) -> None:
    found = problems(body)

    assert any(message in problem for problem in found), found
    assert all(problem.startswith("house_rules.yaml:") for problem in found)


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    with pytest.raises(FlowFileError) as caught:
        load_rules("A9: {}\nA01: {title: {zh: 题}, never: {of: {sayd: a}}}\n", "r.yaml")

    told = [problem.what for problem in caught.value.problems]
    assert told == ['"A9" is no rule', "the rule A01 has no en title", '"sayd" is no event']


@pytest.mark.parametrize(
    "text", ["- a", "A01: &x {}\n", "A01: {}\nA01: {}\n", "A01: !!python/x {}"]
)
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(FlowFileError):
        load_rules(text, "r.yaml")


def test_lines_and_tags_of_the_house_are_the_only_ones_when_they_are_known() -> None:
    text = (
        "A01:\n  title: {zh: 题, en: T}\n  never: {of: {said: helo}}\n"
        "A02:\n  title: {zh: 题, en: T}\n  never: {of: {said: {not: {tag: greting}}}}\n"
    )

    with pytest.raises(FlowFileError) as caught:
        load_rules(text, "r.yaml", lines={"hello"}, tags={"greeting"})

    assert [str(problem) for problem in caught.value.problems] == [
        'r.yaml:3:22: said can have no line "helo"; did you mean "hello"?',
        'r.yaml:6:34: said can have no tag "greting"; did you mean "greeting"?',
    ]


def load_rule(body: str) -> Rule:
    text = f"A99:\n  title: {{zh: 题, en: Title}}\n  {body}\n"
    return load_rules(text, "r.yaml", flows={"greetings"})["A99"]


def test_a_rule_is_a_must_unless_it_says_otherwise() -> None:
    assert load_rule("never: {of: fault}").must
    assert not load_rule("must: false\n  never: {of: fault}").must


def test_a_rule_may_speak_of_some_calls_only() -> None:
    rule = load_rule("never: {of: fault}\n  direction: outbound\n  flows: greetings")

    assert (rule.direction, rule.flows) == ("outbound", frozenset({"greetings"}))
    assert load_rule("never: {of: fault}\n  performer: agent").performer == "agent"


def test_a_rule_that_no_trace_can_show_says_who_judges_it_and_why() -> None:
    rule = load_rule(
        "judged_by: audio\n  reason: {zh: 要听录音, en: the recording shows it}\n"
        "  text: {zh: 不打断, en: No interrupting.}"
    )

    assert not rule.decidable
    assert rule.judged_by == "audio"
    assert rule.reason["en"] == "the recording shows it"
    assert rule.text["zh"] == "不打断"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("must: maybe\n  never: {of: fault}", '3:9: must is "maybe"; write true or false'),
        ("judged_by: person", "the rule A99 has judged_by without reason; write both"),
        (
            "reason: {zh: 因, en: why}\n  never: {of: fault}",
            "the rule A99 has reason without judged_by",
        ),
        ("judged_by: nobody\n  reason: {zh: 因, en: why}", 'judged_by is "nobody"'),
        ("text: {zh: 句}\n  never: {of: fault}", "the rule A99 has no en text"),
        ("flows: [greting]\n  never: {of: fault}", 'there is no flow "greting"'),
        ("direction: up\n  never: {of: fault}", 'direction is "up"'),
        ("performer: us\n  never: {of: fault}", 'performer is "us"; write one of: agent, ivr'),
    ],
)
def test_a_mistake_beside_the_patterns_is_named_too(body: str, message: str) -> None:
    with pytest.raises(FlowFileError) as caught:
        load_rule(body)

    assert any(message in str(problem) for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("word", PATTERN_KEYS)
def test_every_key_of_every_pattern_is_read_and_no_other(word: str) -> None:
    sample = {"event": "{said: a}", "links": "[{said: a}]", "time": "9s", "number": "9"}
    keys = {key.name: sample[key.value] for key in PATTERN_KEYS[word]}
    written = ", ".join(f"{name}: {value}" for name, value in keys.items())

    assert len(load_one(f"{word}: {{{written}}}")) == 1
    assert problems(f"{word}: {{{written}, nonsense: 1}}") == [
        f'house_rules.yaml:3:{len(word) + len(written) + 8}: "nonsense" means nothing in {word}; '
        f"write one of: {', '.join(sorted(keys))}"
    ]
    for key in PATTERN_KEYS[word]:
        short = ", ".join(f"{name}: {value}" for name, value in keys.items() if name != key.name)
        assert (load_fails(f"{word}: {{{short}}}")) is key.required


def load_fails(body: str) -> bool:
    try:
        load_one(body)
    except FlowFileError:
        return True
    return False


def test_branches_and_forms_of_the_house_are_the_only_ones_when_they_are_known() -> None:
    text = (
        "A01:\n  title: {zh: 题, en: T}\n  never: {of: {branched: upst}}\n"
        "A02:\n  title: {zh: 题, en: T}\n  never: {of: {form_filled: {form: rekord}}}\n"
        "A03:\n  title: {zh: 题, en: T}\n  never: {of: {offered: greting}}\n"
    )

    with pytest.raises(FlowFileError) as caught:
        load_rules(text, "r.yaml", flows={"greetings"}, branches={"upset"}, forms={"record"})

    assert [str(problem) for problem in caught.value.problems] == [
        'r.yaml:3:26: branched can have no branch "upst"; did you mean "upset"?',
        'r.yaml:6:36: form_filled can have no form "rekord"; did you mean "record"?',
        'r.yaml:9:25: offered can have no flow "greting"; did you mean "greetings"?',
    ]


def test_none_of_a_kind_can_be_written_for_a_chain() -> None:
    rule = load_rules(
        "A99:\n  title: {zh: 题, en: T}\n"
        "  chain: {when: key, after: [{said: a}, {heard: none}], expect: [{said: b}]}\n",
        "r.yaml",
    )["A99"]

    asked = Trace().say("a").add("key", digits="1").say("c")
    not_asked = Trace().say("a").hear("speech").add("key", digits="1").say("c")

    assert score(asked.events, [rule])[0].status is Status.BROKEN
    assert score(not_asked.events, [rule])[0].status is Status.PENDING


def test_every_pattern_of_the_documentation_can_be_read() -> None:
    text = (Path(__file__).parents[3] / "docs" / "house-rules.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| `((\w+): \{[^`]*\})` \|", text, re.MULTILINE)
    events = {"B": "said", "E": "heard", "F": "key", "R": "queued", "U": "hung_up", "W": "answered"}

    for pattern, _ in shown:
        written = re.sub(r"\b[A-Z]\b", lambda found: events[found[0]], pattern)
        rule = "{" + f"title: {{zh: 题, en: T}}, {written}" + "}"

        assert load_rules(f"A99: {rule}\n", "r.yaml")["A99"].patterns

    assert {kind for _, kind in shown} == set(PATTERN_KEYS)
