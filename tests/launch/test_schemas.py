"""The schemas of editors say what the loader says: neither refuses what the other means."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from callers.flowtests import given_reader
from callers.flowtests import reader as tests_reader
from callers.flowtests.schema import EXPECT_KEYS, GIVEN_KEYS
from callflow import forms, loader
from callflow.acts.table import ACTS, OUTCOMES
from callflow.house import House
from callflow.lines import LANGUAGES
from callflow.nodes import Mapping, Node, Scalar, parse
from callflow.rules.language import PATTERN_KEYS
from callflow.schema import words
from callflow.schema.files import SCHEMAS, schema_text
from callflow.schema.telling import example_of
from calls.actions import FieldType
from calls.errors import FlowFileError
from launch.authoring.schemas import ALL_SCHEMAS

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
LINES = """
hello: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
FLOW = """
flow: main
title: {zh: 主, en: Main}
variables: {name: "", tries: 0, vip: false}
languages: [zh-Hans, en]
always: {noise: end noise, faint: end faint}
steps:
  ring: {ring: 1}
  greet:
    say: [hello]
    repeat: 2
    listen: {for: 4s, end_pause: 700ms}
    on: {speech: menu, silence: next}
  menu:
    say: hello
    barge_in: true
    menu: {keys: {"1": ask, "2": {call: sub, done: bye}}, window: 6s, attempts: 3}
    on: {speech: bye, exhausted: bye}
  ask:
    ask: {store: room, digits: 3-6}
    on: {exhausted: bye}
  count:
    set: {tries: {is: tries + 1}}
  choose:
    choose: [{if: tries == 1 and not vip, go: bye}, {else: end served}]
  bye:
    say: goodbye
    end: served
"""
SUB = """
flow: sub
performer: agent
returns: [done]
steps:
  form: {form: record}
  back: {return: done}
"""
FORM = """
form: record
fields:
  name: {label: {zh: 姓名, en: Name}, type: text, required: true, ask: hello}
  class: {type: choice, choices: {repair: {zh: 报修, en: Repair}}}
"""
RULES = """
tolerance: 200ms
A05:
  title: {zh: 再见, en: Goodbye}
  precedence: {before: {hung_up: us}, expect: [{said: {tag: closing}}, {left_queue: answered}]}
A11:
  title: {zh: 无声, en: Silence}
  chain:
    when: {heard: silence}
    expect: [{said: hello}, {said: hello, pause: {at_least: 3s}}]
    unless: [key, {hung_up: [caller, network]}]
A22:
  title: {zh: 不抢话, en: No interrupting}
  judged_by: audio
  reason: {zh: 要听录音, en: The recording is listened to}
"""
TEXTS = {
    "lines.yaml": LINES,
    "main.yaml": FLOW,
    "sub.yaml": SUB,
    "forms/record.yaml": FORM,
    "house_rules.yaml": RULES,
}
KINDS = {
    "lines.yaml": "lines",
    "main.yaml": "flow",
    "sub.yaml": "flow",
    "forms/record.yaml": "form",
    "house_rules.yaml": "rules",
}


@lru_cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(ALL_SCHEMAS[name]())


