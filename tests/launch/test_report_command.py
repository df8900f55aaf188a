"""`thirdring report` over a real state folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from calls.errors import CallCenterError, ConfigError, ReportError
from launch.commands import report
from launch.report_house import report_house
from launch.settings.site import Settings, load_settings
from tests.support.report_day import DAY, write_day


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_day(tmp_path)
    (tmp_path / "site.toml").write_text(
        '[house]\ntimezone = "Asia/Shanghai"\n[agents.801]\nname = "王芳"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(state: Path, *arguments: str) -> Result:
    app = typer.Typer()
    report.register(app)
    told = ["--state", str(state), "--config", str(state / "site.toml"), "--on", str(DAY)]
    done = CliRunner().invoke(app, ["report", *arguments, *told])
    if isinstance(done.exception, CallCenterError):
        raise done.exception
    return done


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("day", "thirdring-day-2026-11-20.html"),
        ("month", "thirdring-month-2026-11.html"),
        ("staffing", "thirdring-staffing-2026-10-23-to-2026-11-19.html"),
    ],
)
def test_a_report_is_a_page_named_after_itself(state: Path, kind: str, name: str) -> None:
    done = run(state, kind, "--lang", "zh")

    assert done.exit_code == 0
    assert name in done.output
    text = (state / name).read_text("utf-8")
    assert "三声服务热线" in text


def test_names_of_agents_and_rules_come_from_settings_and_scripts(state: Path) -> None:
    run(state, "day", "--lang", "zh", "--to", "day.html")
    text = (state / "day.html").read_text("utf-8")

    assert "王芳 801" in text
    titles = report_house(load_settings(None)).rules
    assert f"A08 {titles['A08']['zh']}" in text


def test_questions_in_the_monthly_brief_are_called_by_their_titles(
    state: Path, tmp_path: Path
) -> None:
    house = report_house(load_settings(None))
    assert house.question("three_rings", "zh") == "三声之内接听"
    assert house.question("three_rings", "en") == "Answered within three rings"
    assert house.question("of_an_older_form", "en") == "of_an_older_form"
    broken = tmp_path / "forms"
    broken.mkdir()
    (broken / "q04.yaml").write_text("form: [", encoding="utf-8")
    spoiled = Settings.model_validate({"qa": {"forms": str(broken)}})
    assert report_house(spoiled).question("three_rings", "zh") == "three_rings"


def test_json_goes_to_the_screen(state: Path) -> None:
    done = run(state, "day", "--json")
    told = json.loads(done.output)

    levels = [row for row in told["rows"] if row["figure"] == "SL.2" and row["part"] == "whole"]
    assert {row["target_s"]: row["value"] for row in levels}[20] == 0.5


def test_csv_goes_where_it_is_asked_for(state: Path) -> None:
    done = run(state, "day", "--format", "csv", "--to", "figures.csv")

    assert done.exit_code == 0
    assert (state / "figures.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_cannot_be_done_says_what_to_write(state: Path) -> None:
    with pytest.raises(ConfigError, match="html, csv, parquet, json"):
        run(state, "day", "--format", "pdf")
    with pytest.raises(ReportError, match="--to"):
        run(state, "day", "--to", str(state / "no" / "such" / "day.html"))
    with pytest.raises(ConfigError, match="--lang"):
        run(state, "day", "--lang", "fr")


def test_a_time_zone_that_is_none_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('[house]\ntimezone = "Peking"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match=r"house\.timezone.*Asia/Shanghai"):
        load_settings(tmp_path / "site.toml")


def test_the_limits_of_the_settings_are_those_of_the_figures() -> None:
    settings = Settings.model_validate(
        {"wallboard": {"service_target_s": 15}, "reports": {"short_s": 3, "shrinkage": 0.2}}
    )
    house = report_house(settings)

    assert (house.terms.target_s, house.terms.short_s, house.goals.target_s) == (15, 3, 15)
    assert house.goals.shrinkage == 0.2
