"""A console that runs follows rules and forms, and keeps the old ones when the new are wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.errors import ConfigError
from launch.console.following import HouseFollower, read_house
from launch.quality.desk import make_desk
from launch.settings.qa import QaSettings
from launch.settings.site import PROJECT, Settings
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

USUAL = ("q04", "ivr")


@dataclass(frozen=True, slots=True)
class Files:
    """Scripts and forms that may be changed."""

    scripts: Path
    forms: Path

    def follower(self) -> HouseFollower:
        """One that looks when it is told to."""
        return HouseFollower(self.scripts, self.forms, USUAL)

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace a text once."""
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Copies of the product's own."""
    shutil.copytree(
        PROJECT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("prompts")
    )
    shutil.copytree(PROJECT / "qa" / "forms", tmp_path / "forms")
    return Files(tmp_path / "scripts", tmp_path / "forms")


def test_nothing_is_read_again_while_nothing_changed(files: Files) -> None:
    follower = files.follower()
    before = follower.current

    assert not follower.look()
    assert follower.current is before


def test_another_title_of_a_rule_is_followed(files: Files) -> None:
    follower, path = files.follower(), files.scripts / "house_rules.yaml"
    title = follower.current.rules["A05"].title["en"]

    files.edit(path, f"en: {title}", "en: Say goodbye")

    assert follower.look()
    assert follower.current.rules["A05"].title["en"] == "Say goodbye"
    assert follower.state.problems == ()


def test_a_bad_form_keeps_the_old_ones_and_says_where_it_is_wrong(files: Files) -> None:
    follower, path = files.follower(), files.forms / "q04.yaml"
    before, good = follower.current, path.read_text("utf-8")

    path.write_text(good.replace("sections:", "sektions:", 1), "utf-8")
    assert follower.look()

    assert follower.current is before
    assert any("q04.yaml" in problem for problem in follower.state.problems)
    path.write_text(good, "utf-8")
    assert follower.look()
    assert follower.state.problems == ()


def test_bad_rules_keep_forms_and_rules(files: Files) -> None:
    follower = files.follower()
    before = follower.current

    (files.scripts / "house_rules.yaml").write_text("rules: [", "utf-8")
    follower.look()

    assert follower.current is before
    assert "house_rules.yaml" in follower.state.problems[0]


def test_the_usual_form_may_not_go_away(files: Files) -> None:
    follower = files.follower()
    before = follower.current

    (files.forms / "ivr.yaml").unlink()
    follower.look()

    assert follower.current is before
    assert "there is no form 'ivr'" in follower.state.problems[0]
    with pytest.raises(ConfigError, match="no form 'ivr'"):
        read_house(files.scripts, files.forms, USUAL)


def test_the_desk_goes_by_what_is_followed(files: Files, tmp_path: Path) -> None:
    LedgerWriter(tmp_path / "ledger.sqlite").close()
    follower = files.follower()
    settings = Settings(scripts=files.scripts, qa=QaSettings(forms=files.forms))
    with (
        QualityBook.open(tmp_path / "quality.sqlite") as book,
        LedgerReader(tmp_path / "ledger.sqlite") as reader,
    ):
        desk = make_desk(book, reader, settings, follower)
        before = desk.forms.current("q04")

        files.edit(files.forms / "q04.yaml", f"pass_mark: {before.pass_mark}", "pass_mark: 97")
        follower.look()

        after = desk.forms.current("q04")
        assert (after.pass_mark, after.digest != before.digest) == (97, True)
        assert desk.forms.pinned("q04", before.digest) is before, "what was begun stays with it"


def test_its_thread_follows_by_itself_and_ends(files: Files) -> None:
    follower = files.follower()
    told: list[int] = []
    follower.changed.append(lambda read: told.append(len(read.forms)))
    with follower:
        (files.scripts / "house_rules.yaml").touch()
        for _ in range(100):
            if told:
                break
            follower._over.wait(0.2)
    assert told
    assert not follower._thread.is_alive()