def plain(node: Node) -> Any:
    """The tree as an editor's YAML 1.2 core reader gives it."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.items}
    if not isinstance(node, Scalar):
        return [plain(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.text in ("true", "false"):
        return node.text == "true"
    return int(node.text) if node.text.isdigit() else node.text


def _wrong(name: str, text: str) -> list[str]:
    data = plain(parse(text, name))
    return [error.message for error in _validator(name).iter_errors(data)]


@pytest.mark.parametrize("name", ALL_SCHEMAS)
def test_the_committed_schema_is_the_one_of_the_code(name: str) -> None:
    assert (ROOT / "schemas" / f"{name}.json").read_text("utf-8") == schema_text(
        ALL_SCHEMAS[name]()
    ), "run `thirdring schema --out schemas`"


@pytest.mark.parametrize("name", ALL_SCHEMAS)
def test_it_is_a_schema_of_the_draft_it_names(name: str) -> None:
    Draft202012Validator.check_schema(ALL_SCHEMAS[name]())


@pytest.mark.parametrize(
    "path",
    [*sorted(SCRIPTS.glob("*.yaml")), *sorted((SCRIPTS / "forms").glob("*.yaml"))],
    ids=lambda path: path.name,
)
def test_every_shipped_file_fits_its_schema(path: Path) -> None:
    name = {"lines": "lines", "house_rules": "rules"}.get(path.stem, "flow")
    name = "form" if path.parent.name == "forms" else name

    assert _wrong(name, path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted((SCRIPTS / "tests").glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_flow_test_fits_its_schema(path: Path) -> None:
    assert _wrong("test", path.read_text("utf-8")) == []


TESTS = """
given: {flow: greetings, agent: nobody}
tests:
  A caller is served:
    given: {caller: polite, agent: {name: a1, talks: 3s}, performer: agent,
            does: [{at: menu, pick: "1"}]}
    expect: {lines: [closing], heard: [speech], end_reason: completed, kept: [A05],
             facts: [{hung_up: us}]}
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("flow: greetings", "flows: greetings"),
        ("talks: 3s", "talks: 3"),
        ("performer: agent", "performer: robot"),
        ('pick: "1"', 'push: "1"'),
        ('pick: "1"', 'pick: "1", take: upset'),
        ("heard: [speech]", "heard: [words]"),
        ("end_reason: completed", "end_reason: done"),
        ("kept: [A05]", "kept: [a05]"),
        ("{hung_up: us}", "{hang_up: us}"),
        ("expect: {lines", "expects: {lines"),
    ],
)
def test_a_mistake_in_a_flow_test_is_seen(right: str, wrong: str) -> None:
    assert right in TESTS
    assert _wrong("test", TESTS) == []
    assert _wrong("test", TESTS.replace(right, wrong))


@pytest.mark.parametrize("file", TEXTS)
def test_the_small_house_fits_and_loads(file: str) -> None:
    assert _wrong(KINDS[file], TEXTS[file]) == []
    assert House.of_texts({**TEXTS, "main.yaml": FLOW.replace("4s, ", "4s, ")})


MISTAKES = [
    ("main.yaml", "flow: main", "flows: main"),
    ("main.yaml", "flow: main", "flow: Main"),
    ("main.yaml", "title: {zh: 主", "title: {cn: 主"),
    ("main.yaml", "languages: [zh-Hans, en]", "languages: [zh, en]"),
    ("main.yaml", "variables: {name:", "variables: {Name:"),
    ("main.yaml", "always: {noise:", "always: {loud:"),
    ("main.yaml", "{ring: 1}", "{ring: 4}"),
    ("main.yaml", "{ring: 1}", "{rings: 1}"),
    ("main.yaml", "{ring: 1}", "{ring: 1, wait: 1s}"),
    ("main.yaml", "{ring: 1}", "{hint: nothing}"),
    ("main.yaml", "{ring: 1}", "{ring: 1, on: {silence: bye}}"),
    ("main.yaml", "repeat: 2", "repeat: 0"),
    ("main.yaml", "repeat: 2", "repeat: twice"),
    ("main.yaml", "for: 4s", "for: 4"),
    ("main.yaml", "for: 4s", "for: four"),
    ("main.yaml", "end_pause", "pause"),
    ("main.yaml", "{speech: menu, silence: next}", "{speech: menu, silence: go there}"),
    ("main.yaml", "{speech: menu, silence: next}", "{speech: menu, quiet: next}"),
    ("main.yaml", "barge_in: true", "barge_in: perhaps"),
    ("main.yaml", '{"1": ask', '{"12": ask'),
    ("main.yaml", 'keys: {"1": ask, "2": {call: sub, done: bye}}, ', ""),
    ("main.yaml", "attempts: 3", "attempts: 9"),
    ("main.yaml", "{call: sub, done: bye}", "{flow: sub, done: bye}"),
    ("main.yaml", "digits: 3-6", "digits: some"),
    ("main.yaml", "store: room", "store: Room"),
    ("main.yaml", ", {else: end served}", ""),
    ("main.yaml", "go: bye}", "to: bye}"),
    ("sub.yaml", "performer: agent", "performer: robot"),
    ("sub.yaml", "returns: [done]", "returns: [Done]"),
    ("lines.yaml", "tags: [greeting]", "tag: [greeting]"),
    ("lines.yaml", "zh-Hant: 您好", "zh-TW: 您好"),
    ("lines.yaml", "hello: {", "Hello: {"),
    ("forms/record.yaml", "type: text", "type: words"),
    ("forms/record.yaml", "required: true", "required: always"),
    ("forms/record.yaml", ", choices: {repair: {zh: 报修, en: Repair}}", ""),
    ("forms/record.yaml", "type: text,", "type: text, choices: {a: {zh: 甲}},"),
    ("forms/record.yaml", "label:", "title:"),
    ("house_rules.yaml", "A05:", "rule5:"),
    ("house_rules.yaml", "title: {zh: 再见, en: Goodbye}", "title: {zh: 再见}"),
    ("house_rules.yaml", "precedence:", "precedes:"),
    ("house_rules.yaml", "before: {hung_up: us}, ", ""),
    ("house_rules.yaml", "when: {heard: silence}", "when: {listened: silence}"),
    ("house_rules.yaml", "{said: {tag: closing}}", "{said: {label: closing}}"),
    ("house_rules.yaml", "at_least: 3s", "at_least: 3"),
    ("house_rules.yaml", "tolerance: 200ms", "tolerance: some"),
    ("house_rules.yaml", "judged_by: audio", "must: true"),
    ("house_rules.yaml", "judged_by: audio", "judged_by: nobody"),
]


