"""A broken file is refused with where, what and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.house import House
from calls.errors import FlowFileError
from tests.callflow.small_house import LINES, house

SCRIPTS = Path(__file__).parents[2] / "scripts"

GOOD = """\
flow: main
always: {noise: end noise, faint: end faint}
steps:
  ring: {ring: 1}
  ask:
    say: greeting
    listen: 4s
    on: {speech: bye, silence: bye}
  bye: {say: goodbye, end: served}
"""


def problems_of(text: str) -> str:
    with pytest.raises(FlowFileError) as caught:
        House.of_texts({"lines.yaml": LINES, "main.yaml": text})
    return str(caught.value)


def test_the_shipped_scripts_load() -> None:
    loaded = House.load(SCRIPTS)

    assert {"greetings", "silent_call", "noise", "faint", "closing", "callback"} <= set(
        loaded.flows
    )
    assert all(len(line.wordings) == 3 for line in loaded.lines.values())


@pytest.mark.parametrize(
    ("good", "bad", "where", "what", "hint"),
    [
        ("silence: bye", "silent: bye", "main.yaml:5:3", "on silence", "add on: {silence: a_step}"),
        ("silence: bye", "silence: by", "main.yaml:8:32", 'goes to "by"', 'did you mean "bye"?'),
        (
            "say: greeting",
            "say: greting",
            "main.yaml:6:10",
            'no line is called "greting"',
            "greeting",
        ),
        ("listen: 4s", "listen: 4", "main.yaml:7:13", 'listen is "4"', "a time with its unit"),
        ("listen: 4s", "lisen: 4s", "main.yaml:7:5", '"lisen" means nothing', '"listen"?'),
        ("  bye: {", "  ask: {", "main.yaml:9:3", '"ask" stands here a second time', "line 5"),
        ("end: served", "return: served", "main.yaml:9:3", "without saying so", "returns:"),
        ("end: served", "end: [served]", "main.yaml:9:28", "not a single value", "one word"),
        ("{ring: 1}", "{ring: 4}", "main.yaml:4:16", 'ring is "4"', "from 1 to 3"),
        ("{ring: 1}", "{wait: 1s}", "main.yaml:4:3", "answers without a ring", "ring: 1"),
        (", end: served", "", "main.yaml:9:3", "after the last step", "end: a_disposition"),
        ("speech: bye", "speech: {call: x}", "main.yaml:8:25", 'no flow is called "x"', "main"),
        ("speech: bye", "speech: go to bye", "main.yaml:8:18", "no place to go", "a step's name"),
        ("listen: 4s", "listen: 4s\n    ring: 1", "main.yaml:8:5", "two things", "step of its own"),
        (
            "silence: bye}",
            "silence: bye}\n  lost: {end: x}",
            "main.yaml:9:3",
            "nothing leads",
            "it",
        ),
        ("silence: bye", "silence: &a bye", "main.yaml:8:32", "anchors", "write it out"),
        ("end: served", "end: !!python/name:os.system x", "main.yaml:9:28", "tag", "drop it"),
        ("flow: main", "flow: main\n---\nflow: x", "main.yaml:2:1", "second document", "---"),
        ("say: greeting", "say: {a: b", "main.yaml:6:10", "not closed", "with }"),
        (
            "faint: end faint",
            "fant: end faint",
            "main.yaml:2:28",
            'step comes to "fant"',
            '"faint"?',
        ),
        ("{ring: 1}", "{ring: 0000000019}", "main.yaml:4:16", "ring is", "from 1 to 3"),
        ("end: served", "end: served, barge_in: true", "main.yaml:9:3", "nobody listens", "drop"),
        ("listen: 4s", "listen: 4s\n    repeat: 2", "main.yaml:8:5", "repeat does", "drop repeat"),
        ("say: greeting", "say: company_line", "", "", ""),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(
    good: str, bad: str, where: str, what: str, hint: str
) -> None:
    assert good in GOOD
    if not where:
        House.of_texts({"lines.yaml": LINES, "main.yaml": GOOD.replace(good, bad, 1)})
        return

    said = problems_of(GOOD.replace(good, bad, 1))

    line = next((line for line in said.splitlines() if where in line and what in line), "")
    assert line, said
    assert hint in line


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    said = problems_of(GOOD.replace("4s", "4").replace("{ring: 1}", "{ring: 9}"))

    assert len(said.splitlines()) == 2


def test_an_unknown_variable_in_a_line_is_an_error() -> None:
    lines = LINES.replace("{company}", "{compny}")
    with pytest.raises(FlowFileError, match=r"compny.*did you mean .company"):
        House.of_texts({"lines.yaml": lines, "main.yaml": GOOD})


def test_a_line_without_one_of_the_languages_is_an_error() -> None:
    lines = LINES.replace(", en: Goodbye", "")
    with pytest.raises(FlowFileError, match='"goodbye" has no en wording'):
        House.of_texts({"lines.yaml": lines, "main.yaml": GOOD})


@pytest.mark.parametrize("depth", [21, 500, 5000])
def test_a_file_nested_too_deep_is_refused(depth: int) -> None:
    assert "nested over 20 deep" in problems_of("flow: " + "[" * depth + "]" * depth)


def test_a_file_that_is_too_large_is_refused() -> None:
    assert "over 256 KiB" in problems_of("#" * 300_000)


def test_what_yaml_would_read_as_something_else_stays_text() -> None:
    text = (
        GOOD.replace("bye}", "no}").replace("  bye:", "  no:").replace("speech: bye", "speech: no")
    )

    loaded = house(main=text)

    assert loaded.flows["main"].steps[-1].name == "no"


def test_flows_that_call_each_other_in_a_ring_are_refused() -> None:
    a = "flow: a\nreturns: [x]\nsteps: {s: {call: b, on: {x: return x}}}"
    b = a.replace("flow: a", "flow: b").replace("call: b", "call: a")
    with pytest.raises(FlowFileError, match="calls itself"):
        House.of_texts({"lines.yaml": LINES, "a.yaml": a, "b.yaml": b})


def test_a_route_deep_inside_a_sub_flow_s_routes_is_checked_too() -> None:
    sub = "flow: sub\nreturns: [a]\nsteps: {s: {set: {x: y}, on: {ok: return a}}}"
    deep = "{call: sub, a: {call: sub, a: {call: sub, a: nowhere}}}"
    with pytest.raises(FlowFileError, match='"nowhere", which is no step'):
        House.of_texts(
            {
                "lines.yaml": LINES,
                "sub.yaml": sub,
                "main.yaml": GOOD.replace("speech: bye", f"speech: {deep}"),
            }
        )


def test_the_digest_changes_with_the_flow_and_with_the_wording() -> None:
    first = House.of_texts({"lines.yaml": LINES, "main.yaml": GOOD}).flows["main"].digest
    flow = House.of_texts({"lines.yaml": LINES, "main.yaml": GOOD + "\n"}).flows["main"].digest
    lines = LINES.replace("Goodbye", "Bye")
    line = House.of_texts({"lines.yaml": lines, "main.yaml": GOOD}).flows["main"].digest

    assert len({first, flow, line}) == 3


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FlowFileError, match="holds no flow; name the folder of the flows"):
        House.load(tmp_path)


@pytest.mark.parametrize(
    ("hint", "read"),
    [
        ("先问好", {"": "先问好"}),
        ("{zh: 先问好, en: Greet first}", {"zh": "先问好", "en": "Greet first"}),
    ],
)
def test_a_hint_is_a_text_or_one_by_language(hint: str, read: dict[str, str]) -> None:
    text = GOOD.replace("say: goodbye,", f"say: goodbye, hint: {hint},")

    assert house(main=text).flows["main"].steps[-1].hint == read


def test_a_hint_in_a_language_that_no_panel_has_is_refused() -> None:
    text = GOOD.replace("say: goodbye,", "say: goodbye, hint: {fr: Bonjour},")

    assert '"fr" means nothing in hint' in problems_of(text)
