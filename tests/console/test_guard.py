"""OWASP ASVS rows of the console: sessions, forged requests, headers, what a role may see."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.routing import Route

from calls.quality.states import Role
from console.accounts.service import ACCOUNT_WAITS
from tests.console.conftest import HOST, PASSWORD, Browser, House
from tests.console.house import SCRIPT

PAGES = ("/calls", "/work", "/mine", "/accounts", "/looks", "/holds", "/draws")


async def test_nobody_sees_a_page_before_signing_in(house: House, anybody: Browser) -> None:
    call = house.calls["silent"]
    for path in (*PAGES, f"/calls/{call}", f"/calls/{call}/waves", "/recordings/x"):
        answer = await anybody.get(path)

        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("en-US,en;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        ("fr-FR,fr;q=0.9,en;q=0.5,zh;q=0.4", "en"),
        ("en;q=0.2, ZH;q=0.8", "zh"),
        ("en;q=0", "zh"),
        ("en;q=much", "zh"),
        ("fr", "zh"),
        (";;,=,q=1,e n,en;", "en"),
        ("", "zh"),
    ],
)
async def test_a_page_is_in_the_language_that_the_browser_asks_for(
    anybody: Browser, asked: str, shown: str
) -> None:
    page = await anybody.get("/login", headers={"accept-language": asked})

    assert f'<html lang="{shown}' in page.text


async def test_a_language_that_was_chosen_stays_whatever_the_browser_asks_for(
    anybody: Browser,
) -> None:
    await anybody.get("/login")
    await anybody.post("/preferences", {"language": "zh"})

    page = await anybody.get("/login", headers={"accept-language": "en"})

    assert '<html lang="zh' in page.text


async def test_every_page_there_is_wants_a_sign_in(house: House, anybody: Browser) -> None:
    """Whoever adds a page gets this for nothing, or names it here."""
    public = {"/login", "/healthz"}
    for path in _paths(house, "GET"):
        answer = await anybody.get(re.sub(r"\{\w+\}", "x", path))

        assert (answer.status_code == 303) != (path in public), path


async def test_no_page_but_these_is_for_every_role(house: House) -> None:
    """An agent is refused by every page that is not made for agents."""
    for_all = {"/", "/login", "/login/code", "/healthz", "/password", "/second-factor", "/mine"}
    browser = await house.signed_in("zhao")
    for path in _paths(house, "GET"):
        answer = await browser.get(re.sub(r"\{\w+\}", "x", path))

        refused = answer.status_code in (403, 404)
        assert refused != (path in for_all), f"{path}: {answer.status_code}"


def _paths(house: House, method: str) -> list[str]:
    routes = (route for route in house.app().routes if isinstance(route, Route))
    return [route.path for route in routes if method in (route.methods or ())]


async def test_after_signing_in_the_page_that_was_asked_for_comes(anybody: Browser) -> None:
    await anybody.get("/login?next=/work")

    answer = await anybody.post("/login", {"name": "lily", "password": PASSWORD, "next": "/work"})

    assert answer.headers["location"] == "/work"


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/login"]
)
async def test_the_way_back_never_leads_to_another_site(anybody: Browser, evil: str) -> None:
    await anybody.get("/login")

    answer = await anybody.post("/login", {"name": "lily", "password": PASSWORD, "next": evil})

    assert answer.headers["location"] == "/calls"


async def test_a_session_id_is_new_at_sign_in_and_none_is_taken_over(house: House) -> None:
    browser = house.browser()
    planted = "A" * 43
    browser.http.cookies.set("thirdring_session", planted, domain="127.0.0.1")
    browser.http.cookies.set("thirdring_before", planted, domain="127.0.0.1")

    answer = await browser.sign_in("lily")

    given = re.findall(r"thirdring_session=([\w-]+)", str(answer.headers.get_list("set-cookie")))
    assert len(given) == 1
    assert given[0] != planted
    assert len(given[0]) >= 43, "256 bits"
    assert house.room.accounts.session(planted) is None


async def test_signing_in_again_ends_the_session_before(house: House) -> None:
    browser = await house.signed_in("lily")
    first = browser.http.cookies["thirdring_session"]
    await browser.get("/work")

    await browser.post("/login", {"name": "quan", "password": PASSWORD})

    assert house.room.accounts.session(first) is None
    assert browser.http.cookies["thirdring_session"] != first


async def test_a_session_ends_after_quarter_of_an_hour_without_use(house: House) -> None:
    browser = await house.signed_in("lily")
    house.clock.advance_ms(14 * 60_000)
    assert (await browser.get("/work")).status_code == 200

    house.clock.advance_ms(16 * 60_000)

    assert (await browser.get("/work")).status_code == 303


async def test_signing_out_ends_the_session_itself(house: House) -> None:
    browser = await house.signed_in("lily")
    session = browser.http.cookies["thirdring_session"]

    await browser.post("/logout")

    browser.http.cookies.set("thirdring_session", session, domain="127.0.0.1")
    assert (await browser.get("/work")).status_code == 303
    assert house.looks()[-1] == ("lily", "signed_out", "account/lily")


async def test_the_cookie_is_for_this_site_alone_and_for_no_script(anybody: Browser) -> None:
    answer = await anybody.sign_in("lily")

    cookie = next(one for one in answer.headers.get_list("set-cookie") if "session=" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_under_tls_the_cookie_is_secure_and_bound_to_the_host(secure_house: House) -> None:
    browser = secure_house.browser()

    await browser.get("/login")
    answer = await browser.http.post(
        "/login",
        data={"csrf": browser.csrf, "name": "lily", "password": PASSWORD},
        headers={"origin": "https://127.0.0.1"},
    )

    cookie = next(one for one in answer.headers.get_list("set-cookie") if "session=" in one)
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {}, {"sec-fetch-site": "cross-site"}],
    ids=["another site", "a sandbox", "none told", "told by the browser"],
)
async def test_a_form_of_another_site_is_refused(house: House, headers: dict[str, str]) -> None:
    browser = await house.signed_in("lily")

    answer = await browser.http.post(
        f"/calls/{house.calls['silent']}/comments",
        data={"csrf": browser.csrf, "text": "forged"},
        headers=headers,
    )

    assert answer.status_code == 403
    assert house.room.desk.comments(house.calls["silent"]) == []


async def test_every_form_needs_its_token(house: House) -> None:
    browser = await house.signed_in("lily")
    posts = _paths(house, "POST")
    assert len(posts) > 10

    for path in posts:
        filled = re.sub(r"\{\w+\}", "x", path)
        answer = await browser.http.post(filled, data={"csrf": "0" * 64}, headers={"origin": HOST})

        assert answer.status_code == 403, path


async def test_a_token_of_somebody_else_does_not_fit(house: House) -> None:
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")

    answer = await lily.http.post("/work/next", data={"csrf": quan.csrf}, headers={"origin": HOST})

    assert answer.status_code == 403


async def test_only_forms_are_taken_and_no_endless_ones(house: House) -> None:
    browser = await house.signed_in("lily")
    json = await browser.http.post("/work/next", json={}, headers={"origin": HOST})
    long = await browser.http.post(
        "/work/next", data={"csrf": browser.csrf, "x": "y" * 200_000}, headers={"origin": HOST}
    )

    assert (json.status_code, long.status_code) == (415, 413)


async def test_other_host_names_are_refused(house: House) -> None:
    browser = house.browser()
    for host in ("evil.example", "127.0.0.1@evil.example", "[", "evil.example:4576", ""):
        answer = await browser.http.get("/login", headers={"host": host})

        assert answer.status_code == 421


async def test_every_answer_carries_the_headers_that_keep_a_browser_careful(house: House) -> None:
    browser = await house.signed_in("lily")
    for path in ("/calls", "/nowhere", f"/calls/{house.calls['script']}", "/healthz"):
        headers = (await browser.get(path)).headers

        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"


async def test_a_callers_name_is_never_markup(house: House) -> None:
    browser = await house.signed_in("lily")
    call = house.calls["script"]
    for path in ("/calls", f"/calls/{call}"):
        text = (await browser.get(path)).text

        assert SCRIPT not in text
        assert "&lt;script&gt;alert(1)" in text
    await browser.post(f"/calls/{call}/comments", {"text": "<img src=x onerror=alert(2)>"})
    assert "<img src=x" not in (await browser.get(f"/calls/{call}")).text


async def test_pages_have_no_script_or_style_inside(house: House) -> None:
    browser = await house.signed_in("lily")
    for path in ("/login", "/calls", "/work", f"/calls/{house.calls['silent']}"):
        text = (await browser.get(path)).text

        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text), path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/recordings/../../etc/passwd",
        "/recordings/..%2f..%2fledger.sqlite",
        "/recordings/%00",
        "/calls/..%2f..%2fetc",
    ],
)
async def test_no_path_leads_out_of_what_is_served(house: House, path: str) -> None:
    browser = await house.signed_in("lily")

    answer = await browser.http.get(httpx.URL(HOST).copy_with(raw_path=path.encode()))

    assert answer.status_code == 404
    assert "import" not in answer.text


async def test_sign_in_gets_slower_with_every_failure(house: House) -> None:
    browser = house.browser()
    free = sum(not wait for wait in ACCOUNT_WAITS)
    statuses = []
    for _ in range(free + 2):
        answer = await browser.sign_in("lily", "a wrong password")
        statuses.append(answer.status_code)

    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert int(answer.headers["retry-after"]) >= 1
    right = await browser.sign_in("lily")
    assert right.status_code == 429, "the right one does not pass either before the time"
    house.clock.advance_ms(700_000)
    assert (await browser.sign_in("lily")).status_code == 303


async def test_a_wrong_name_and_a_wrong_password_look_the_same(house: House) -> None:
    browser = house.browser()

    known = await browser.sign_in("lily", "a wrong password")
    unknown = await browser.sign_in("nobody", "a wrong password")

    plain = [
        re.sub(r'value="[\w-]{30,}"|"x-csrf": "[\w-]+"', "", one.text) for one in (known, unknown)
    ]
    assert known.status_code == unknown.status_code == 401
    assert plain[0] == plain[1]


WHO_SEES = {
    "/calls": {Role.QA, Role.SUPERVISOR},
    "/work": {Role.QA, Role.SUPERVISOR},
    "/mine": {Role.AGENT},
    "/accounts": {Role.ADMIN},
    "/looks": {Role.ADMIN},
    "/holds": {Role.ADMIN},
    "/draws": {Role.QA, Role.SUPERVISOR},
    "/calibrations": {Role.QA, Role.SUPERVISOR},
    "/agreement": {Role.QA, Role.SUPERVISOR},
    "/password": {Role.AGENT, Role.QA, Role.SUPERVISOR, Role.ADMIN},
}


@pytest.mark.parametrize(
    ("name", "role"),
    [("wang", Role.AGENT), ("lily", Role.QA), ("sun", Role.SUPERVISOR), ("root", Role.ADMIN)],
)
async def test_each_role_sees_its_own_pages_only(house: House, name: str, role: Role) -> None:
    browser = await house.signed_in(name)
    for path, roles in WHO_SEES.items():
        answer = await browser.get(path)

        assert answer.status_code == (200 if role in roles else 403), path


@pytest.mark.parametrize("name", ["wang", "zhao", "root"])
async def test_who_may_not_hear_a_call_gets_nothing_of_it(house: House, name: str) -> None:
    browser = await house.signed_in(name)
    call = house.calls["queued"]
    for path in (f"/calls/{call}", f"/calls/{call}/waves", f"/calls/{call}/proof"):
        assert (await browser.get(path)).status_code == 403
    unmasked = await browser.post(f"/calls/{call}/unmask", {"reason": "curious me"})

    assert unmasked.status_code == 403
    assert "13911112222" not in unmasked.text


async def test_a_disabled_account_is_out_at_once(house: House) -> None:
    browser = await house.signed_in("lily")

    house.room.accounts.change("lily", actor="root", enabled=False)

    assert (await browser.get("/calls")).status_code == 303


async def test_the_first_page_of_a_house_without_accounts_says_what_to_run(
    empty_house: House,
) -> None:
    answer = await empty_house.browser().get("/login")

    assert "thirdring user add NAME --role admin" in answer.text