@pytest.mark.parametrize(("file", "right", "wrong"), MISTAKES)
def test_a_mistake_is_seen_by_the_schema_and_by_the_loader(
    file: str, right: str, wrong: str
) -> None:
    assert right in TEXTS[file]
    text = TEXTS[file].replace(right, wrong, 1)

    assert _wrong(KINDS[file], text)
    with pytest.raises(FlowFileError) as caught:
        House.of_texts({**TEXTS, file: text})
    assert any(problem.source.endswith(file) for problem in caught.value.problems)


@pytest.mark.parametrize("word", ACTS)
def test_the_example_of_every_act_fits(word: str) -> None:
    for example in example_of(ACTS[word]).strip("`").split("` or `"):
        text = dedent(f"""
        flow: main
        steps:
          one:
            {example}
        """)

        assert _wrong("flow", text) == []
        step = plain(parse(text, "")).get("steps")["one"]
        assert set(step) == {word}


@pytest.mark.parametrize("word", ACTS)
def test_an_editor_explains_every_act_and_each_of_its_keys(word: str) -> None:
    step = SCHEMAS["flow"]()["properties"]["steps"]["additionalProperties"]
    act = step["properties"][word]
    body: dict[str, Any] = next(
        (part for part in (act, *act.get("anyOf", ())) if "properties" in part), {"properties": {}}
    )

    assert ACTS[word].about in act["description"]
    for field in ACTS[word].fields:
        if field.name:
            assert body["properties"][field.name]["description"].startswith(field.about)


def test_every_key_the_loader_knows_is_explained_and_no_other() -> None:
    assert tuple(words.FLOW_KEYS) == loader._TOP
    assert {*words.STEP_KEYS, *ACTS} == set(loader._STEP)
    assert set(words.LINE_KEYS) == {"tags", *LANGUAGES}
    assert tuple(words.FORM_KEYS) == forms._TOP
    assert set(words.FIELD_KEYS) == set(forms._FIELD)
    assert set(words.FIELD_TYPES) == {kind.value for kind in FieldType}
    assert set(words.OUTCOMES) == set(OUTCOMES)
    assert tuple(GIVEN_KEYS) == given_reader.GIVEN
    assert tuple(EXPECT_KEYS) == tests_reader.EXPECT


def test_every_kind_of_rule_is_in_the_schema() -> None:
    rule = SCHEMAS["rules"]()["patternProperties"]

    assert set(PATTERN_KEYS) <= set(next(iter(rule.values()))["properties"])
