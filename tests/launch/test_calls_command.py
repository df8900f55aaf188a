"""`thirdring calls` and `thirdring ledger` on a real ledger."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import AnsweredFact, EndedFact, HeardFact, HungUpFact, KeyFact, Offered, Said
from launch.commands import calls, ledger
from launch.commands.calls import csv_cell
from launch.telling.call_story import clock, story
from ledger.opening import LEDGER_FILE
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken

_PROMISED = (
    "id uniqueid ani dnis direction flow offered_at answered_at ended_at rings end_reason"
    " disposition"
)
PROMISED = set(_PROMISED.split())


def run(state: Path, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    calls.register(app)
    ledger.register(app)
    done = CliRunner().invoke(app, [*arguments, "--state", str(state)], catch_exceptions=False)
    return done.exit_code, done.output


def place(
    writer: LedgerWriter, clock: ManualClock, ani: str = "13800001234", was: str = "greeted"
) -> Call:
    call = Call(clock, writer)
    call.record(
        Offered(
            uniqueid="1.1",
            ani=ani,
            dnis="1000",
            caller_name="[red]王:skull:",
            direction="inbound",
            flow="greetings",
            channel="PJSIP/trunk-1",
        )
    )
    clock.advance_ms(1500)
    call.record(AnsweredFact(rings=1, waited_ms=1500))
    clock.advance_ms(3000)
    call.record(
        Said(
            line="greeting",
            text="您好！",
            tags=("greeting",),
            language="zh-Hans",
            performer="ivr",
            start_ms=1600,
            end_ms=4500,
            ended="completed",
        )
    )
    call.record(
        HeardFact(what="speech", from_ms=4600, to_ms=5000, level_dbov=-21.5, reason="vad 0.98")
    )
    call.record(KeyFact(digits="13911112222", at_ms=5100))
    clock.advance_ms(1000)
    call.record(HungUpFact(by="caller"))
    call.record(EndedFact(end_reason="caller_hung_up", disposition=was))
    return call


@pytest.fixture
def placed(tmp_path: Path) -> list[Call]:
    clock = ManualClock()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        return [place(writer, clock, ani) for ani in ("13800001234", "+8613900005678")]


def test_the_json_list_has_the_promised_fields_oldest_first(
    tmp_path: Path, placed: list[Call]
) -> None:
    code, output = run(tmp_path, "calls", "list", "--json")

    listed = json.loads(output)
    assert code == 0
    assert [one["id"] for one in listed] == [call.id for call in placed]
    assert all(one.keys() >= PROMISED for one in listed)
    assert listed[1]["ani"] == "+8613900005678"
    assert listed[0]["offered_at"] == "2026-01-05T09:00:00.000+00:00"
    assert (listed[0]["rings"], listed[0]["end_reason"]) == (1, "caller_hung_up")


def test_the_json_of_a_call_has_its_events_in_order(tmp_path: Path, placed: list[Call]) -> None:
    _, output = run(tmp_path, "calls", "show", placed[0].id, "--json")

    shown = json.loads(output)
    assert set(shown) == {"call", "events"}
    assert shown["call"].keys() >= PROMISED
    assert [one["seq"] for one in shown["events"]] == list(range(1, 8))
    assert all(one.keys() >= {"seq", "offset_ms", "kind", "data"} for one in shown["events"])
    assert shown["events"][2]["data"] == {
        "line": "greeting",
        "text": "您好！",
        "tags": ["greeting"],
        "language": "zh-Hans",
        "performer": "ivr",
        "start_ms": 1600,
        "end_ms": 4500,
        "ended": "completed",
        "noted": "",
    }


def test_tables_mask_numbers_unless_told_otherwise(tmp_path: Path, placed: list[Call]) -> None:
    for command in (("calls", "list"), ("calls", "show", placed[0].id)):
        _, masked = run(tmp_path, *command)
        _, whole = run(tmp_path, *command, "--unmasked")

        assert "13800001234" not in masked
        assert "138****1234" in masked
        assert "13800001234" in whole
    assert "13911112222" not in masked
    assert "13911112222" in whole


@pytest.mark.parametrize("columns", [120, 200])
def test_a_chinese_terminal_has_a_list_of_calls_in_chinese_in_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    clock = ManualClock()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        for was in ("promised", "served", "hung_up", "of_this_house"):
            place(writer, clock, was=was)
    spoken(monkeypatch, CHINESE, columns)

    _, output = run(tmp_path, "calls", "list")

    titles = ("通话", "来电时间 (UTC)", "主叫", "被叫", "流程", "振铃", "时长", "结束", "结果")
    rows = rows_below(output, *titles)
    assert [row["结果"] for row in rows] == ["已承诺回复", "已办结", "", "of_this_house"]
    assert {row["结束"] for row in rows} == {"来电者挂机"}
    assert {row["时长"] for row in rows} == {"5.5 秒"}
    assert {(row["主叫"], row["被叫"]) for row in rows} == {("138****1234", "1000")}


def test_in_80_columns_no_number_and_no_time_of_a_call_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        call = place(writer, clock, was="promised")
    for language in (CHINESE, ENGLISH):
        spoken(monkeypatch, language, 80)

        _, output = run(tmp_path, "calls", "list")

        assert max(map(cell_len, output.splitlines())) <= 80
        assert "…" not in output
        assert {call.id, "01-05", "09:00:00", "138****1234", "1000"} <= {*output.split()}
        day_above_time = rf"{call.id} 01-05 +138\*{{4}}1234 1000 .*\n +09:00:00 "
        assert re.search(day_above_time, output), "the other columns need the room"


def test_the_json_of_calls_is_the_same_in_every_language(
    tmp_path: Path, placed: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (("calls", "list"), ("calls", "show", placed[0].id), ("ledger", "verify")):
        spoken(monkeypatch, ENGLISH, 80)
        english = run(tmp_path, *command, "--json")
        spoken(monkeypatch, CHINESE, 80)

        assert run(tmp_path, *command, "--json") == english
        assert run(tmp_path, *command)[1] != english[1]


def test_the_story_says_who_did_what_and_when(tmp_path: Path, placed: list[Call]) -> None:
    _, output = run(tmp_path, "calls", "show", placed[0].id)

    told = [line.split(maxsplit=2) for line in output.splitlines()[1:] if line.strip()]
    assert [line[:2] for line in told if line[0].startswith("00:")] == [
        ["00:00.000", "caller"],
        ["00:01.500", "house"],
        ["00:01.600", "house"],
        ["00:04.600", "caller"],
        ["00:05.100", "caller"],
        ["00:05.500", "the"],
        ["00:05.500", "over:"],
    ]
    assert "the caller hangs up" in output
    assert "您好！" in output
    assert "[red]王:skull:" in output


def test_a_kind_without_wording_shows_with_its_data() -> None:
    from calls.events import CallEvent

    event = CallEvent("call-1", 1, ManualClock().utc_now(), 61_002, "new_kind", {"a": "b"})

    (told,) = story([event])

    assert (clock(told.at_ms), told.what) == ("01:01.002", "new_kind a: b")


def test_every_kind_of_fact_is_told_whatever_its_data() -> None:
    from calls import events
    from calls.events import CallEvent, Fact

    kinds = {
        found.kind
        for found in vars(events).values()
        if isinstance(found, type) and issubclass(found, Fact) and found is not Fact
    }
    at = ManualClock().utc_now()

    for kind in kinds:
        assert len(story([CallEvent("call-1", 1, at, 0, kind, {})])) <= 1
        assert len(story([CallEvent("call-1", 1, at, 0, kind, {"waited_ms": "x"})])) <= 1


def test_an_empty_house_says_the_next_step(tmp_path: Path) -> None:
    assert run(tmp_path, "calls", "list", "--json") == (0, "[]\n")
    assert "thirdring demo" in run(tmp_path, "calls", "list")[1]
    with pytest.raises(LedgerError, match="thirdring demo"):
        run(tmp_path, "calls", "show", "x")
    LedgerWriter(tmp_path / LEDGER_FILE).close()
    assert "thirdring demo" in run(tmp_path, "calls", "list")[1]


def test_a_limit_shows_the_latest_and_says_so(tmp_path: Path, placed: list[Call]) -> None:
    _, output = run(tmp_path, "calls", "list", "--limit", "1")

    assert placed[1].id in output
    assert placed[0].id not in output
    assert "--limit 0" in output


def test_times_choose_calls(tmp_path: Path, placed: list[Call]) -> None:
    _, early = run(tmp_path, "calls", "list", "--json", "--until", "2026-01-05T09:00:01")
    _, none = run(tmp_path, "calls", "list", "--since", "2027-01-01")

    assert [one["id"] for one in json.loads(early)] == [placed[0].id]
    assert "No call fits" in none


def test_the_export_is_text_that_no_spreadsheet_carries_out(
    tmp_path: Path, placed: list[Call]
) -> None:
    target = tmp_path / "calls.csv"

    run(tmp_path, "calls", "export", str(target), "--unmasked")

    text = target.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == [call.id for call in placed]
    assert rows[1]["ani"] == "'+8613900005678"
    assert all(cell.startswith('"') for cell in text.splitlines()[1].split(","))


def test_the_export_masks_numbers_unless_told_otherwise(tmp_path: Path, placed: list[Call]) -> None:
    _, output = run(tmp_path, "calls", "export", "-")

    assert "138****1234" in output
    assert "13800001234" not in output


@pytest.mark.parametrize("more", [(), ("--unmasked",)])
def test_an_exported_number_carries_no_orders_for_a_terminal(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        call = Call(ManualClock(), writer)
        call.record(
            Offered(
                uniqueid="1.1",
                ani="\x1b[31m\u202e13800001234",
                dnis="\x1b]0;owned\x07" + "9" * 10_000,
                caller_name="\x1b[2J\u202e王",
                direction="inbound",
                flow="greetings",
                channel="PJSIP/x-1",
            )
        )
        call.record(EndedFact(end_reason="completed", disposition=""))

    _, output = run(tmp_path, "calls", "export", "-", *more)

    assert not {"\x1b", "\x07", "\u202e"} & set(output)
    assert len(output) < 2_000
    assert "王" in output


def test_numbers_in_other_columns_are_masked_too(tmp_path: Path) -> None:
    clock = ManualClock()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        call = Call(clock, writer)
        call.record(
            Offered(
                uniqueid="1.1",
                ani="4008001000",
                dnis="13912345678",
                caller_name="13700004321",
                direction="outbound",
                flow="survey_call",
                channel="PJSIP/trunk-1",
            )
        )
        call.record(EndedFact(end_reason="completed", disposition=""))

    for command in (("export", "-"), ("list",)):
        _, output = run(tmp_path, "calls", *command)
        assert "139****5678" in output
        assert "13912345678" not in output
        assert "13700004321" not in output


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", " =1", "\u200b=1"]
)
def test_a_cell_cannot_begin_a_formula(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


def test_verify_names_what_was_changed_and_fails(tmp_path: Path, placed: list[Call]) -> None:
    assert run(tmp_path, "ledger", "verify")[0] == 0
    by_hand(
        tmp_path / LEDGER_FILE,
        "UPDATE call_events SET data = '{}' WHERE call_id = ? AND seq = 2",
        (placed[0].id,),
    )

    code, output = run(tmp_path, "ledger", "verify")
    json_code, as_json = run(tmp_path, "ledger", "verify", "--json")

    assert (code, json_code) == (1, 1)
    assert f"edited: call {placed[0].id}: event 2" in output
    assert json.loads(as_json)["findings"][0]["seq"] == 2


def test_rebuild_tells_every_call_again(tmp_path: Path, placed: list[Call]) -> None:
    by_hand(tmp_path / LEDGER_FILE, "DELETE FROM calls")

    assert run(tmp_path, "ledger", "rebuild")[0] == 0
    assert json.loads(run(tmp_path, "ledger", "rebuild", "--json")[1]) == {"calls": len(placed)}
    assert len(json.loads(run(tmp_path, "calls", "list", "--json")[1])) == 2
