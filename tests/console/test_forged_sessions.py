"""A session or a wall that somebody wrote straight into the book lets nobody in and is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calls.clock import ManualClock
from calls.quality.states import Role
from console.accounts.service import Accounts
from ledger.encoding import at_us
from ledger.quality.book import QualityBook
from ledger.quality.verify import verify
from tests.ledger.quality_house import by_hand

PASSWORD = "correct horse battery"  # noqa: S105
FORGED = "forged by hand"
Accounted = tuple[Accounts, Path]


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounted]:
    place = tmp_path / "quality.sqlite"
    with QualityBook.open(place, clock=ManualClock()) as book:
        made = Accounts(book)
        made.add("root", Role.ADMIN, PASSWORD, actor="system")
        made.add("lin", Role.QA, PASSWORD, actor="root")
        yield made, place


def named(accounts: Accounts) -> list[tuple[str, str]]:
    return [(one.what, one.stream) for one in verify(accounts.book).findings]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def test_sessions_of_people_who_signed_in_are_vouched_for_until_they_end(
    accounts: Accounted,
) -> None:
    here, _ = accounts
    tokens = [here.sign_in(name, PASSWORD, "::1").token for name in ("lin", "root", "lin")]

    assert all(here.session(token) for token in tokens)
    assert named(here) == []
    here.sign_out(tokens[0])
    here.set_password("root", PASSWORD + "!", actor="root")
    assert [bool(here.session(token)) for token in tokens] == [False, False, True]
    assert named(here) == []


@pytest.mark.parametrize("told_by", [0, 1, 2, 3])
def test_a_session_that_somebody_wrote_into_the_book_lets_nobody_in_and_is_named(
    accounts: Accounted, told_by: int
) -> None:
    here, place = accounts
    here.sign_in("root", PASSWORD, "::1")
    now = at_us(here.book.clock.utc_now())
    by_hand(
        place,
        "INSERT INTO quality_sessions VALUES (?, 'root', ?, ?, 'csrf', '::1', ?)",
        *(_key(FORGED), now, now, told_by),
    )

    assert here.session(FORGED) is None
    assert named(here) == [("session", "account/root")]


def _raised(place: Path) -> None:
    by_hand(place, "UPDATE quality_sessions SET account = 'root', told_by = 2")


def _lengthened(place: Path) -> None:
    by_hand(place, "UPDATE quality_sessions SET created_at = created_at + 1000000")


def _handed_on(place: Path) -> None:
    by_hand(place, "UPDATE quality_sessions SET id_hash = ?", _key(FORGED))


def _nonsense(place: Path) -> None:
    by_hand(place, "UPDATE quality_sessions SET id_hash = 'x', created_at = 'y'")


@pytest.mark.parametrize(
    ("change", "whose"),
    [(_raised, "root"), (_lengthened, "lin"), (_handed_on, "lin"), (_nonsense, "lin")],
)
def test_a_session_of_ones_own_that_was_changed_by_hand_is_none_any_more(
    accounts: Accounted, change: Callable[[Path], None], whose: str
) -> None:
    here, place = accounts
    mine = here.sign_in("lin", PASSWORD, "::1").token

    change(place)

    assert here.session(mine) is None
    assert here.session(FORGED) is None
    assert named(here) == [("session", f"account/{whose}")]


def test_who_was_signed_in_before_facts_told_of_it_signs_in_once_more(
    accounts: Accounted,
) -> None:
    here, place = accounts
    mine = here.sign_in("lin", PASSWORD, "::1").token
    by_hand(place, "ALTER TABLE quality_sessions DROP COLUMN told_by")
    by_hand(place, "UPDATE quality_version SET version = 3")

    with QualityBook.open(place, clock=ManualClock()) as book:
        after = Accounts(book)
        assert after.session(mine) is None
        assert after.session(after.sign_in("lin", PASSWORD, "::1").token) is not None
        assert named(after) == []


def test_a_wall_that_nobody_hung_is_named(accounts: Accounted) -> None:
    here, place = accounts
    sun = here.add("sun", Role.SUPERVISOR, PASSWORD, actor="root")
    here.walls.hang(sun, "second floor", "::1")
    assert named(here) == []
    key = _key(FORGED)
    now = at_us(here.book.clock.utc_now())
    by_hand(place, "INSERT INTO quality_walls VALUES (?, 'x', 'sun', ?, '::1')", key, now)

    assert named(here) == [("wall", f"wall/{key.hex()[:8]}")]
