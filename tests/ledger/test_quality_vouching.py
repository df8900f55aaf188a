"""What accounts sign in with is vouched for by their facts: a swap is named, an upgrade told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from calls.clock import ManualClock
from calls.fact import Fact
from calls.quality.events import AccountChanged, AccountCreated
from calls.quality.secrets import SecretsNoted
from calls.values import value
from ledger.encoding import from_us
from ledger.quality.book import QualityBook
from ledger.quality.encoding import QualityRow, chained, headed
from ledger.quality.factors import FactorStore
from ledger.quality.rows import Entry
from ledger.quality.secrets import SecretStore
from ledger.quality.verify import QualityReport, rebuild, verify
from ledger.quality.vouching import password_digest
from ledger.quality.writing import write
from tests.ledger.quality_house import by_hand

LIS, WUS = "$argon2id$v=19$m=32768,t=2,p=1$bGlz$aGFzaA", "$argon2id$v=19$m=32768,t=2,p=1$d3Vz$aGFz"
SECRET, OTHER = bytes(range(20)), bytes(range(20, 40))
CODES = [bytes([number]) * 32 for number in range(3)]


@value
class OldPasswordSet(Fact):
    """As an earlier version wrote it."""

    kind: ClassVar[str] = "password_set"


def account(role: str = "qa") -> AccountCreated:
    return AccountCreated(role=role, agent="", display_name="x")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two accounts with passwords; `li` has a second factor."""
    path = tmp_path / "quality.sqlite"
    with QualityBook.open(path, clock=ManualClock()) as book:
        store = SecretStore(book)
        store.set_password_hash("li", LIS, [account()], actor="root", after=0)
        store.set_password_hash("wu", WUS, [account("admin")], actor="root", after=0)
        FactorStore(book).put("li", SECRET, 1, CODES, actor="li")
    return path


def check(place: Path) -> QualityReport:
    with QualityBook.open(place) as book:
        return verify(book)


def named(place: Path) -> list[tuple[str, str]]:
    return [(one.what, one.stream) for one in check(place).findings]


def test_accounts_as_they_were_made_have_no_findings_and_nothing_unproved(place: Path) -> None:
    report = check(place)

    assert (report.findings, report.notes) == ((), ())


def _swap_hashes(place: Path) -> None:
    by_hand(place, "UPDATE quality_secrets SET password_hash = ? WHERE name = 'li'", WUS)


def _put_secret(place: Path) -> None:
    by_hand(place, "UPDATE quality_second_factors SET secret = ? WHERE name = 'li'", OTHER)


def _take_secret(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_second_factors WHERE name = 'li'")


def _put_code(place: Path) -> None:
    by_hand(place, "INSERT INTO quality_recovery_codes VALUES ('li', ?)", b"x" * 32)


def _take_code(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_recovery_codes WHERE code_hash = ?", CODES[1])


def _no_text(place: Path) -> None:
    by_hand(place, "UPDATE quality_secrets SET password_hash = 5 WHERE name = 'li'")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_swap_hashes, "password: not what the facts tell of; `thirdring user disable li`"),
        (_no_text, "password"),
        (_put_secret, "second factor: not what the facts tell of; `thirdring user totp li --off`"),
        (_take_secret, "second factor"),
        (_put_code, "recovery codes"),
        (_take_code, "recovery codes"),
    ],
)
def test_whatever_somebody_signs_in_with_that_was_swapped_is_named(
    place: Path, change: Callable[[Path], None], says: str
) -> None:
    change(place)

    (one,) = check(place).findings
    assert (one.what, one.stream) == ("secret", "account/li")
    assert one.detail.startswith(says)


def test_a_password_of_an_account_that_no_fact_tells_of_is_named(place: Path) -> None:
    by_hand(place, "INSERT INTO quality_secrets VALUES ('ghost', ?)", WUS)

    assert named(place) == [("secret", "account/ghost")]


def test_a_role_raised_and_a_hash_swapped_in_one_account_are_both_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_accounts SET role = 'admin' WHERE name = 'li'")
    _swap_hashes(place)

    assert named(place) == [("projection", "account/li"), ("secret", "account/li")]


def test_a_disabled_account_let_in_again_by_hand_is_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_accounts SET enabled = 0 WHERE name = 'wu'")

    assert named(place) == [("projection", "account/wu")]


def test_rebuilding_the_tables_blesses_no_swap(place: Path) -> None:
    _swap_hashes(place)
    with QualityBook.open(place) as book:
        rebuild(book)

    assert named(place) == [("secret", "account/li")]


