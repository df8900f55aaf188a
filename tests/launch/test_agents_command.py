"""`thirdring agents` on a real ledger."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from calls.clock import SystemClock
from calls.floor.events import FloorEvent, OfferOver, StateEntered
from calls.floor.states import AgentState
from launch.commands import agents
from launch.commands.agents import clock, stretch
from ledger.opening import LEDGER_FILE
from ledger.writer import LedgerWriter
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken

_TIME = re.compile(r"\b\d+:\d\d:\d\d\b")


def run(state: Path, *arguments: str) -> str:
    app = typer.Typer()
    agents.register(app)
    done = CliRunner().invoke(
        app, ["agents", *arguments, "--state", str(state)], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.output


def entered(agent: str, at: datetime, state: str, reason: str = "") -> FloorEvent:
    fact = StateEntered(state=state, reason=reason, call_id="", before="", lasted_ms=0)
    return FloorEvent(agent, at, fact.kind, fact.data())


@pytest.fixture
def yesterday(tmp_path: Path) -> datetime:
    """Yesterday's midnight; 801 was ready for an hour, talked 90 s, had lunch, went home."""
    midnight = stretch(None)[0] - timedelta(days=1)
    nine = midnight + timedelta(hours=9)
    offer = OfferOver(call_id="c", rings=2, rung_ms=5430, result="answered", late=False)
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        for event in (
            entered("801", nine, "ready"),
            FloorEvent("801", nine + timedelta(hours=1), offer.kind, offer.data()),
            entered("801", nine + timedelta(hours=1), "on_call"),
            entered("801", nine + timedelta(hours=1, seconds=90), "not_ready", "lunch"),
            entered("801", nine + timedelta(hours=2), "signed_out"),
            entered("899", nine, "not_ready", "[red]x\x1b[2J"),
        ):
            writer.append_floor(event)
    return midnight


def of_agent(output: str, number: str) -> Any:
    return next(one for one in json.loads(output) if one["agent"] == number)


def test_before_anybody_has_signed_in_the_next_step_is_said(tmp_path: Path) -> None:
    assert "thirdring panel --agent" in run(tmp_path, "list")
    assert json.loads(run(tmp_path, "list", "--json")) == []
    LedgerWriter(tmp_path / LEDGER_FILE).close()
    assert "thirdring panel --agent" in run(tmp_path, "list")


def test_a_day_is_told_with_times_that_add_up_to_it(tmp_path: Path, yesterday: datetime) -> None:
    day = of_agent(
        run(tmp_path, "list", "--json", "--day", f"{yesterday.astimezone():%Y-%m-%d}"), "801"
    )

    assert day["state_ms"]["ready"] == 3_600_000
    assert day["state_ms"]["on_call"] == 90_000
    assert day["state_ms"]["not_ready"] == 3_510_000
    until, since = datetime.fromisoformat(day["until_at"]), datetime.fromisoformat(day["since_at"])
    assert sum(day["state_ms"].values()) == (until - since) / timedelta(milliseconds=1)
    assert since == yesterday
    assert (day["answered"], day["within_three_rings"], day["missed"]) == (1, 1, 0)


def test_todays_list_shows_the_state_of_now(tmp_path: Path, yesterday: datetime) -> None:
    now = SystemClock().utc_now()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        writer.append_floor(entered("802", now - timedelta(seconds=65), "not_ready", "lunch"))

    table = run(tmp_path, "list")
    day = of_agent(run(tmp_path, "list", "--json"), "802")

    row = next(line for line in table.splitlines() if line.split()[:1] == ["802"])
    assert "not ready: lunch" in row
    assert "0:01:0" in row
    assert (day["state"], day["reason"]) == ("not_ready", "lunch")
    assert day["state_ms"].keys() == {state.value for state in AgentState}


@pytest.mark.parametrize("columns", [120, 160])
def test_a_chinese_terminal_has_the_agents_in_chinese_in_line(
    tmp_path: Path, yesterday: datetime, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    now = SystemClock().utc_now()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        writer.append_floor(entered("802", now - timedelta(seconds=65), "wrap_up"))
    config = tmp_path / "site.toml"
    config.write_text('[agents.802]\nname = "王丽"\n', encoding="utf-8")
    spoken(monkeypatch, CHINESE, columns)

    table = run(tmp_path, "list", "--config", str(config))

    rows = rows_below(table, "坐席", "姓名", "状态")
    row = next(row for row in rows if row["坐席"] == "802")
    assert row["姓名"] == "王丽"
    assert row["状态"].split()[0] == "话后"
    head = next(line for line in table.splitlines() if "坐席" in line)
    titles = "坐席 姓名 状态 已持续 空闲 通话 保持 话后 示忙 接听 三声内 未接"
    assert " ".join(head.split()) == titles
    assert {*re.findall("[A-Za-z]{2,}", table)} <= {"red"}


def test_in_80_columns_no_time_of_an_agent_is_cut(
    tmp_path: Path, yesterday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, reason in ((ENGLISH, "not ready: lunch"), (CHINESE, "示忙：lunch")):
        now = SystemClock().utc_now()
        with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
            writer.append_floor(entered("802", now - timedelta(hours=1), "not_ready", "lunch"))
        spoken(monkeypatch, language, 80)
        narrow = run(tmp_path, "list")
        spoken(monkeypatch, language, 160)
        wide = run(tmp_path, "list")

        assert max(map(cell_len, narrow.splitlines())) <= 80
        assert len(_TIME.findall(narrow)) == len(_TIME.findall(wide)) >= 3 * 5
        assert reason in wide


def test_the_json_of_agents_is_the_same_in_every_language(
    tmp_path: Path, yesterday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = f"{yesterday.astimezone():%Y-%m-%d}"
    told = []
    for language in (ENGLISH, CHINESE):
        spoken(monkeypatch, language, 80)
        told.append(run(tmp_path, "list", "--json", "--day", day))

    assert told[0] == told[1]


def test_what_stands_in_the_ledger_is_text_and_no_command_to_the_terminal(
    tmp_path: Path, yesterday: datetime
) -> None:
    table = run(tmp_path, "list")

    assert "\x1b" not in table
    assert "[red]x" in table


def test_names_come_from_the_settings(tmp_path: Path, yesterday: datetime) -> None:
    config = tmp_path / "site.toml"
    config.write_text('[agents.801]\nname = "王丽"\n', encoding="utf-8")

    assert "王丽" in run(tmp_path, "list", "--config", str(config))


def test_a_day_begins_by_the_houses_clock(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text('[house]\ntimezone = "Asia/Shanghai"\n', encoding="utf-8")
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        writer.append_floor(entered("801", datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "ready"))

    listed = run(tmp_path, "list", "--json", "--day", "2026-03-02", "--config", str(config))

    day = of_agent(listed, "801")
    assert (day["since_at"], day["until_at"]) == (
        "2026-03-01T16:00:00.000+00:00",
        "2026-03-02T16:00:00.000+00:00",
    )
    assert day["state_ms"]["ready"] == 15 * 3_600_000


def test_a_length_is_told_in_hours() -> None:
    assert [clock(ms) for ms in (0, 61_999, 90_061_000)] == ["0:00:00", "0:01:01", "25:01:01"]
