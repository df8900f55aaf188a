"""What services refuse is said in the page's language, by the house's clock, without commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import OperationalError
from zoneinfo import ZoneInfo

import pytest

from console.telling.refusals import PLACE, in_words
from console.telling.refused_house import HOUSE, LEFT
from console.telling.refused_work import WORK
from ledger.quality.encoding import spoiled
from ledger.quality.opening import trouble
from tests.console.conftest import Browser, House

ROOT = Path(__file__).parents[2]
BOOK = tuple(f"ledger/quality/{one}.py" for one in ("book", "reading", "writing"))
SHOWN = ("console", "qa/work", *BOOK)
"""Where errors come from that a page shows."""

REFUSALS = {
    *("WorkError", "NotAllowedError", "UnknownWorkError", "ConflictError"),
    *("AccountError", "SignInRefusedError", "TicketOverError"),
}
LATER = "; try again in {} s"
"""What `SignInRefusedError` adds when there is a wait."""

AUCKLAND = ZoneInfo("Pacific/Auckland")


def _said(place: Path, errors: set[str] | None = None) -> Iterator[str]:
    """Texts of the errors that are raised below a folder, with `{}` for what is filled in."""
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or not node.args
            ):
                continue
            known = node.func.id in errors if errors else node.func.id.endswith("Error")
            if known and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                yield _template(node.args[0])


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    pieces = (str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return "".join(pieces)


def _known() -> set[str]:
    return {PLACE.sub("{}", text) for text in (*WORK, *HOUSE)}


def test_whatever_a_page_may_be_refused_has_a_chinese_text() -> None:
    said = {text for place in SHOWN for text in _said(ROOT / place, REFUSALS)}

    assert len(said) > 80
    known = _known()
    assert sorted(one for one in said if not {one, one + LATER} & known) == []


def test_every_text_is_one_that_something_says() -> None:
    said = {text for room in ("console", "qa", "ledger", "launch") for text in _said(ROOT / room)}

    assert sorted(_known() - said - {text + LATER for text in said}) == []


def test_why_a_recording_was_left_is_said_in_chinese() -> None:
    source = (ROOT / "recorder" / "erasing.py").read_text(encoding="utf-8")

    for said in LEFT:
        assert said.partition("{")[0] in source
    assert in_words("held: court order 7", "zh") == "保全中：court order 7"


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ("database or disk is full", "磁盘已满，这一步没有存下", "The disk is full"),
        ("database is locked", "另一个程序占着质检库", "Another program holds"),
        ("database disk image is malformed", "文件损坏", "is damaged"),
        ("connection refused", "数据库服务器连不上", "cannot be reached"),
        ("attempt to write a readonly database", "不能写", "may not be written"),
        ("disk I/O error", "读写出错", "see to the disk"),
    ],
)
def test_what_keeps_the_book_from_being_used_is_said_without_a_path(
    said: str, zh: str, en: str
) -> None:
    text = str(trouble("/srv/state/quality.sqlite", OperationalError(said)))

    assert text != in_words(text, "en")
    assert zh in in_words(text, "zh")
    assert en in in_words(text, "en")
    assert "/srv" not in in_words(text, "zh") + in_words(text, "en")
    assert "改过" in in_words(str(spoiled("the row of two")), "zh")


def test_a_page_tells_the_ledger_from_the_quality_book() -> None:
    said = "/srv/state/ledger.sqlite: database is locked; another program holds it;"
    said += " close that program (an sqlite3 shell?) and try again"

    assert in_words(said, "zh").startswith("另一个程序占着台账")
    assert in_words(said, "en").startswith("Another program holds the ledger,")


def test_a_text_holds_no_place_that_the_service_does_not_fill() -> None:
    for said, (zh, en) in {**WORK, **HOUSE}.items():
        assert {*PLACE.findall(zh)} | {*PLACE.findall(en)} <= {*PLACE.findall(said)}, said
        assert re.search("[\u4e00-\u9fff]", zh), said
        if "thirdring " in said or "--" in said or " UTC" in said:
            told = en or (said if "ledger verify" in said else "")
            assert told, f"{said}: names what only a terminal has"


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        (
            "abc is not complete: not answered: a, b; without the comment they need: c",
            "abc 还没有评完：2 题没有答；1 题缺说明。",
        ),
        (
            "abc is claimed, lily has it; `thirdring qa claim abc` first",
            "abc 评分中，由 lily 在评，不在您名下。请先点“由我评分”；由别人在评的，请评下一通。",
        ),
        (
            "abc is open; `thirdring qa claim abc` first",
            "abc 待评，不在您名下。请先点“由我评分”；由别人在评的，请评下一通。",
        ),
        ("no evaluation 'abc'; `thirdring qa list` shows them", "没有评分 abc，或它不归您看。"),
        ("no evaluation 'abc'", "没有评分 abc。"),
        ("lin (qa) may not coach; supervisor may", "lin（质检）不能写辅导；主管可以。"),
        ("wrong name or password; try again in 20 s", "密码不对，请在 20 秒后重试。"),
        (
            "this draw cannot be made: a draw needs a number of calls, in all or of each agent",
            "不能这样抽：请填总数，或每坐席最多几通。",
        ),
        ("calibration abc is called off already", "校准 abc 已经取消。"),
    ],
)
def test_what_a_text_holds_is_said_in_chinese(said: str, zh: str) -> None:
    assert in_words(said, "zh") == zh


def test_a_time_of_a_text_is_that_of_the_houses_clock() -> None:
    said = "abc: lily works on it until 2026-01-05 14:00 UTC; take another (`thirdring qa next`)"

    assert (
        in_words(said, "en", AUCKLAND)
        == "abc: lily works on it until 2026-01-06 03:00; take another."
    )
    assert "到 2026-01-06 03:00 为止" in in_words(said, "zh", AUCKLAND)


def test_what_is_not_known_is_shown_as_it_was_said() -> None:
    assert in_words("the moon is in the way", "zh") == "the moon is in the way"


async def _opened(house: House, browser: Browser) -> str:
    """The queued call's evaluation, claimed by whoever has this browser."""
    answer = await browser.post(f"/calls/{house.calls['queued']}/evaluate", {"form": "q04"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _submitted(house: House, browser: Browser) -> str:
    path = await _opened(house, browser)
    desk, lily = house.room.desk, house.room.desk.actor("lily")
    for name in desk.sheet(lily, path.rpartition("/")[2]).unmet.unanswered:
        answer = next(iter(desk.forms.current("q04").question(name).answers))
        await browser.post(f"{path}/answers/{name}", {"answer": answer})
    assert (await browser.post(f"{path}/submit")).status_code == 303
    return path


async def test_a_claim_that_another_has_is_told_with_who_and_until_when(house: House) -> None:
    house.room = replace(house.room, place=replace(house.room.place, zone=AUCKLAND))
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")
    path = await _opened(house, lily)
    until = house.room.desk.evaluation(path.rpartition("/")[2], house.room.desk.actor("lily"))
    assert until.claimed_until is not None

    refused = await quan.post(f"{path}/claim", referer=f"http://127.0.0.1{path}")

    assert refused.status_code == 403
    assert (
        f"由 lily 在评，到 {until.claimed_until.astimezone(AUCKLAND):%Y-%m-%d %H:%M} 为止"
        in refused.text
    )
    assert "无权查看" not in refused.text
    assert f'href="{path}"' in refused.text
    await quan.post("/preferences", {"language": "en"})
    english = (await quan.post(f"{path}/claim")).text
    assert "lily works on it until" in english
    assert "thirdring qa" not in english


async def test_what_is_missing_is_counted(house: House) -> None:
    lily = await house.signed_in("lily")
    path = await _opened(house, lily)
    missing = house.room.desk.sheet(house.room.desk.actor("lily"), path.rpartition("/")[2]).unmet

    refused = await lily.post(f"{path}/submit")

    assert refused.status_code == 409
    assert f"还没有评完：{len(missing.unanswered)} 题没有答" in refused.text


async def test_a_dispute_too_late_says_so_and_whom_to_see(house: House) -> None:
    lily, wang = await house.signed_in("lily"), await house.signed_in("wang")
    path = await _submitted(house, lily)
    house.clock.advance_ms(int(timedelta(days=30).total_seconds()) * 1000)
    wang = await house.signed_in("wang")

    refused = await wang.post(f"{path}/dispute", {"reason": "不对"})

    assert refused.status_code == 409
    assert "答复期限已过" in refused.text
    assert "请找主管" in refused.text


async def test_a_draw_of_no_time_is_refused_in_chinese(house: House) -> None:
    lily = await house.signed_in("lily")
    times = {"since": "2026-01-06T09:00", "until": "2026-01-05T09:00", "count": "5"}

    refused = await lily.post("/draws", {"method": "random", **times})
    without = await lily.post("/draws", {"method": "random", **times, "count": "0"})
    strange = await lily.post("/draws", {"method": "random", **times, "since": "yesterday"})

    assert "“从”要早于“到”" in refused.text
    assert "不能这样抽：请填总数" in without.text
    assert (strange.status_code, "时间" in strange.text) == (409, True)


async def test_a_calibration_that_is_closed_says_so(house: House) -> None:
    sun = await house.signed_in("sun")
    opened = await sun.post(
        "/calibrations", {"call": house.calls["queued"], "expert": "sun", "evaluator": "lily"}
    )
    path = str(opened.headers["location"])
    await sun.post(f"{path}/call-off", {"reason": "换一通"})

    refused = await sun.post(f"{path}/close")

    assert refused.status_code == 409
    assert "已经取消" in refused.text


async def test_a_weak_password_is_not_called_a_strange_request(house: House) -> None:
    root = await house.signed_in("root")

    refused = await root.post(
        "/accounts",
        {"name": "neu", "role": "qa", "password": "neu"},
        referer="http://127.0.0.1/accounts",
    )

    assert refused.status_code == 400
    assert "密码要 12 到" in refused.text
    assert "看不懂" not in refused.text
    assert 'href="/accounts">回到上一页' in refused.text