def test_codes_that_were_used_and_factors_that_were_removed_are_as_they_should_be(
    place: Path,
) -> None:
    with QualityBook.open(place) as book:
        factors = FactorStore(book)
        assert factors.take_recovery("li", CODES[0])
        assert not factors.take_recovery("li", CODES[0])
        assert not factors.take_recovery("wu", CODES[1])
        assert not verify(book).findings
    by_hand(place, "INSERT INTO quality_recovery_codes VALUES ('li', ?)", CODES[0])
    assert named(place) == [("secret", "account/li")], "a used one put back"
    with QualityBook.open(place) as book:
        FactorStore(book).remove("li", "lost phone", actor="root")
        assert not verify(book).findings


def test_no_fact_gives_away_a_hash_or_a_secret(place: Path) -> None:
    rows = by_hand(place, "SELECT data FROM quality_events")
    told = " ".join(str(data) for (data,) in rows)

    for hidden in (LIS, WUS, SECRET.hex(), *(code.hex() for code in CODES)):
        assert hidden not in told
    assert told.count("digest") == 3


# ---- a book of before ---------------------------------------------------------------------------


def _of_before(place: Path) -> Iterator[str]:
    """Make the book one of version 2, whose facts held no digests; chains made anew."""
    head, hashes = b"", dict[str, bytes]()
    rows = by_hand(
        place, "SELECT cursor, stream, seq, at, actor, kind, data FROM quality_events ORDER BY 1"
    )
    for cursor, *values in rows:
        row = QualityRow(*values)
        if row.kind in ("password_set", "second_factor_set"):
            row = row._replace(data="{}")
        hashes[row.stream] = chained(hashes.get(row.stream, b""), row)
        head = headed(head, hashes[row.stream])
        by_hand(
            place,
            "UPDATE quality_events SET data = ?, hash = ?, head = ? WHERE cursor = ?",
            *(row.data, hashes[row.stream], head, cursor),
        )
        yield f"{from_us(row.at)} {row.kind}"
    by_hand(place, "UPDATE quality_head SET head = ?", head)
    by_hand(place, "UPDATE quality_version SET version = 2")


def test_accounts_of_before_are_noted_at_the_upgrade_told_and_watched_from_then_on(
    place: Path,
) -> None:
    assert len([*_of_before(place)]) == 5

    report = check(place)

    assert report.findings == ()
    assert [note.partition(":")[0] for note in report.notes] == ["account li", "account wu"]
    assert all("vouched for since" in note for note in report.notes)
    _swap_hashes(place)
    _put_code(place)
    (one,) = check(place).findings
    assert one.detail.startswith("password and recovery codes: not what the facts tell of")


def test_a_password_set_after_the_upgrade_leaves_nothing_unproved(place: Path) -> None:
    list(_of_before(place))
    with QualityBook.open(place) as book:
        SecretStore(book).set_password_hash("wu", LIS, actor="root")
        report = verify(book)

    assert not report.findings
    assert [note.partition(":")[0] for note in report.notes] == ["account li"]


def test_setting_the_version_back_blesses_no_swap(place: Path) -> None:
    _swap_hashes(place)
    by_hand(place, "UPDATE quality_version SET version = 2")

    assert named(place) == [("secret", "account/li")]


def test_a_note_written_over_a_known_password_counts_for_nothing(place: Path) -> None:
    _swap_hashes(place)
    note = SecretsNoted(password=password_digest("li", WUS), second_factor="", codes=())
    with QualityBook.open(place) as book:
        book.append("account/li", note, actor="system")

    assert named(place) == [("secret", "account/li")]


def test_a_book_of_before_that_somebody_spoiled_is_opened_and_named(place: Path) -> None:
    list(_of_before(place))
    by_hand(
        place,
        "UPDATE quality_events SET data = ? WHERE stream = 'account/li' AND kind = 'password_set'",
        json.dumps([1]),
    )

    assert ("edited", "account/li") in named(place)


def test_an_earlier_version_that_still_writes_is_told(place: Path) -> None:
    changed = AccountChanged(role="qa", agent="", display_name="x", enabled=True)
    with QualityBook.open(place) as book:
        with book.shelf.writing() as connection:
            facts = [Entry("account/wu", one, "root") for one in (changed, OldPasswordSet())]
            write(connection, facts, book.clock.utc_now())
        report = verify(book)

    (note,) = report.notes
    assert "account wu: set by an earlier version" in note
    assert report.findings == ()
