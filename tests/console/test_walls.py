"""The wallboard on a wall: polling keeps nobody signed in, and a wall shows nothing else."""

from __future__ import annotations

import re

import pytest

from console.web import cookies
from tests.console.conftest import Browser, House


async def test_a_wallboard_that_draws_itself_keeps_no_session_alive(house: House) -> None:
    browser = await house.signed_in("sun")
    await browser.get("/wallboard")

    for _ in range(16):
        house.clock.advance_ms(60_000)
        answer = await browser.get("/wallboard/now", headers={"hx-request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login"
    assert (await browser.get("/calls")).status_code == 303


async def test_whoever_comes_back_is_led_to_the_page_they_were_on(house: House) -> None:
    browser = await house.signed_in("sun")
    house.clock.advance_ms(16 * 60_000)
    shown = {"hx-request": "true", "hx-current-url": "http://127.0.0.1/wallboard"}

    answer = await browser.get("/wallboard/now", headers=shown)

    assert answer.headers["hx-redirect"] == "/login?next=/wallboard"


async def _hung(house: House, title: str = "二楼") -> Browser:
    browser = await house.signed_in("sun")
    await browser.get("/walls")
    answer = await browser.post("/walls", {"title": title})
    assert answer.headers["location"] == "/wallboard"
    return browser


async def test_a_wall_is_in_the_houses_language_whatever_its_machine_is_set_to(
    house: House,
) -> None:
    browser = await _hung(house)
    english = {"accept-language": "en-US"}

    assert '<html lang="zh' in (await browser.get("/wallboard", headers=english)).text


async def test_a_wall_shows_the_wallboard_for_weeks_and_nothing_else(house: House) -> None:
    browser = await _hung(house)
    house.clock.advance_ms(60 * 86_400_000)

    assert "二楼" in (await browser.get("/wallboard")).text
    assert (await browser.get("/wallboard/now")).status_code == 200
    assert (await browser.get("/")).headers["location"] == "/wallboard"
    call = house.calls["queued"]
    for path in ("/calls", f"/calls/{call}", "/walls", "/reports", "/work", "/password"):
        answer = await browser.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login"), path
    posted = await browser.post(f"/calls/{call}/comments", {"text": "x", "from_ms": "0"})
    assert posted.status_code == 303
    assert not house.room.desk.comments(call)


async def test_hanging_it_signs_the_supervisor_out_of_that_browser(house: House) -> None:
    browser = await house.signed_in("sun")
    session = browser.http.cookies[cookies.full_name(cookies.SESSION, secure=False)]
    await browser.get("/walls")

    await browser.post("/walls", {"title": "二楼"})

    assert house.room.accounts.session(session) is None
    assert "thirdring_session" not in browser.http.cookies
    assert [one[:2] for one in house.looks()][-2:] == [("sun", "hung"), ("sun", "signed_out")]


async def test_a_wall_ends_after_ninety_days(house: House) -> None:
    browser = await _hung(house)

    house.clock.advance_ms(91 * 86_400_000)

    assert (await browser.get("/wallboard")).status_code == 303


@pytest.mark.parametrize("change", ["disabled", "another role", "taken down"])
async def test_a_wall_ends_with_whoever_hung_it(house: House, change: str) -> None:
    browser, accounts = await _hung(house), house.room.accounts
    assert (await browser.get("/wallboard/now")).status_code == 200

    if change == "disabled":
        accounts.change("sun", actor="root", enabled=False)
    elif change == "another role":
        accounts.change("sun", actor="root", role=house.role("qa"))
    else:
        other = await house.signed_in("sun")
        found = re.search(r"/walls/([0-9a-f]{8})/down", (await other.get("/walls")).text)
        assert found
        assert (await other.post(f"/walls/{found[1]}/down")).status_code == 303
        assert "/down" not in (await other.get("/walls")).text

    assert (await browser.get("/wallboard/now")).status_code == 303


async def test_only_a_supervisor_hangs_one_and_takes_one_down(house: House) -> None:
    await _hung(house)
    wall = house.room.accounts.walls.all()[0].id
    for name in ("wang", "lily", "root"):
        browser = await house.signed_in(name)
        await browser.get("/password")
        assert (await browser.get("/walls")).status_code == 403
        assert (await browser.post("/walls", {"title": "x"})).status_code == 403
        assert (await browser.post(f"/walls/{wall}/down")).status_code == 403
    assert [one.id for one in house.room.accounts.walls.all()] == [wall]


async def test_a_wall_needs_a_name_and_its_secret_stands_nowhere(house: House) -> None:
    browser = await house.signed_in("sun")
    await browser.get("/walls")
    assert (await browser.post("/walls", {"title": "  "})).status_code == 400

    await browser.post("/walls", {"title": "二楼"})

    token = browser.http.cookies["thirdring_wall"]
    assert len(token) >= 43, "256 bits"
    told = [str(event.data) for event in house.room.book.events_of(("looked",))]
    assert not [one for one in told if token in one]


async def test_a_made_up_wall_shows_nothing(house: House) -> None:
    browser = house.browser()
    browser.http.cookies.set("thirdring_wall", "A" * 43, domain="127.0.0.1")

    assert (await browser.get("/wallboard")).status_code == 303
