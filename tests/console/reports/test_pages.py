"""Reports and wallboard in the console: who may see them, what they open, what is logged."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape

import pytest

from calls.floor.states import AgentState
from calls.floor.view import RuleView
from calls.floor.wall import Alarm, FloorAgent, QueueFigures, WaitingCaller, WallView
from console.reports.house import House as ReportHouse
from console.reports.shelf import ReportShelf
from console.reports.sources import HouseSources
from console.wall.ports import Sight
from ledger.reader import LedgerReader
from tests.console.conftest import House

DAY = "2026-01-05"
"""On which the calls of the console's house came."""


class Feed:
    """A floor that stands still."""

    def __init__(self) -> None:
        self.now = Sight(None, 0, False, "no_connection")

    def sight(self) -> Sight:
        return self.now


@pytest.fixture
async def reporting(house: House) -> AsyncIterator[House]:
    reader = house.room.calls
    assert isinstance(reader, LedgerReader)
    sources = HouseSources(reader, house.room.book, house.clock)
    shelf = ReportShelf(sources, ReportHouse(), house.clock)
    house.room = replace(house.room, parts={"reports": shelf, "wall": Feed()})
    yield house
    for http in house.browsers:
        await http.aclose()


async def test_a_supervisor_sees_the_day_and_the_look_is_kept(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    answer = await sun.get(f"/reports?on={DAY}")

    assert answer.status_code == 200
    assert "日报" in answer.text
    assert "SL.2" in answer.text
    assert ("sun", "reported", "report/day") in reporting.looks()


async def test_a_tile_opens_the_calls_behind_it(reporting: House) -> None:
    sun = await reporting.signed_in("sun")
    text = (await sun.get(f"/reports?on={DAY}")).text
    href = re.search(r'href="(/reports/calls\?figure=SL\.2[^"]*)"', text)
    assert href

    answer = await sun.get(unescape(href[1]))

    assert f"/calls/{reporting.calls['queued']}" in answer.text
    assert reporting.calls["silent"] not in answer.text
    assert "20 秒内坐席接听" in answer.text
    assert ("sun", "listed", "report/SL.2") in reporting.looks()


@pytest.mark.parametrize("form", ["html", "csv", "json", "parquet"])
async def test_every_file_comes_as_an_attachment_and_is_kept_as_an_export(
    reporting: House, form: str
) -> None:
    sun = await reporting.signed_in("sun")

    answer = await sun.get(f"/reports/export?kind=day&on={DAY}&format={form}")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="thirdring-day-{DAY}.{form}"'
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ("sun", "exported", "report/day") in reporting.looks()


async def test_the_page_to_print_carries_the_nonce_of_its_policy(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    answer = await sun.get(f"/reports/page?kind=month&on={DAY}")

    nonce = re.search(r'<style nonce="([\w-]+)">', answer.text)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in answer.headers["content-security-policy"]
    icon = re.search(r'<link rel="icon" href="([^"]+)"', answer.text)
    assert icon
    assert (await sun.get(icon[1])).status_code == 200, "a browser asks for one in any case"
    assert "<script" not in answer.text


@pytest.mark.parametrize("who", ["wang", "lily", "root"])
@pytest.mark.parametrize(
    "path",
    [
        "/reports",
        "/reports/page",
        "/reports/export?format=csv",
        "/reports/calls?figure=SL.2",
        "/wallboard",
        "/wallboard/now",
    ],
)
async def test_only_a_supervisor_sees_reports_and_floor(
    reporting: House, who: str, path: str
) -> None:
    browser = await reporting.signed_in(who)

    answer = await browser.get(path)

    assert answer.status_code == 403
    assert "SL.2" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports?kind=year", 404),
        ("/reports?on=yesterday", 400),
        ("/reports?on=0001-01-01", 400),
        ("/reports/export?format=exe", 404),
        ("/reports/calls?figure=SL.9", 404),
        ("/reports/calls?figure=OCC.1", 404),
        ("/reports/calls?figure=SL.2&first=2026-01-05&last=2026-01-01", 400),
        ("/reports/calls?figure=SL.2&first=2020-01-01&last=2026-01-01", 400),
    ],
)
async def test_an_address_that_means_nothing_is_refused(
    reporting: House, path: str, status: int
) -> None:
    sun = await reporting.signed_in("sun")

    assert (await sun.get(path)).status_code == status


