"""The day sheet over a real ledger and a real quality book, counted by hand."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite as dialect

from calls.errors import ReportError
from console.reports.gathering import Gathered
from console.reports.making import Format, Kind, days_of, file_name, gather_for, written
from console.reports.sources import HouseSources
from console.reports.staffing import needs_of
from ledger.dated_facts import dated_facts_query
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from tests.support.report_day import DAY, FORMULA, HOUSE, noon, write_day


class Day:
    """The house of that day, open."""

    def __init__(self, folder: Path, reader: LedgerReader, book: QualityBook | None) -> None:
        self.ids = json.loads((folder / "ids.json").read_text("utf-8"))
        self.reader = reader
        self.sources = HouseSources(reader, book, noon())

    def gathered(self, kind: Kind = Kind.DAY, queue: str = "", on: date = DAY) -> Gathered:
        days = days_of(kind, on, HOUSE)
        return gather_for(kind, days, self.sources, HOUSE, noon(), queue)

    def page(self, kind: Kind = Kind.DAY, language: str = "zh", queue: str = "") -> str:
        return written(kind, Format.HTML, self.gathered(kind, queue), language).decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day")
    (folder / "ids.json").write_text(json.dumps(write_day(folder)), encoding="utf-8")
    return folder


@pytest.fixture
def day(folder: Path) -> Iterator[Day]:
    with (
        LedgerReader(folder / LEDGER_FILE) as reader,
        QualityBook.open(folder / "quality.sqlite", clock=noon()) as book,
    ):
        yield Day(folder, reader, book)


def amounts(gathered: Gathered) -> dict[str, float | None]:
    return {name: value.amount for name, value in gathered.values().items()}


def test_the_figures_of_the_day_are_those_counted_by_hand(day: Day) -> None:
    found = amounts(day.gathered())

    assert found["OFF.1"] == 5
    assert found["SL.1"] == pytest.approx(2 / 5)
    assert found["SL.2"] == pytest.approx(2 / 4)
    assert found["SL.3"] == pytest.approx(3 / 5)
    assert found["AB.1"] == pytest.approx(2 / 5)
    assert found["ASA.1"] == pytest.approx((8_000 + 45_000 + 2_000) / 3)
    assert found["AHT.1"] == pytest.approx((120_000 + 200_000 + 80_000) / 3)
    assert found["HOLD.1"] == 10_000
    assert found["ACW.1"] == 20_000
    assert found["RING.1"] == 1
    assert found["RULE.1"] == 0.75
    assert found["RULE.2"] == 0.5
    assert found["TO.1"] == 0.08
    assert found["DA.1"] == 1
    assert (found["CSAT.1"], found["CSAT.3"]) == (1, 1)
    assert found["REC.1"] == 1
    assert found["CB.1"] == 1
    assert found["OCC.1"] == 0.5
    assert found["RING.3"] == 0.5
    assert found["CONS.1"] == 1
    assert found["QA.1"] == 80
    assert found["QA.2"] == 0.5
    assert found["AGREE.1"] == 0.75


def test_the_mystery_call_is_apart_and_the_live_one_counts_later(day: Day) -> None:
    gathered = day.gathered()

    assert gathered.folded.apart["mystery"].value("SL.1").amount == 0
    assert gathered.folded.open_calls == 1
    assert [one.score for one in gathered.mystery] == [10]


def test_one_queue_alone_counts_its_own_calls_and_nobodys_time(day: Day) -> None:
    gathered = day.gathered(queue="sales")

    assert amounts(gathered)["OFF.1"] == 1
    assert amounts(gathered)["SL.2"] == 1
    assert "OCC.1" not in gathered.values()
    assert [one.kind for one in gathered.owed] == ["promised"]


def test_a_day_begins_at_midnight_of_the_house(day: Day) -> None:
    before = day.gathered(on=date(2026, 11, 19))

    assert before.total.calls == 0
    assert amounts(before)["SL.2"] is None


def test_the_sheet_names_the_calls_that_broke_a_rule_and_the_complaint(day: Day) -> None:
    text = day.page()

    assert "A08 结束语" in text
    assert day.ids["late"] in text
    assert "complaint_general" in text
    assert "已到期" in text
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "王芳 801" in text


def test_what_a_caller_wrote_is_text_on_the_page(day: Day) -> None:
    for language in ("zh", "en"):
        text = day.page(language=language)
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "13800001234" not in text


def test_the_page_fetches_nothing_and_runs_nothing(day: Day) -> None:
    for kind in Kind:
        text = day.page(kind)
        assert "http://" not in text.replace("http://x/", "")
        assert "https://" not in text
        assert " style=" not in text
        assert "javascript:" not in text


def test_every_kind_of_report_is_written_in_both_languages(day: Day) -> None:
    for kind, zh, en in (
        (Kind.DAY, "日报", "Day sheet"),
        (Kind.MONTH, "月报", "Monthly brief"),
        (Kind.STAFFING, "排班测算", "Staffing"),
    ):
        assert f"<h1>{zh}" in day.page(kind)
        english = day.page(kind, "en")
        assert f"<h1>{en}" in english
        assert not _chinese(english.replace("王芳", ""))


def test_a_house_without_a_quality_book_has_reports_too(folder: Path) -> None:
    with LedgerReader(folder / LEDGER_FILE) as reader:
        day = Day(folder, reader, None)

        assert day.gathered().values()["QA.1"].amount is None
        assert "qa next" in day.page(language="en")


def test_a_day_to_come_is_refused_with_the_day_it_is(day: Day) -> None:
    with pytest.raises(ReportError, match="at this site it is 2026-11-20"):
        day.gathered(on=date(2026, 11, 21))


def test_a_month_says_what_the_figures_propose(day: Day) -> None:
    gathered = day.gathered(Kind.MONTH)
    (one,) = [each for each in gathered.proposals() if each.standing.agent == "801"]

    assert [len(one.standing.complaints), one.flags, one.enough] == [1, (), False]
    assert "数据太少" in day.page(Kind.MONTH)


def test_days_before_the_first_call_and_days_to_come_are_no_quiet_days(day: Day) -> None:
    assert day.gathered(Kind.MONTH).done == (DAY,)


def test_staffing_reads_the_four_weeks_before(day: Day) -> None:
    days = days_of(Kind.STAFFING, date(2026, 11, 21), HOUSE)

    assert (days.first, days.last) == (date(2026, 10, 24), DAY)


def test_staffing_leaves_out_a_day_still_under_way(day: Day) -> None:
    gathered = day.gathered(Kind.MONTH)
    earlier = replace(gathered, made_at=gathered.made_at + timedelta(days=1))

    assert [need.days for need in needs_of(earlier)] == [1] * 3
    assert gathered.today == DAY
    assert earlier.done == (DAY, DAY + timedelta(days=1))


# ---- files -------------------------------------------------------------------------------------


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_and_json_say_what_the_page_says(day: Day) -> None:
    gathered = day.gathered()
    rows = rows_of(written(Kind.DAY, Format.CSV, gathered, "zh"))
    told = json.loads(written(Kind.DAY, Format.JSON, gathered, "zh"))

    (level,) = [
        row
        for row in rows
        if (row["part"], row["figure"], row["target_s"]) == ("whole", "SL.2", "20")
    ]
    assert (level["value"], level["total"], level["over"]) == ("0.5", "2.0", "4.0")
    assert level["formula"] == "answered within 20 s ÷ (offered − abandoned within 20 s)"
    assert {row["part"] for row in rows} == {
        *("whole", "day", "hour", "queue", "agent", "tag", "rule")
    }
    assert len(told["rows"]) == len(rows)
    assert told["broken_by"] == {"A08": [day.ids["late"]]}
    assert FORMULA not in json.dumps(told, ensure_ascii=False)


def test_parquet_holds_the_same_rows_with_their_types(day: Day) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    gathered = day.gathered()

    table = parquet.read_table(io.BytesIO(written(Kind.DAY, Format.PARQUET, gathered, "zh")))
    rows = rows_of(written(Kind.DAY, Format.CSV, gathered, "zh"))

    assert table.num_rows == len(rows)
    assert str(table.schema.field("value").type) == "double"
    assert str(table.schema.field("target_s").type) == "int64"
    found: list[Any] = table.column("value").to_pylist()
    assert [one for one in found if one is not None] == [
        float(row["value"]) for row in rows if row["value"]
    ]


def test_without_pyarrow_parquet_says_how_to_get_it(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)

    with pytest.raises(ReportError, match=r"thirdring\[parquet\]"):
        written(Kind.DAY, Format.PARQUET, day.gathered(), "zh")


def test_a_files_name_cannot_leave_its_folder(day: Day) -> None:
    gathered = day.gathered(queue="../../etc/x\r\n")

    name = file_name(Kind.DAY, Format.CSV, gathered)

    assert name == "thirdring-day-2026-11-20-______etc_x__.csv"


def test_promises_of_a_day_are_found_by_their_own_index(folder: Path) -> None:
    days = days_of(Kind.DAY, DAY, HOUSE)
    query = dated_facts_query(("promised",), days.since, days.until)

    text = query.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True})
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection:
        plan: list[Any] = connection.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()

    steps = [str(step[3]) for step in plan]
    assert any("ix_call_events_owed (at>? AND at<?)" in step for step in steps)
    assert all(step.startswith(("SEARCH", "USE TEMP B-TREE FOR ORDER BY")) for step in steps)


def _chinese(text: str) -> list[str]:
    return [sign for sign in text if "\u4e00" <= sign <= "\u9fff"]


def test_callers_who_went_in_the_middle_have_words_of_their_own(day: Day) -> None:
    gathered = day.gathered()
    gathered.folded.dispositions["hung_up"] += 1

    assert "<td>来电者挂机</td>" in written(Kind.DAY, Format.HTML, gathered, "zh").decode()
    assert "<td>caller hung up</td>" in written(Kind.DAY, Format.HTML, gathered, "en").decode()


def test_the_brief_calls_questions_by_their_titles_and_fetches_nothing(day: Day) -> None:
    page = day.page(Kind.MONTH)

    assert "首句为问候语" in page
    assert "<td>closing</td>" in page, "a question that no form of now has"
    assert "Greeting first" in day.page(Kind.MONTH, "en")
    assert "<link" not in page
