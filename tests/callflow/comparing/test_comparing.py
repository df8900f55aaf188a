"""What changed for a caller, told in words: every sort of change, and nothing that did not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callflow.acts.table import ACTS
from callflow.checks.catalogue import CATALOGUE
from callflow.comparing.change import Change, Kind
from callflow.comparing.houses import compare
from callflow.comparing.steps import FIELD_ZH
from callflow.comparing.words import words_changed
from callflow.house import House
from callflow.mentions import mentions
from callflow.mutants.making import mutants
from calls.errors import FlowFileError
from tests.callflow.small_house import house

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好！欢迎, zh-Hant: 您好！歡迎, en: Hello and welcome}
hello: {zh-Hans: 您好, zh-Hant: 您好, en: Hello}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
RULES = """
A05:
  title: {zh: 再见, en: Goodbye}
  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}
A11:
  title: {zh: 无声, en: Silence}
  chain:
    when: {heard: silence}
    expect: [{said: hello, pause: {at_least: 3s}}]
"""
MAIN = """
flow: main
title: {zh: 主, en: Main}
always: {noise: end noise, faint: end faint}
steps:
  ring: {ring: 1}
  greet:
    say: greeting
    listen: 4s
    on: {speech: menu, silence: call_out}
  call_out:
    say: hello
    repeat: 2
    listen: 4s
    on: {speech: menu, silence: next}
  menu:
    say: greeting
    menu: {keys: {"1": greet, "2": bye}, window: 6s, attempts: 3}
    on: {speech: bye, exhausted: bye}
  bye:
    say: goodbye
    end: served
