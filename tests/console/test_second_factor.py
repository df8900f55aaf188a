"""The second step of signing in: RFC 6238's own vectors, enrolment, recovery, throttling."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from calls.clock import ManualClock
from calls.errors import AccountError
from calls.quality.states import Role
from console.accounts import totp
from console.accounts.service import (
    ACCOUNT_WAITS,
    Accounts,
    CodeNeededError,
    SignInRefusedError,
    TicketOverError,
)
from ledger.quality.book import QualityBook
from ledger.quality.factors import FactorStore
from tests.console.conftest import PASSWORD, Browser, House

_SEEDS = {"sha1": 20, "sha256": 32, "sha512": 64}
_VECTORS = """
59 94287082 46119246 90693936
1111111109 07081804 68084774 25091201
1111111111 14050471 67062674 99943326
1234567890 89005924 91819424 93441116
2000000000 69279037 90698825 38618901
20000000000 65353130 77737706 47863826
"""
"""RFC 6238, appendix B: seconds, then the code by SHA-1, SHA-256, SHA-512."""


def _vectors() -> Iterator[tuple[str, int, str]]:
    for line in _VECTORS.split("\n"):
        at_s, *codes = line.split() or ["", ""]
        if at_s:
            yield from (
                (digest, int(at_s), code) for digest, code in zip(_SEEDS, codes, strict=True)
            )


@pytest.mark.parametrize(("digest", "at_s", "expected"), _vectors())
def test_the_codes_are_those_of_the_standard(digest: str, at_s: int, expected: str) -> None:
    seed = (b"1234567890" * 7)[: _SEEDS[digest]]

    assert totp.code(seed, at_s // totp.STEP_S, digits=8, digest=digest) == expected


def test_a_code_of_the_step_beside_is_taken_and_none_further_off() -> None:
    secret, at_s = totp.new_secret(), 1_000_000_000.0
    now = int(at_s) // 30

    taken = [totp.step_of(totp.code(secret, now + off), secret, at_s) for off in range(-2, 3)]

    assert taken == [None, now - 1, now, now + 1, None]


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    code = totp.new_recovery_codes()[0]

    assert totp.recovery_hash(code) == totp.recovery_hash(code.upper().replace("-", " "))
    assert totp.recovery_hash(code[:-1]) is None
    assert totp.recovery_hash("早上好") is None


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """One QA account that has set up its second factor."""
    with QualityBook.open(tmp_path / "quality.sqlite", clock=ManualClock()) as book:
        made = Accounts(book)
        made.add("lily", Role.QA, PASSWORD, actor="system")
        yield made


def _now(accounts: Accounts, secret: bytes) -> str:
    return totp.code(secret, int(accounts.book.clock.utc_now().timestamp()) // 30)


def _enrolled(accounts: Accounts) -> tuple[bytes, list[str]]:
    secret = accounts.second.offer("lily")
    codes = accounts.second.confirm("lily", _now(accounts, secret), actor="lily")
    clock = accounts.book.clock
    assert isinstance(clock, ManualClock)
    clock.advance_ms(60_000)
    return secret, codes


def _ticket(accounts: Accounts) -> str:
    with pytest.raises(CodeNeededError) as needed:
        accounts.sign_in("lily", PASSWORD, "10.0.0.1")
    return needed.value.ticket


def test_the_password_alone_makes_no_session_any_more(accounts: Accounts) -> None:
    before = accounts.sign_in("lily", PASSWORD, "10.0.0.1")
    secret, _ = _enrolled(accounts)

    ticket = _ticket(accounts)

    assert accounts.session(before.token) is None, "sessions of before have ended"
    assert accounts.session(ticket) is None, "a ticket is no session"
    signed = accounts.sign_in_with_code(ticket, _now(accounts, secret), "10.0.0.1")
    assert accounts.session(signed.token) is not None


def test_a_code_is_good_once_and_so_is_a_ticket(accounts: Accounts) -> None:
    secret, _ = _enrolled(accounts)
    ticket, code = _ticket(accounts), _now(accounts, secret)
    accounts.sign_in_with_code(ticket, code, "")

    with pytest.raises(SignInRefusedError):
        accounts.sign_in_with_code(_ticket(accounts), code, "")
    with pytest.raises(TicketOverError):
        accounts.sign_in_with_code(ticket, code, "")


def test_a_clock_that_was_set_back_keeps_no_codes_away_and_takes_none_twice(
    accounts: Accounts,
) -> None:
    secret, _ = _enrolled(accounts)
    kept = FactorStore(accounts.book)
    now = int(accounts.book.clock.utc_now().timestamp()) // totp.STEP_S
    assert kept.take_step("lily", now + 900 * 2880)
    ticket, code = _ticket(accounts), _now(accounts, secret)

    accounts.sign_in_with_code(ticket, code, "")

    with pytest.raises(SignInRefusedError):
        accounts.sign_in_with_code(_ticket(accounts), code, "")
    assert kept.take_step("lily", now + 2)
    assert not kept.take_step("lily", now + 1), "an earlier one"


def test_the_code_that_proved_the_app_signs_nobody_in(accounts: Accounts) -> None:
    secret = accounts.second.offer("lily")
    code = _now(accounts, secret)
    accounts.second.confirm("lily", code, actor="lily")

    with pytest.raises(SignInRefusedError):
        accounts.sign_in_with_code(_ticket(accounts), code, "")


def test_a_recovery_code_signs_in_once(accounts: Accounts) -> None:
    _, codes = _enrolled(accounts)
    assert len(set(codes)) == 10

    accounts.sign_in_with_code(_ticket(accounts), codes[3], "")

    with pytest.raises(SignInRefusedError):
        accounts.sign_in_with_code(_ticket(accounts), codes[3], "")
    assert accounts.second.recovery_left("lily") == 9
    assert "recovery_used" in {look.action for look in accounts.book.looks()}


def test_guessing_codes_waits_longer_each_time_even_with_new_tickets(accounts: Accounts) -> None:
    secret, _ = _enrolled(accounts)
    waits = []
    for _ in range(5):
        with pytest.raises(SignInRefusedError) as refused:
            accounts.sign_in_with_code(_ticket(accounts), "000000", "")
        waits.append(refused.value.wait)

    assert waits[:4] == ACCOUNT_WAITS[:4]
    assert waits[3] > waits[2]
    with pytest.raises(SignInRefusedError):
        accounts.sign_in_with_code(_ticket(accounts), _now(accounts, secret), "")


def test_a_ticket_is_good_for_five_minutes(accounts: Accounts) -> None:
    secret, _ = _enrolled(accounts)
    ticket, clock = _ticket(accounts), accounts.book.clock
    assert isinstance(clock, ManualClock)

    clock.advance_ms(5 * 60_000 + 1)

    with pytest.raises(TicketOverError):
        accounts.sign_in_with_code(ticket, _now(accounts, secret), "")


def test_removing_it_ends_sessions_and_forgets_the_secret(accounts: Accounts) -> None:
    secret, codes = _enrolled(accounts)
    signed = accounts.sign_in_with_code(_ticket(accounts), _now(accounts, secret), "")

    accounts.second.remove("lily", "lost phone", actor="root")

    assert accounts.session(signed.token) is None
    assert accounts.sign_in("lily", PASSWORD, "").token
    assert FactorStore(accounts.book).secret("lily") == b""
    assert not FactorStore(accounts.book).take_recovery("lily", totp.recovery_hash(codes[0]) or b"")
    with pytest.raises(AccountError, match="has no second factor"):
        accounts.second.remove("lily", "again", actor="root")


def test_neither_secret_nor_codes_stand_in_a_fact(accounts: Accounts) -> None:
    secret, codes = _enrolled(accounts)

    told = " ".join(str(event.data) for event in accounts.book.events("account/lily"))

    assert "second_factor_set" in {one.kind for one in accounts.book.events("account/lily")}
    for hidden in (secret.hex(), totp.shown(secret), *codes, hashlib.sha256(secret).hexdigest()):
        assert hidden not in told


async def _set_up(house: House, browser: Browser) -> bytes:
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', (await browser.get("/second-factor")).text)
    assert shown
    name = re.search(r"totp/\w+%3A(\w+)", (await browser.get("/second-factor")).text)
    assert name
    secret = house.room.accounts.second.offer(name[1])
    assert totp.shown(secret) == shown[1]
    data = {"code": _now(house.room.accounts, secret), "password": PASSWORD}
    answer = await browser.post("/second-factor", data)
    assert answer.status_code == 200
    assert answer.text.count("<li>") == 10
    house.clock.advance_ms(60_000)
    return secret


async def test_it_is_set_up_and_used_on_the_pages(house: House) -> None:
    browser = await house.signed_in("lily")
    secret = await _set_up(house, browser)
    assert (await browser.get("/work")).status_code == 200, "this browser stays signed in"

    other = house.browser()
    await other.get("/login?next=/work")
    answer = await other.post("/login", {"name": "lily", "password": PASSWORD, "next": "/work"})

    assert answer.headers["location"] == "/login/code?next=/work"
    assert (await other.get("/work")).status_code == 303, "not before the code"
    assert (await other.get("/login/code?next=/work")).status_code == 200
    wrong = await other.post("/login/code", {"code": "123", "next": "/work"})
    assert wrong.status_code == 401
    code = _now(house.room.accounts, secret)
    good = await other.post("/login/code", {"code": code, "next": "/work"})
    assert good.headers["location"] == "/work"
    assert (await other.get("/work")).status_code == 200


async def test_without_a_ticket_the_code_page_leads_back_to_the_password(house: House) -> None:
    browser = house.browser()
    await browser.get("/login")

    assert (await browser.get("/login/code")).headers["location"] == "/login"
    assert (await browser.post("/login/code", {"code": "1"})).headers["location"] == "/login"


async def test_setting_up_and_switching_off_want_the_password_again(house: House) -> None:
    browser = await house.signed_in("lily")
    await browser.get("/second-factor")
    secret = house.room.accounts.second.offer("lily")

    code = _now(house.room.accounts, secret)
    answer = await browser.post("/second-factor", {"code": code, "password": "not it at all"})

    assert answer.status_code == 400
    assert not house.room.accounts.second.is_on("lily")
    await _set_up(house, browser)
    await browser.get("/second-factor")
    await browser.post("/second-factor/off", {"password": "not it at all"})
    assert house.room.accounts.second.is_on("lily")
    await browser.get("/second-factor")
    await browser.post("/second-factor/off", {"password": PASSWORD})
    assert not house.room.accounts.second.is_on("lily")


async def test_a_role_that_needs_it_sees_nothing_before_it_is_set_up(house: House) -> None:
    accounts = Accounts(house.room.book, demanded=[Role.ADMIN])
    house.room = replace(house.room, accounts=accounts)
    browser = await house.signed_in("root")

    for path in ("/", "/accounts", "/looks", "/holds", "/password"):
        assert (await browser.get(path)).headers["location"] == "/second-factor"
    await _set_up(house, browser)

    assert (await browser.get("/accounts")).status_code == 200
    await browser.get("/second-factor")
    off = await browser.post("/second-factor/off", {"password": PASSWORD})
    assert off.status_code == 400
    assert (await (await house.signed_in("lily")).get("/work")).status_code == 200


async def test_an_admin_removes_it_with_a_reason_and_nobody_else_does(house: House) -> None:
    lily = await house.signed_in("lily")
    await _set_up(house, lily)
    await lily.get("/work")
    assert (
        await lily.post("/accounts/lily/second-factor/off", {"reason": "mine"})
    ).status_code == 403
    root = await house.signed_in("root")
    await root.get("/accounts")

    assert (await root.post("/accounts/lily/second-factor/off")).status_code == 400
    done = await root.post("/accounts/lily/second-factor/off", {"reason": "lost phone"})

    assert done.status_code == 303
    last = house.room.book.events("account/lily")[-1]
    assert (last.kind, last.actor, last.data["reason"]) == (
        "second_factor_removed",
        "root",
        "lost phone",
    )
