"""Accounts: passwords, growing waits, sessions, and what is written down of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from calls.clock import ManualClock
from calls.errors import AccountError, ConflictError
from calls.quality.events import AccountCreated, QualityEvent
from calls.quality.states import Role
from console.accounts.passwords import hashed, is_outdated, is_password, refuse_weak
from console.accounts.service import Accounts, SignInRefusedError
from ledger.quality.book import QualityBook
from ledger.quality.secrets import SecretStore
from ledger.quality.verify import rebuild, verify

GOOD = "blue cart goes home"
HERE = "127.0.0.1"


class SetClock(ManualClock):
    """A machine whose wall clock somebody sets."""

    off = timedelta()

    def utc_now(self) -> datetime:
        return super().utc_now() + self.off


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def book(tmp_path: Path, clock: ManualClock) -> Iterator[QualityBook]:
    with QualityBook.open(tmp_path / "quality.sqlite", clock=clock) as opened:
        yield opened


@pytest.fixture
def accounts(book: QualityBook) -> Accounts:
    found = Accounts(book)
    found.add("li", Role.QA, GOOD, actor="system", title="李")
    return found


def actions(book: QualityBook) -> list[str]:
    return [look.action for look in reversed(book.looks())]


def test_an_account_signs_in_with_its_password_only(accounts: Accounts, book: QualityBook) -> None:
    signed = accounts.sign_in("li", GOOD, HERE)

    assert (signed.account.name, signed.role) == ("li", Role.QA)
    assert len(signed.token) >= 43
    with pytest.raises(SignInRefusedError, match=r"^wrong name or password$"):
        accounts.sign_in("li", GOOD + "!", HERE)
    with pytest.raises(SignInRefusedError, match=r"^wrong name or password$"):
        accounts.sign_in("nobody", GOOD, HERE)
    assert actions(book) == ["signed_in", "sign_in_refused", "sign_in_refused"]


@pytest.mark.usefixtures("real_hashes")
def test_passwords_are_kept_as_argon2id_of_at_least_nineteen_mebibytes(
    accounts: Accounts, book: QualityBook, tmp_path: Path
) -> None:
    kept = SecretStore(book).password_hash("li")
    found = extract_parameters(kept)

    assert kept.startswith("$argon2id$")
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert GOOD.encode() not in (tmp_path / "quality.sqlite").read_bytes()
    assert all("hash" not in event.data for event in book.events("account/li"))
    assert hashed(GOOD) != hashed(GOOD)


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(
    accounts: Accounts, book: QualityBook
) -> None:
    secrets = SecretStore(book)
    weak = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(GOOD)
    secrets.replace_hash("li", secrets.password_hash("li"), weak)
    assert is_outdated(weak)
    accounts.sign_in("li", GOOD, HERE)

    assert not is_outdated(secrets.password_hash("li"))
    accounts.sign_in("li", GOOD, HERE)
    assert not verify(book).findings


def test_a_renewed_hash_never_takes_the_place_of_a_password_set_meanwhile(
    accounts: Accounts, book: QualityBook
) -> None:
    secrets = SecretStore(book)
    before = secrets.password_hash("li")
    accounts.set_password("li", "quite another one", actor="root")

    with pytest.raises(ConflictError, match="changed meanwhile"):
        secrets.replace_hash("li", before, hashed(GOOD))

    accounts.sign_in("li", "quite another one", HERE)
    assert not verify(book).findings


@pytest.mark.parametrize(
    "bad",
    [
        "short",
        "eleven char",
        "x" * 257,
        "password1234",
        "Password1234",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabc",
        "123412341234",
        "345678901234",
        "987654321098",
        "abcdefghijkl",
        "111122223333",
        "li.li.li.li.l",
        "correct horse battery staple",
    ],
)
def test_a_password_that_is_tried_first_is_refused(bad: str) -> None:
    with pytest.raises(AccountError):
        refuse_weak(bad, ("li", "李"))


def test_a_password_that_is_little_more_than_the_name_is_refused() -> None:
    with pytest.raises(AccountError, match="little more than the account's own name"):
        refuse_weak("wangxiaoming1", ("wangxiaoming", "王小明"))
    refuse_weak("wangxiaoming goes home", ("wangxiaoming", ""))
    refuse_weak("蓝色的小车回家去了天黑了", ("li", "李"))


def test_the_same_password_typed_on_another_system_is_the_same() -> None:
    composed, apart = "caf\u00e9 caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301 cafe\u0301"

    assert is_password(hashed(composed), apart)
    assert not is_password("no hash at all", composed)


def test_waits_grow_with_each_failure_and_end_with_a_good_password(
    accounts: Accounts, clock: ManualClock
) -> None:
    waits = []
    for _ in range(7):
        with pytest.raises(SignInRefusedError) as caught:
            accounts.sign_in("li", "wrong wrong wrong", HERE)
        waits.append(caught.value.wait.total_seconds())
        clock.advance_ms(round(waits[-1] * 1000))
    assert waits == [0, 0, 0, 5, 10, 20, 40]

    accounts.sign_in("li", GOOD, HERE)
    with pytest.raises(SignInRefusedError, match=r"^wrong name or password$"):
        accounts.sign_in("li", "wrong wrong wrong", HERE)


def test_during_a_wait_even_the_good_password_is_refused(
    accounts: Accounts, clock: ManualClock, book: QualityBook
) -> None:
    for _ in range(4):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in("li", "wrong wrong wrong", HERE)
    with pytest.raises(SignInRefusedError, match="too many attempts; try again in 5 s"):
        accounts.sign_in("li", GOOD, HERE)
    clock.advance_ms(5001)

    assert accounts.sign_in("li", GOOD, HERE).account.name == "li"
    assert book.looks()[1].detail == "too early"


def test_an_address_that_tries_many_names_has_to_wait(accounts: Accounts) -> None:
    for number in range(21):
        with pytest.raises(SignInRefusedError, match="wrong"):
            accounts.sign_in(f"name{number}", "wrong wrong wrong", "192.0.2.7")

    with pytest.raises(SignInRefusedError, match="too many attempts"):
        accounts.sign_in("li", GOOD, "192.0.2.7")
    accounts.sign_in("li", GOOD, HERE)


def test_attempts_at_once_get_no_more_tries_than_one_after_another(accounts: Accounts) -> None:
    tried: list[str] = []

    def guess() -> None:
        try:
            accounts.sign_in("li", "wrong wrong wrong", HERE)
        except SignInRefusedError as error:
            tried.append(str(error))

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tried) == 10
    assert sum(text.startswith("wrong") for text in tried) == 4


def test_what_was_typed_as_a_name_is_not_written_down(
    accounts: Accounts, book: QualityBook, tmp_path: Path
) -> None:
    with pytest.raises(SignInRefusedError):
        accounts.sign_in("my secret password", "li", HERE)

    assert b"my secret password" not in (tmp_path / "quality.sqlite").read_bytes()
    assert (book.looks()[0].actor, book.looks()[0].subject) == ("unknown", "account/unknown")


def test_each_sign_in_has_another_id_and_the_book_does_not_hold_it(
    accounts: Accounts, tmp_path: Path
) -> None:
    one, two = accounts.sign_in("li", GOOD, HERE), accounts.sign_in("li", GOOD, HERE)

    assert one.token != two.token
    assert one.csrf != two.csrf
    assert one.token.encode() not in (tmp_path / "quality.sqlite").read_bytes()
    found = accounts.session(one.token)
    assert found is not None
    assert (found.csrf, found.token) == (one.csrf, "")
    assert one.token not in repr(one)
    assert accounts.session("guess") is None


def test_a_session_ends_after_fifteen_idle_minutes(accounts: Accounts, clock: ManualClock) -> None:
    token = accounts.sign_in("li", GOOD, HERE).token
    for _ in range(4):
        clock.advance_ms(14 * 60_000)
        assert accounts.session(token) is not None
    clock.advance_ms(15 * 60_000 + 1)

    assert accounts.session(token) is None


def test_a_session_ends_after_twelve_hours_however_busy(
    accounts: Accounts, clock: ManualClock
) -> None:
    token = accounts.sign_in("li", GOOD, HERE).token
    for _ in range(12 * 6):
        clock.advance_ms(10 * 60_000)
        assert accounts.session(token) is not None
    clock.advance_ms(1)

    assert accounts.session(token) is None


def test_signing_out_ends_one_session(accounts: Accounts, book: QualityBook) -> None:
    one, two = accounts.sign_in("li", GOOD, HERE), accounts.sign_in("li", GOOD, HERE)
    accounts.sign_out(one.token, HERE)
    accounts.sign_out(one.token, HERE)

    assert accounts.session(one.token) is None
    assert accounts.session(two.token) is not None
    assert actions(book) == ["signed_in", "signed_in", "signed_out"]


@pytest.mark.parametrize("what", ["password", "role", "disabled"])
def test_sessions_end_when_the_password_or_the_rights_change(accounts: Accounts, what: str) -> None:
    token = accounts.sign_in("li", GOOD, HERE).token
    if what == "password":
        accounts.set_password("li", "another good long one", actor="boss")
    elif what == "role":
        accounts.change("li", actor="boss", role=Role.SUPERVISOR)
    else:
        accounts.change("li", actor="boss", enabled=False)

    assert accounts.session(token) is None


def test_a_disabled_account_does_not_sign_in(accounts: Accounts) -> None:
    accounts.change("li", actor="boss", enabled=False)
    with pytest.raises(SignInRefusedError, match=r"^wrong name or password$"):
        accounts.sign_in("li", GOOD, HERE)
    accounts.change("li", actor="boss", enabled=True)
    accounts.sign_in("li", GOOD, HERE)


def test_the_last_admin_stays(accounts: Accounts) -> None:
    accounts.add("boss", Role.ADMIN, GOOD, actor="system")
    with pytest.raises(AccountError, match="boss is the only admin"):
        accounts.change("boss", actor="boss", enabled=False)
    with pytest.raises(AccountError, match="boss is the only admin"):
        accounts.change("boss", actor="boss", role=Role.QA)
    accounts.change("boss", actor="boss", title="老板")
    accounts.add("boss2", Role.ADMIN, GOOD, actor="boss")
    accounts.change("boss", actor="boss2", enabled=False)


def test_two_admins_cannot_take_each_other_away_at_once(
    accounts: Accounts, book: QualityBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add("boss", Role.ADMIN, GOOD, actor="system")
    accounts.add("boss2", Role.ADMIN, GOOD, actor="system")
    append_all, meanwhile = QualityBook.append_all, ["boss2"]

    def late(one: QualityBook, *given: Any, **more: Any) -> list[QualityEvent]:
        while meanwhile:
            accounts.change(meanwhile.pop(), actor="boss", enabled=False)
        return append_all(one, *given, **more)

    monkeypatch.setattr(QualityBook, "append_all", late)

    with pytest.raises(AccountError, match="boss is the only admin"):
        accounts.change("boss", actor="boss2", enabled=False)
    assert [one.name for one in book.accounts() if one.role == "admin" and one.enabled] == ["boss"]


def test_a_change_keeps_what_somebody_else_changes_meanwhile(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_all, meanwhile = QualityBook.append_all, ["li"]

    def late(one: QualityBook, *given: Any, **more: Any) -> list[QualityEvent]:
        while meanwhile:
            accounts.change(meanwhile.pop(), actor="boss", enabled=False)
        return append_all(one, *given, **more)

    monkeypatch.setattr(QualityBook, "append_all", late)
    made = accounts.change("li", actor="boss2", title="李雷")

    assert (made.display_name, made.enabled) == ("李雷", False)


def test_a_clock_that_was_set_back_locks_nobody_out(book: QualityBook) -> None:
    secrets, now = SecretStore(book), datetime(2026, 11, 22, 12, tzinfo=UTC)
    waits = [timedelta(minutes=11)]

    assert secrets.attempt("account/li", now + timedelta(days=300), waits).allowed
    assert secrets.attempt("account/li", now, waits).allowed
    assert not secrets.attempt("account/li", now + timedelta(minutes=1), waits).allowed


def test_a_clock_that_was_set_back_makes_no_session_last_for_years(book: QualityBook) -> None:
    ahead = SetClock()
    book.clock = ahead
    accounts = Accounts(book)
    accounts.add("li", Role.QA, GOOD, actor="system")
    ahead.off = timedelta(days=900)
    token = accounts.sign_in("li", GOOD, HERE).token

    ahead.off = timedelta(days=900) - timedelta(minutes=4)
    assert accounts.session(token) is not None, "a clock that was nudged"
    ahead.off = timedelta()
    assert accounts.session(token) is None
    ahead.off = timedelta(days=900)
    assert accounts.session(token) is None, "over is over"


def test_an_account_is_made_once(accounts: Accounts, book: QualityBook) -> None:
    with pytest.raises(AccountError, match="there is an account 'li' already"):
        accounts.add("li", Role.ADMIN, GOOD, actor="system")
    with pytest.raises(ConflictError):
        SecretStore(book).set_password_hash(
            "li",
            hashed("somebody else's"),
            [AccountCreated(role="admin", agent="", display_name="li")],
            actor="system",
            after=0,
        )
    accounts.sign_in("li", GOOD, HERE)
    assert accounts.known("li").role == "qa"


@pytest.mark.parametrize("name", ["", "L", "li li", "../li", "a" * 33, "1li", "李", "li\n"])
def test_a_name_that_is_none_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="is no account name"):
        accounts.add(name, Role.QA, GOOD, actor="system")


def test_an_agents_account_has_the_agents_number(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="needs the agent's number"):
        accounts.add("chen", Role.AGENT, GOOD, actor="system")
    assert accounts.add("chen", Role.AGENT, GOOD, actor="system", agent="1001").agent == "1001"
    with pytest.raises(AccountError, match="no agent's number"):
        accounts.change("chen", actor="system", agent="../1001")


def test_rebuilding_the_tables_keeps_passwords_and_sessions(
    accounts: Accounts, book: QualityBook
) -> None:
    token = accounts.sign_in("li", GOOD, HERE).token
    rebuild(book)

    assert accounts.session(token) is not None
    accounts.sign_in("li", GOOD, HERE)


def test_failures_of_long_ago_are_forgotten(
    accounts: Accounts, clock: ManualClock, book: QualityBook
) -> None:
    with pytest.raises(SignInRefusedError):
        accounts.sign_in("nobody", GOOD, "192.0.2.9")
    clock.advance_ms(round(timedelta(hours=25).total_seconds() * 1000))
    accounts.sign_in("li", GOOD, HERE)

    with book.shelf.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM quality_attempts").scalar() == 0