"""
FORM = "form: record\nfields: {name: {type: text}, phone: {type: phone}}\n"
TEXTS = {
    "lines.yaml": LINES,
    "house_rules.yaml": RULES,
    "main.yaml": MAIN,
    "forms/record.yaml": FORM,
}


def _house(texts: Mapping[str, str]) -> House:
    """As the command reads it: whatever can be read at all."""
    return House.of_texts(texts, let_pass=frozenset(CATALOGUE))


def _compared(file: str, old: str, new: str, *more: tuple[str, str]) -> list[Change]:
    text = TEXTS[file]
    for was, now in ((old, new), *more):
        assert was in text
        text = text.replace(was, now)
    return compare(_house(TEXTS), _house({**TEXTS, file: text}))


def test_a_house_compared_with_itself_did_not_change() -> None:
    assert compare(_house(TEXTS), _house(TEXTS)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "where", "said"),
    [
        (
            "lines.yaml",
            "en: Hello and welcome",
            "en: Hello and goodbye",
            Kind.WORDING,
            "line greeting",
            "en wording: Hello and [-welcome-]{+goodbye+}",
        ),
        (
            "lines.yaml",
            "zh-Hans: 您好！欢迎",
            "zh-Hans: 您好！再次欢迎",
            Kind.WORDING,
            "line greeting",
            "zh-Hans wording: 您好！{+再次+}欢迎",
        ),
        (
            "lines.yaml",
            "tags: [closing]",
            "tags: [closing, thanks]",
            Kind.TAGS,
            "line goodbye",
            "tags: was closing, now closing, thanks",
        ),
        (
            "main.yaml",
            "say: greeting\n    listen: 4s",
            "say: greeting\n    listen: 3s",
            Kind.TIMING,
            "main / greet",
            "listen for (how long the window is open): was 4 s, now 3 s",
        ),
        (
            "main.yaml",
            "silence: call_out",
            "silence: bye",
            Kind.BRANCH,
            "main / greet",
            "on silence: was to call_out, now to bye",
        ),
        (
            "main.yaml",
            "repeat: 2",
            "repeat: 3",
            Kind.TIMING,
            "main / call_out",
            "times it is done: was 2, now 3",
        ),
        (
            "main.yaml",
            "attempts: 3",
            "attempts: 2",
            Kind.ACT,
            "main / menu",
            "menu attempts (no-inputs and no-matches together, then `exhausted`): was 3, now 2",
        ),
        (
            "main.yaml",
            '"2": bye',
            '"0": bye',
            Kind.BRANCH,
            "main / menu",
            "on key 2: was to bye, now nowhere",
        ),
        (
            "main.yaml",
            "always: {noise: end noise,",
            "always: {noise: bye,",
            Kind.BRANCH,
            "flow main",
            "in every step on noise: was end noise, now bye",
        ),
        (
            "main.yaml",
            "title: {",
            "languages: [zh-Hans, en]\ntitle: {",
            Kind.LANGUAGES,
            "flow main",
            "languages: was zh-Hans, zh-Hant, en, now zh-Hans, en",
        ),
        (
            "main.yaml",
            "end: served",
            "end: unserved",
            Kind.ACT,
            "main / bye",
            "end disposition (how the call came out): was served, now unserved",
        ),
        (
            "house_rules.yaml",
            "at_least: 3s",
            "at_least: 2s",
            Kind.RULE,
            "rule A11",
            "chain 1 links 1 pause: was at least 3 s, now at least 2 s",
        ),
        (
            "forms/record.yaml",
            "name: {type: text}",
            "name: {type: text, required: true}",
            Kind.FORM,
            "form record",
            "field name, required: was false, now true",
        ),
    ],
)
def test_a_change_is_told_in_words(
    file: str, old: str, new: str, kind: Kind, where: str, said: str
) -> None:
    changes = _compared(file, old, new)

    assert (kind, where, said) in [(change.kind, change.where, change.en) for change in changes]
    assert all("原" in change.zh or "：" in change.zh for change in changes)


def test_only_what_changed_is_told() -> None:
    changes = _compared(
        "main.yaml", "say: greeting\n    listen: 4s", "say: greeting\n    listen: 3s"
    )

    assert len(changes) == 1


def test_the_order_of_conditions_is_a_change() -> None:
    cases = ["{if: a, go: bye}", '{if: "b", go: menu}']
    tail = "  bye:\n    say: goodbye\n"
    flows = [
        MAIN.replace(tail, f"  which: {{choose: [{', '.join(order)}, {{else: bye}}]}}\n{tail}")
        for order in (cases, cases[::-1])
    ]
    old, new = (_house({**TEXTS, "main.yaml": text}) for text in flows)

    assert [change.en for change in compare(old, new)] == [
        "order of the conditions: was a, b, else, now b, a, else"
    ]


def test_every_mistake_an_author_could_make_is_told() -> None:
    old = _house(TEXTS)
    made = list(mutants(TEXTS))
    untold = []
    for mutant in made:
        try:
            new = _house({**TEXTS, mutant.source: mutant.text})
        except FlowFileError:
            continue  # not a house any more
        if not compare(old, new):
            untold.append(mutant.what)

    assert len(made) > 20
    assert untold == []


def test_a_change_says_which_rules_speak_of_it() -> None:
    silence = _compared("main.yaml", "silence: call_out", "silence: bye")
    goodbye = _compared("lines.yaml", "en: Goodbye", "en: Bye")
    hello = _compared("main.yaml", "repeat: 2", "repeat: 3")

    assert silence[0].rules == ("A11",)
    assert goodbye[0].rules == ("A05",)
    assert hello[0].rules == ("A11",)


def test_a_step_that_only_got_another_name_is_told_as_renamed() -> None:
    changes = _compared("main.yaml", "call_out", "call_again")

    assert [(change.where, change.en) for change in changes] == [
        ("main / call_again", "renamed from call_out; nothing else")
    ]


def test_two_renamed_steps_that_lead_to_each_other_are_both_found() -> None:
    changes = _compared("main.yaml", "call_out", "call_again", (" bye", " parting"))

    assert {change.where for change in changes} == {"main / call_again", "main / parting"}
    assert all(change.en.startswith("renamed") for change in changes)


def test_a_step_renamed_and_changed_was_removed_and_another_added() -> None:
    changes = _compared(
        "main.yaml", "call_out", "call_again", ("say: hello\n    repeat: 2", "say: goodbye")
    )

    told = {(change.where, change.en.split(":")[0]) for change in changes}
    assert ("main / call_out", "step removed") in told
    assert ("main / call_again", "step added") in told


def test_a_step_put_between_two_others_is_told_with_the_branch_that_now_leads_there() -> None:
    changes = _compared("main.yaml", "  greet:\n", "  first: {say: hello}\n  greet:\n")

    assert ("main / first", 'step added: say "hello", say') in [(c.where, c.en) for c in changes]
    assert ("main / ring", "on answered: was to greet, now to first") in [
        (c.where, c.en) for c in changes
    ]


def test_a_moved_step_is_told_as_moved() -> None:
    bye = "  bye:\n    say: goodbye\n    end: served\n"
    changes = _compared("main.yaml", bye, "", ("  greet:\n    say", f"{bye}  greet:\n    say"))

    assert ("main / bye", "moved, now after ring") in [(c.where, c.en) for c in changes]


def test_flows_lines_and_rules_that_came_and_went_are_told() -> None:
    other = MAIN.replace("flow: main", "flow: other")
    both = _house({**TEXTS, "other.yaml": other.replace("4s", "5s")})
    renamed = _house({**{k: v for k, v in TEXTS.items() if k != "main.yaml"}, "o.yaml": other})

    assert [c.en for c in compare(_house(TEXTS), both)] == ["flow added, 5 steps"]
    assert [c.en for c in compare(both, _house(TEXTS))] == ["flow removed"]
    assert [c.en for c in compare(_house(TEXTS), renamed)] == ["renamed from main; nothing else"]


def test_compared_by_one_flow_only_its_lines_are_told() -> None:
    changed = {**TEXTS, "lines.yaml": LINES.replace("en: Goodbye", "en: Bye") + "x: {en: X}\n"}

    changes = compare(_house(TEXTS), _house(changed), "main")

    assert [change.where for change in changes] == ["line goodbye"]


def test_every_key_of_every_act_has_a_chinese_name() -> None:
    keys = {field.name for act in ACTS.values() for field in act.fields}

    assert keys <= set(FIELD_ZH)


def test_words_are_compared_one_by_one_and_variables_stay_whole() -> None:
    assert words_changed("{name}先生", "{caller}先生") == "[-{name}-]{+{caller}+}先生"
    assert words_changed("press 1", "press 2") == "press [-1-]{+2+}"
    assert words_changed("", "新") == "{+新+}"


def test_tags_that_count_only_together_are_told_apart() -> None:
    rules = RULES + (
        "A08:\n  title: {zh: 谢, en: Thanks}\n  exists: {of: {said: {tags: [closing, thanks]}}}\n"
    )
    lines = LINES + "bye_thanks: {tags: [closing, thanks], zh-Hans: 谢, zh-Hant: 謝, en: Thanks}\n"
    loaded = _house({**TEXTS, "house_rules.yaml": rules, "lines.yaml": lines})
    named = mentions(loaded.rules["A08"])

    assert named.speaks_of(loaded.lines["bye_thanks"])
    assert not named.speaks_of(loaded.lines["goodbye"])


def test_a_hint_that_is_said_in_another_language_too_is_a_change() -> None:
    text = "flow: main\nsteps:\n  a: {ring: 1}\n  b: {say: greeting, hint: %s, end: done}\n"
    old, new = (
        house(main=text.replace("%s", hint)) for hint in ("先问好", "{zh: 先问好, en: Greet}")
    )

    assert [change.en for change in compare(old, new)] == [
        "the agent's hint: was 先问好, now 先问好 / Greet"
    ]