async def test_a_day_to_come_shows_today(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    answer = await sun.get("/reports?on=2026-03-01")

    assert f'value="{DAY}"' in answer.text


async def test_a_queue_in_the_address_is_text(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    for path in ("/reports", "/reports/page", "/reports/calls"):
        answer = await sun.get(
            path, params={"figure": "SL.2", "on": DAY, "queue": "<script>x</script>"}
        )
        assert "<script>x" not in answer.text


async def test_a_report_is_read_anew_after_a_while(reporting: House) -> None:
    shelf = reporting.room.parts["reports"]
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [shelf.kept(("day", "x", ""), make) for _ in range(2)] == [1, 1]
    reporting.clock.advance_ms(30_000)
    assert shelf.kept(("day", "x", ""), make) == 2


# ---- the wallboard -----------------------------------------------------------------------------


def floor() -> WallView:
    rule = RuleView(id="A12", title={"zh": "噪音十秒", "en": "Noise"}, what="broken")
    return WallView(
        seq=1,
        queues=(
            QueueFigures(
                name="support",
                waiting=1,
                longest_ms=25_000,
                offered=40,
                answered=30,
                abandoned=3,
                within_target=28,
                average_ms=9_000,
                ready=0,
                serving=2,
                judged=38,
                service_level=28 / 38,
                formula={"zh": "20 秒内接听 28 ÷ 38", "en": "answered 28 ÷ 38"},
            ),
        ),
        waiting=(
            WaitingCaller(
                call_id="c", queue="support", number="138****1234", name="<b>x", waited_ms=25_000
            ),
        ),
        agents=(
            FloorAgent(number="802", name="李雯", state=AgentState.READY, for_ms=1_000),
            FloorAgent(
                number="801",
                name="王芳",
                state=AgentState.ON_CALL,
                for_ms=61_000,
                caller="139****0000",
                broken=(rule,),
                help_text="退款怎么办",
            ),
        ),
        alarms=(Alarm(kind="help", subject="801", for_ms=5_000),),
        statement="全市停电，正在抢修",
    )


async def test_the_wallboard_shows_queues_agents_and_alarms(reporting: House) -> None:
    reporting.room.parts["wall"].now = Sight(floor(), 2_000, True)
    sun = await reporting.signed_in("sun")

    text = (await sun.get("/wallboard")).text

    assert "74%" in text
    assert "low" in text
    assert "0:27" in text
    assert "王芳 801 求助: 退款怎么办" in text
    assert text.index("王芳 ") < text.index("李雯 ")
    assert "1:03" in text
    assert "全市停电" in text
    assert "<b>x" not in text
    assert 'hx-trigger="every 1s"' in text
    assert ("sun", "opened", "wallboard") in reporting.looks()


async def test_a_desk_that_is_gone_is_said_and_its_clocks_stand(reporting: House) -> None:
    reporting.room.parts["wall"].now = Sight(floor(), 42_000, False, "no_connection")
    sun = await reporting.signed_in("sun")

    text = (await sun.get("/wallboard/now")).text

    assert "坐席台断开" in text
    assert "连不上坐席台" in text
    assert "42.0 s" in text
    assert "0:25" in text


async def test_before_the_first_snapshot_the_page_says_what_to_start(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    text = (await sun.get("/wallboard/now")).text

    assert "thirdring serve" in text


async def test_looking_again_each_second_is_no_look_of_its_own(reporting: House) -> None:
    sun = await reporting.signed_in("sun")

    for _ in range(3):
        await sun.get("/wallboard/now")

    assert not [one for one in reporting.looks() if one[2] == "wallboard"]
