"""`thirdring diff` on folders, files and git revisions, with its exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import thirdring

SCRIPTS = Path(__file__).parents[2] / "scripts"
NO_SOUNDS = shutil.ignore_patterns("prompts", "tests")
GIT = [
    "git",
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.invalid",
    "-c",
    "commit.gpgsign=false",
]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose last commit made the silent caller's wait a second shorter."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "work"
    shutil.copytree(SCRIPTS, folder / "scripts", ignore=NO_SOUNDS)
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "first")
    flow = folder / "scripts" / "silent_call.yaml"
    text = flow.read_text("utf-8")
    assert "listen: 4s" in text
    flow.write_text(text.replace("listen: 4s", "listen: 3s"), "utf-8")
    _git(folder, "commit", "-q", "-am", "second")
    monkeypatch.chdir(folder)
    return folder


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


def _diff(*arguments: str) -> tuple[int, str, str]:
    result = thirdring("diff", *arguments)
    return result.exit_code, result.stdout, result.stderr


def test_two_revisions_are_compared_by_the_folder_named(repo: Path) -> None:
    code, said, _ = _diff("HEAD~1", "HEAD", "--scripts", str(repo / "scripts"))

    assert code == 1
    assert "silent_call / ask" in said
    assert "was 4 s, now 3 s" in said
    assert "A11" in said


def test_a_revision_may_name_its_own_folder_and_chinese_is_spoken(repo: Path) -> None:
    code, said, _ = _diff("HEAD~1:scripts", str(repo / "scripts"), "--language", "zh")

    assert code == 1
    assert "等待时长（listen for）：原为 4 s，现为 3 s" in said


def test_a_revision_and_itself_are_the_same(repo: Path) -> None:
    assert _diff("HEAD", "HEAD", "--scripts", str(repo / "scripts"))[0] == 0


def test_two_files_are_compared_as_one_flow(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(SCRIPTS, other, ignore=NO_SOUNDS)
    code, said, _ = _diff(str(other / "silent_call.yaml"), str(repo / "scripts/silent_call.yaml"))

    assert code == 1
    assert {line for line in said.splitlines() if line.startswith(("flow ", "line "))} == set()


def test_a_copy_beside_the_flow_is_compared_with_it(repo: Path) -> None:
    flow = repo / "scripts" / "silent_call.yaml"
    copy = flow.with_name("silent_call_new.yaml")
    copy.write_text(flow.read_text("utf-8").replace("repeat: 2", "repeat: 3"), "utf-8")

    code, said, _ = _diff(str(flow), str(copy))

    assert code == 1
    assert "times it is done: was 2, now 3" in said


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("against", ["scripts/faint.yaml", "scripts", "HEAD"])
def test_a_copy_put_away_is_compared_in_the_house_it_came_from(
    repo: Path, tmp_path: Path, against: str, turned: bool
) -> None:
    away = tmp_path / "before.yaml"
    text = (repo / "scripts/faint.yaml").read_text("utf-8")
    away.write_text(text.replace("repeat: 2", "repeat: 1"), "utf-8")
    pair = (against, str(away)) if turned else (str(away), against)

    code, said, _ = _diff(*pair)

    assert code == 1
    was, now = (2, 1) if turned else (1, 2)
    assert f"times it is done: was {was}, now {now}" in said
    assert {line for line in said.splitlines() if line.startswith(("flow ", "line "))} == set()


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("lines.yaml", "感谢您的来电", "多谢您的来电", "line closing"),
        ("house_rules.yaml", "{said: {tag: closing}}", "{said: closing}", "rule A05"),
        ("forms/call_record.yaml", "required: true", "required: false", "form call_record"),
    ],
)
def test_lines_rules_and_forms_put_away_take_their_own_place(
    repo: Path, tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    text = (repo / "scripts" / name).read_text("utf-8")
    away = tmp_path / "before.yaml"
    away.write_text(text, "utf-8")
    assert _diff(str(away), "scripts")[0] == 0
    assert old in text
    away.write_text(text.replace(old, new), "utf-8")

    code, said, _ = _diff(str(away), "scripts")

    assert code == 1
    assert told in said


@pytest.mark.parametrize("other", ["noise.yaml", "lines.yaml"])
def test_two_different_flows_are_no_versions_of_one(repo: Path, other: str) -> None:
    code, _, said = _diff("scripts/faint.yaml", f"scripts/{other}")

    assert code == 2
    assert "is the flow faint" in said
    assert "compare two versions of one flow" in said


def test_a_file_put_away_that_is_no_yaml_is_told(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("flow: [", "utf-8")

    code, _, said = _diff(str(tmp_path / "broken.yaml"), "scripts")

    assert code == 2
    assert "broken.yaml:1:7: this [ is not closed" in said


def test_json_has_both_languages_and_the_rules(repo: Path) -> None:
    code, said, _ = _diff("HEAD~1", "HEAD", "--scripts", str(repo / "scripts"), "--json")
    rows = json.loads(said)["changes"]

    assert code == 1
    assert {row["where"] for row in rows} == {"silent_call / ask", "silent_call / call_out"}
    assert all(row["zh"] and row["en"] and "A11" in row["rules"] for row in rows)


@pytest.mark.parametrize("name", ["no_such_thing", "HEAD~99", "HEAD:no/folder", "--output=made"])
def test_what_cannot_be_read_is_said_and_nothing_is_written(repo: Path, name: str) -> None:
    code, _, error = _diff("--scripts", str(repo / "scripts"), "--", name, "HEAD")

    assert code == 2
    assert name in error
    assert not (repo / "made").exists()


def test_scripts_that_do_not_check_cannot_be_compared(repo: Path) -> None:
    (repo / "scripts" / "silent_call.yaml").write_text("flow: silent_call\n", "utf-8")

    code, _, error = _diff("HEAD", str(repo / "scripts"), "--scripts", str(repo / "scripts"))

    assert code == 2
    assert "silent_call.yaml" in error


def test_with_prove_the_rule_that_is_broken_now_is_told(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("before", "after")]
    for folder, last in zip(folders, ("goodbye", "hello"), strict=True):
        folder.mkdir()
        for name, text in SMALL.items():
            (folder / name).write_text(text.replace("LAST", last), "utf-8")

    code, said, _ = _diff(*map(str, folders), "--prove", "--json")

    assert code == 1
    assert json.loads(said)["proved"] == [
        {"rule": "A05", "flow": "main", "performer": "ivr", "before": "proved", "after": "broken"}
    ]


SMALL = {
    "lines.yaml": "hello: {zh-Hans: 您好, zh-Hant: 您好, en: Hello}\n"
    "goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}\n",
    "house_rules.yaml": "A05:\n  title: {zh: 再见, en: Goodbye}\n"
    "  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}\n",
    "main.yaml": "flow: main\nperformer: ivr\nsteps:\n  ring: {ring: 1}\n"
    "  bye: {say: LAST, end: served}\n",
}
