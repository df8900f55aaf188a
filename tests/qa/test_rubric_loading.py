"""Forms are read strictly: every mistake is told with its place and a remedy."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from calls.errors import FlowFileError, FormFileError
from qa.rubric import FORMS_FOLDER, Comment, Fact, SourceKind, load_form, load_forms
from qa.rubric.form import Band
from tests.qa.small_form import SMALL, house_rules, small

TEXT = dedent(SMALL)
MISTAKES = [
    ("form: small", "form: Small", 'the form\'s name "Small" is not a name'),
    ("form: small\n", "", "the form has no name"),
    ('version: "1"', "version:", "the form has no version"),
    ("title: {zh: 小表, en: Small}", "title: {zh: 小表}", "the form has no en title"),
    ("pass_mark: 75", "pass_mark: 101", 'pass_mark is "101"'),
    ("pass_mark: 75", "pass_mark: 75\nmode: stars", 'mode is "stars"'),
    ("pass_mark: 75", "pass_mark: 75\nmode: points", "a section has no weight in points mode"),
    ("answers: graded3", "answers: graded4", 'there is no scale "graded4"'),
    ("graded3:\n", "graded:\n", 'every form has the scale "graded" already'),
    ("en: Fair}, share: 0.5", "en: Fair}", '"fair" has no share'),
    ("share: 0.5", "share: 1.5", 'share is "1.5"'),
    ("share: 1}", "share: 0.9}", "is worth all its points"),
    ("weight: 60", "weight: heavy", 'weight is "heavy"'),
    ("weight: 2,", "points: 2,", "a question has no points in percent mode"),
    ("na: true}", "na: maybe}", 'na is "maybe"'),
    ("critical: section", "critical: form", 'critical is "form"'),
    ("comment: on_fail", "comment: always", 'comment is "always"'),
    ("ask_if: {tone: [fair, poor]}", "ask_if: {closing: no}", "there is no earlier question"),
    ("ask_if: {tone: [fair, poor]}", "ask_if: {tone: [bad]}", 'the answer is "bad"'),
    ("fact: {rule: A05}", "fact: {rule: A99}", 'there is no rule "A99"'),
    ("fact: {rule: A05}", "fact: {rule: A22}", "no events of a call show A22"),
    ("fact: {rule: A05}", "fact: {rule: A05, at_most: 1s}", "a rule has no at_most"),
    ("fact: {rule: A05}", "fact: {rule: A05, figure: rings}", "a fact names one rule"),
    ("na: true, fact: {rule: A05}", "fact: {rule: A05}", "cannot be na"),
    ("na: true, fact: {rule", "na: true, answers: graded, fact: {rule", "has no answer yes"),
    ("measure: talk_over,", "measure: talkover,", 'measure is "talkover"'),
    ("at_most: 1s", "at_most: 1000", 'at_most is "1000"'),
    (", at_most: 1s", "", "talk_over has no limit"),
    ("at_most: 1s", "at_most: 1s, at_least: 2s", "nothing lies between these limits"),
    ("at_most: 1s", "at_most: 1s, otherwise: no", "otherwise goes with bands"),
    ("at_most: 1s", "bands: {yes: {at_most: 1s}}", "the bands leave some values unanswered"),
    ("at_most: 1s", "bands: {si: {at_most: 1s}}, otherwise: no", 'a band\'s answer is "si"'),
    ("rules: [A05]", "rules: [A5]", 'there is no rule "A5"'),
    ("listens: {title", "listens: {evidence: [words], title", 'evidence is "words"'),
    ("tone: {title", "tone: {titel", '"titel" means nothing in a question'),
    ("fatal: true", "fatal: true, answers: {a: {title: {zh: 甲, en: A}, share: 1}}", "1 answers"),
    ("  matter:", "  manner:", '"manner" stands here a second time'),
    ("quiet: {title", "tone: {title", 'the question "tone" stands in an earlier section already'),
]


def _problems(text: str) -> list[str]:
    with pytest.raises(FormFileError) as caught:
        load_form(text, "small.yaml", rules=house_rules())
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_line(right: str, wrong: str, told: str) -> None:
    assert right in TEXT

    problems = _problems(TEXT.replace(right, wrong, 1))

    found = [problem for problem in problems if told in problem]
    assert found, problems
    assert found[0].startswith("small.yaml:")
    assert "; " in found[0]


def test_every_mistake_is_told_in_one_run() -> None:
    text = TEXT.replace("pass_mark: 75", "pass_mark: x").replace("weight: 40", "weight: y")

    assert len(_problems(text)) == 2


def test_an_answer_that_must_be_able_to_fail_can() -> None:
    scale = "{a: {title: {zh: 甲, en: A}, share: 1}, b: {title: {zh: 乙, en: B}, share: 0.5}}"
    text = TEXT.replace("fatal: true,", f"fatal: true, answers: {scale},")

    assert any('no answer of "abuse" fails it' in problem for problem in _problems(text))


def test_a_form_reads_as_written() -> None:
    form = small()

    assert [section.name for section in form.sections] == ["manner", "matter"]
    assert form.question("tone").comment is Comment.ON_FAIL
    assert form.question("why").ask_if == {"tone": ("fair", "poor")}
    assert form.question("closing").fact == Fact(kind=SourceKind.RULE, name="A05")
    band = Band(answer="yes", at_most=1000)
    assert form.question("quiet").fact == Fact(
        kind=SourceKind.MEASURE, name="talk_over", bands=(band,), otherwise="no"
    )
    assert form.section_of("quiet").name == "matter"


def test_layout_and_comments_leave_no_trace_in_the_digest() -> None:
    same = "# another comment\n" + TEXT.replace(
        "title: {zh: 小表, en: Small}", "title:\n  en: Small\n  zh: 小表"
    )

    assert load_form(same).digest == small().digest


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("share: 0.5", "share: 0.4"),
        ("weight: 60", "weight: 61"),
        ("zh: 语气", "zh: 口气"),
        ("pass_mark: 75", "pass_mark: 76"),
        ("at_most: 1s", "at_most: 2s"),
        ("fatal: true", "critical: section"),
        ("comment: on_fail", "comment: required"),
        ("[fair, poor]", "[poor]"),
        ("na: true}", "na: false}"),
        ("listens: {title", "listens: {evidence: polite_words, title"),
    ],
)
def test_any_change_of_what_a_form_says_is_another_form(right: str, wrong: str) -> None:
    assert right in TEXT

    assert load_form(TEXT.replace(right, wrong, 1)).digest != small().digest


def test_the_text_that_is_frozen_reads_as_the_same_form() -> None:
    assert load_form(small().text).digest == small().digest


def test_the_shipped_forms_load_with_the_rules_of_the_house() -> None:
    forms = load_forms(rules=house_rules())

    assert set(forms) == {"q04", "ivr"}
    assert all(form.pass_mark for form in forms.values())


def test_the_default_form_asks_about_every_rule_a_single_call_can_show() -> None:
    form = load_forms(rules=house_rules())["q04"]
    about = {rule for question in form.questions() for rule in question.rules}
    answering = {rule.id for rule in house_rules() if rule.id.startswith("A")}

    assert answering - about == {"A07"}  # shows over many calls only


def test_every_human_question_of_the_default_form_that_needs_an_ear_has_help() -> None:
    form = load_forms()["q04"]
    bare = [q.name for q in form.questions() if q.fact is None and not (q.help or q.ask_if)]

    assert not bare


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")

    with pytest.raises(FormFileError, match="is also the form of"):
        load_forms(tmp_path)


def test_a_folder_without_forms_says_so(tmp_path: Path) -> None:
    with pytest.raises(FormFileError, match="holds no form"):
        load_forms(tmp_path)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"form: \xff")

    with pytest.raises(FlowFileError, match="is not UTF-8 at byte 7"):
        load_form(tmp_path / "bad.yaml")
    with pytest.raises(FlowFileError, match="cannot be read"):
        load_form(FORMS_FOLDER / "none.yaml")


def test_what_is_no_yaml_says_so() -> None:
    with pytest.raises(FormFileError, match=r"x\.yaml:1:7: this \[ is not closed"):
        load_form("form: [", "x.yaml")
