"""`thirdring verify`: whatever was tampered with is named, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
import typer
from typer.testing import CliRunner

from callflow.house import House, house_texts
from calls.clock import ManualClock, SystemClock
from calls.errors import LedgerError
from calls.events import Stepped
from calls.fact import Fact
from calls.floor.events import FloorEvent
from calls.quality.events import (
    AccountCreated,
    EvaluationOpened,
    FormFrozen,
    QuestionAnswered,
)
from calls.values import value
from launch.commands import ledger as ledger_command
from launch.commands import verify as verify_command
from launch.serving.kept_flows import KeptFlows
from launch.serving.sealing import begin_sealing
from launch.settings.recorder import RecorderSettings
from ledger.encoding import EventRow, chained
from ledger.opening import LedgerMissingError
from ledger.quality.book import QualityBook
from ledger.quality.secrets import SecretStore
from ledger.reader import LedgerReader
from ledger.verify import rebuild
from ledger.writer import LedgerWriter
from qa.rubric import load_form
from recorder.intake import RecorderIntake
from recorder.source import LedgerSource
from tests.launch.test_recordings_command import record_a_call
from tests.support.lists import CHINESE, ENGLISH, spoken

ONE, TWO = "20261122-021530-aaaa2222", "20261122-021531-bbbb3333"
PROJECT = Path(__file__).parents[2]
Tampered = list[tuple[str, str, str]]
HELLO = """
flow: hello
title: {zh: 你好, en: hello}
steps:
  pick_up:
    ring: 1
  bye:
    say: bye
    end: answered
"""
LINES = """
bye:
  tags: [closing]
  zh-Hans: 感谢您的来电，再见！
  zh-Hant: 感謝您的來電，再見！
  en: Thank you for calling. Goodbye!
"""


def run(state: Path, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    verify_command.register(app)
    ledger_command.register(app)
    done = CliRunner().invoke(app, [*arguments, "--state", str(state)], catch_exceptions=False)
    return done.exit_code, done.output


def found(state: Path, *arguments: str) -> Tampered:
    """What `verify --json` names: part, what and where."""
    code, output = run(state, "verify", "--json", *arguments)
    told = json.loads(output)
    assert code == (1 if told["findings"] else 0)
    return [
        (one["part"], one["what"], one["where"]) for part in told["parts"] for one in part["found"]
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sealed calls, a floor, an evaluation by a frozen form, and the flow of a call."""
    state = tmp_path_factory.mktemp("whole")
    begin_sealing(RecorderSettings(), state)
    scripts = state / "scripts"
    scripts.mkdir()
    (scripts / "hello.yaml").write_text(HELLO, "utf-8")
    (scripts / "lines.yaml").write_text(LINES, "utf-8")
    house = House.of_texts(house_texts(scripts))
    KeptFlows(state).keep(house_texts(scripts), house, ManualClock().utc_now())
    with LedgerWriter(state / "ledger.sqlite") as writer:
        for call_id in (ONE, TWO):
            record_a_call(state, writer, call_id)
        writer.append_late(
            ONE, Stepped(flow="hello", step="bye", digest=house.flows["hello"].digest)
        )
        for number in range(3):
            writer.append_floor(_floor(number))
        asyncio.run(writer.durable())
        with LedgerReader(writer.path) as reader:
            intake = RecorderIntake(state, LedgerSource(reader), writer, SystemClock(), seal=True)
            assert len(intake.take_in_now(most_wait_s=5).taken) == 2
    _score(state)
    return state


def _floor(number: int) -> FloorEvent:
    from calls.floor.events import ShiftNote

    fact = ShiftNote(text=f"note {number}")
    return FloorEvent("801", ManualClock().utc_now(), fact.kind, fact.data())


def _score(state: Path) -> None:
    path = PROJECT / "qa" / "forms" / "q04.yaml"
    form = load_form(path.read_text("utf-8"), str(path))
    opened = EvaluationOpened(
        call_id=ONE,
        agent="801",
        form=form.name,
        form_digest=form.digest,
        purpose="review",
        drawn_by="",
        why="chosen",
    )
    answered = QuestionAnswered(
        question="greeting", answer="yes", comment="", machine="", reason="", at_ms=None
    )
    with QualityBook.open(state / "quality.sqlite") as book:
        frozen = FormFrozen(form=form.name, digest=form.digest, text=form.text)
        book.append(f"form/{form.name}@{form.digest}", frozen, actor="system")
        book.append("evaluation/e1", opened, actor="li")
        book.append("evaluation/e1", answered, actor="li")


@pytest.fixture
def state(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "state"
    shutil.copytree(whole, copy)
    last = copy / "flows" / "last.json"
    last.write_text(last.read_text("utf-8").replace(str(whole), str(copy)), "utf-8")
    return copy


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database, database:
        yield database


def test_what_nobody_touched_is_good(state: Path) -> None:
    code, output = run(state, "verify")

    assert code == 0
    assert "All as it was written." in output
    assert "recordings: 2 recordings: good" in output
    assert "flows: 1 versions of flows: good" in output
    assert "forms: 1 versions of forms: good" in output


def test_a_chinese_terminal_is_told_in_chinese_and_programs_as_ever(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next((state / "recordings").rglob(f"{ONE}*")).unlink()
    with opened(state / "ledger.sqlite") as database:
        database.execute("DELETE FROM call_events WHERE call_id = ? AND seq = 2", (TWO,))
    commands = (("verify",), ("ledger", "verify"))
    spoken(monkeypatch, ENGLISH, 80)
    english = [run(state, *command, "--json") for command in commands]
    spoken(monkeypatch, CHINESE, 80)

    told = "".join(run(state, *command)[1] for command in commands)

    assert [run(state, *command, "--json") for command in commands] == english
    assert f"缺失：通话 {TWO}：第 2 条事实不在\n" in told
    assert "质检库：" in told
    assert re.search(f"缺失：{ONE}-r1：recordings/.+ 不在；请用备份恢复\n", told)
    names = rf"{ONE}\S*|{TWO}\S*|recordings/\S+|--head|[0-9a-f]{{64}}"
    assert not re.search("[A-Za-z]", re.sub(names, "", told))


def test_one_flipped_byte_of_sound_is_named(state: Path) -> None:
    path = next((state / "recordings").rglob(f"{ONE}*"))
    raw = bytearray(path.read_bytes())
    raw[70_000] ^= 1
    path.write_bytes(raw)

    assert found(state) == [("recordings", "changed", f"{ONE}-r1")]


def test_two_recordings_that_changed_places_are_named(state: Path) -> None:
    one, two = (next((state / "recordings").rglob(f"{call}*")) for call in (ONE, TWO))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)

    assert found(state) == [
        ("recordings", "swapped", f"{ONE}-r1"),
        ("recordings", "swapped", f"{TWO}-r1"),
    ]


def test_one_edited_event_is_named(state: Path) -> None:
    with opened(state / "ledger.sqlite") as ledger:
        ledger.execute(
            "UPDATE call_events SET data = replace(data, '1000', '1001')"
            " WHERE call_id = ? AND kind = 'offered'",
            (TWO,),
        )

    assert found(state) == [("ledger", "edited", f"call {TWO}")]


def test_two_events_that_changed_places_are_named(state: Path) -> None:
    with opened(state / "ledger.sqlite") as ledger:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            ledger.execute(
                "UPDATE call_events SET seq = ? WHERE call_id = ? AND seq = ?", (new, TWO, old)
            )

    assert {(part, where) for part, _, where in found(state)} == {("ledger", f"call {TWO}")}


def test_one_edited_fact_of_the_floor_is_named(state: Path) -> None:
    with opened(state / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE floor_events SET data = replace(data, 'note 1', 'note 9')")

    assert ("floor", "edited", "agent 801") in found(state)


def test_one_edited_score_is_named(state: Path) -> None:
    with opened(state / "quality.sqlite") as book:
        book.execute(
            "UPDATE quality_events SET data = replace(data, '\"yes\"', '\"no\"')"
            " WHERE stream = 'evaluation/e1'"
        )

    assert ("quality", "edited", "evaluation/e1") in found(state)


def test_an_edited_form_is_named_and_so_is_what_was_scored_by_it(state: Path) -> None:
    with opened(state / "quality.sqlite") as book:
        book.execute("UPDATE quality_events SET data = replace(data, 'weight', 'wight')")

    named = {(part, what) for part, what, _ in found(state)}
    assert ("forms", "edited") in named
    assert ("quality", "edited") in named


def test_an_edited_kept_flow_is_named_with_its_file(state: Path) -> None:
    kept = KeptFlows(state)
    (version,) = kept.versions().values()
    path = kept.texts / f"{version.text}.yaml"
    path.write_text(path.read_text("utf-8").replace("say: bye", "say: buy"), "utf-8")

    code, output = run(state, "verify")

    assert code == 1
    assert "edited: " in output
    assert "not the text that was kept (hello.yaml)" in output
    assert f"flow hello (hello.yaml), version {version.digest}" in output


def test_an_edited_line_makes_the_flow_version_another(state: Path) -> None:
    kept = KeptFlows(state)
    (version,) = kept.versions().values()
    path = kept.texts / f"{version.lines}.yaml"
    path.write_text(path.read_text("utf-8").replace("再见", "再會"), "utf-8")

    assert {(part, what) for part, what, _ in found(state)} == {("flows", "edited")}


def test_a_flow_text_swapped_with_its_name_is_named(state: Path) -> None:
    """An edited text under its new hash, and a version file that points to it."""
    from launch.serving.kept_flows import text_digest

    kept = KeptFlows(state)
    (version,) = kept.versions().values()
    text = kept.text(version.text)
    assert text is not None
    edited = text.replace("say: bye", "say: buy")
    (kept.texts / f"{text_digest(edited)}.yaml").write_text(edited, "utf-8")
    path = kept.folder / f"{version.digest}.json"
    path.write_text(path.read_text("utf-8").replace(version.text, text_digest(edited)), "utf-8")

    where = f"flow hello (hello.yaml), version {version.digest}"
    assert found(state) == [("flows", "edited", where)]


def test_a_flow_version_that_is_gone_is_named_with_a_call_it_was_used_in(state: Path) -> None:
    kept = KeptFlows(state)
    (version,) = kept.versions().values()
    path = kept.folder / f"{version.digest}.json"
    other = path.with_name(f"{'0' * 16}.json")
    path.rename(other)

    named = found(state)

    assert ("flows", "missing", f"flow hello, version {version.digest}") in named


def test_a_damaged_version_file_is_named(state: Path) -> None:
    kept = KeptFlows(state)
    (version,) = kept.versions()
    (kept.folder / f"{version}.json").write_text("{")

    assert ("flows", "edited", str(kept.folder / f"{version}.json")) in found(state)


def test_a_flow_file_that_is_not_as_the_server_read_it_is_named(state: Path) -> None:
    path = state / "scripts" / "hello.yaml"
    path.write_text(path.read_text("utf-8") + "# a word\n", "utf-8")
    (state / "scripts" / "lines.yaml").unlink()

    assert found(state) == [
        ("flows", "changed", str(path)),
        ("flows", "missing", str(state / "scripts" / "lines.yaml")),
    ] or found(state) == [
        ("flows", "missing", str(state / "scripts" / "lines.yaml")),
        ("flows", "changed", str(path)),
    ]


# ---- heads ------------------------------------------------------------------------------------


@pytest.fixture
def head(state: Path, tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere.json"
    code, output = run(state, "ledger", "head", "--to", str(path))
    assert code == 0
    assert "keep it on another machine" in output
    return path


def test_a_head_stays_true_while_the_ledger_grows(state: Path, head: Path) -> None:
    with LedgerWriter(state / "ledger.sqlite") as writer:
        record_a_call(state, writer, "20261122-021532-cccc4444")
    shutil.rmtree(state / "monitor")

    named = found(state, "--head", str(head))

    assert {part for part, _, _ in named} == {"recordings"}
    assert run(state, "ledger", "verify", "--head", str(head))[0] == 0


def test_a_cut_tail_is_named_even_if_the_counter_was_set_back(state: Path, head: Path) -> None:
    with opened(state / "ledger.sqlite") as ledger:
        ((last,),) = ledger.execute("SELECT max(cursor) FROM call_events")
        ledger.execute("DELETE FROM call_events WHERE call_id = ?", (TWO,))
        ledger.execute("DELETE FROM calls WHERE id = ?", (TWO,))
        ledger.execute("DELETE FROM recordings WHERE call_id = ?", (TWO,))
        ledger.execute("DELETE FROM call_marks WHERE call_id = ?", (TWO,))
        ((left,),) = ledger.execute("SELECT max(cursor) FROM call_events")
        ledger.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'call_events'", (left,))

    assert last > left
    code, output = run(state, "ledger", "verify", "--head", str(head))
    assert code == 1
    assert f"rows {left + 1} to {last} were there when the head was made and are gone" in output


def test_a_ledger_rewritten_whole_shows_only_to_the_head(state: Path, head: Path) -> None:
    _forge(state / "ledger.sqlite", TWO)
    rebuild(state / "ledger.sqlite")
    assert run(state, "ledger", "verify")[0] == 0

    code, output = run(state, "ledger", "verify", "--head", str(head))

    assert code == 1
    assert "rewritten: row " in output
    assert f"({TWO}) differs from the head" in output
    assert f"({ONE})" not in output


def _forge(ledger: Path, call_id: str) -> None:
    """Change what a call's first event says and make every hash of the call fit again."""
    with opened(ledger) as database:
        rows = database.execute(
            "SELECT cursor, seq, at, offset_ms, kind, data FROM call_events"
            " WHERE call_id = ? ORDER BY seq",
            (call_id,),
        ).fetchall()
        before = b""
        for cursor, seq, at, offset_ms, kind, data in rows:
            forged = data.replace("13800001234", "13800009999")
            row = EventRow(call_id, seq, at, offset_ms, kind, forged, json.loads(forged))
            before = chained(before, row)
            database.execute(
                "UPDATE call_events SET data = ?, hash = ? WHERE cursor = ?",
                (forged, before, cursor),
            )


def test_a_quality_book_that_was_taken_away_shows_to_the_head(state: Path, head: Path) -> None:
    (state / "quality.sqlite").unlink()

    assert found(state, "--head", str(head)) == [
        ("quality", "missing", str(state / "quality.sqlite"))
    ]


def test_heads_are_printed_as_json_and_a_foreign_file_is_refused(
    state: Path, tmp_path: Path
) -> None:
    told = json.loads(run(state, "ledger", "head")[1])
    assert told["calls"]["rows"] == len(told["calls"]["blocks"])
    foreign = tmp_path / "foreign.json"
    for text in ("[]", "{}", '{"thirdring_heads": 1, "made_at": "", "quality": ""}', "x"):
        foreign.write_text(text)
        with pytest.raises(LedgerError, match="holds no heads"):
            run(state, "verify", "--head", str(foreign))
    foreign.write_text(json.dumps({**told, "thirdring_heads": 2}))
    with pytest.raises(LedgerError, match="a later version"):
        run(state, "verify", "--head", str(foreign))


def test_without_a_ledger_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissingError):
        run(tmp_path, "verify")


def test_a_part_that_cannot_be_read_is_a_finding_and_the_others_go_on(state: Path) -> None:
    (state / "quality.sqlite").write_bytes(b"no database at all, for sure" * 100)

    named = found(state)

    assert [(part, what) for part, what, _ in named] == [
        ("quality", "unreadable"),
        ("forms", "unreadable"),
    ]


def test_a_form_that_is_no_json_any_more_keeps_nothing_else_from_being_read(state: Path) -> None:
    with opened(state / "quality.sqlite") as book:
        book.execute("UPDATE quality_events SET data = 'x' WHERE kind = 'form_frozen'")

    named = {(part, what) for part, what, _ in found(state)}

    assert {("quality", "edited"), ("forms", "unreadable")} <= named
    assert {part for part, _ in named} == {"quality", "forms"}


# ---- accounts, keys, single bytes ---------------------------------------------------------------


@value
class OldPasswordSet(Fact):
    """As an earlier version wrote it."""

    kind: ClassVar[str] = "password_set"


def _account(state: Path) -> None:
    with QualityBook.open(state / "quality.sqlite") as book:
        created = AccountCreated(role="qa", agent="", display_name="李")
        store = SecretStore(book)
        store.set_password_hash("li", "$argon2id$one", [created], actor="system", after=0)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE quality_secrets SET password_hash = '$argon2id$two'", "secret"),
        ("UPDATE quality_accounts SET role = 'admin'", "projection"),
        ("INSERT INTO quality_second_factors VALUES ('li', x'00', 0)", "secret"),
    ],
)
def test_an_account_that_is_not_what_its_facts_say_is_named(
    state: Path, statement: str, what: str
) -> None:
    _account(state)
    assert found(state) == []
    with opened(state / "quality.sqlite") as book:
        book.execute(statement)

    assert found(state) == [("quality", what, "account/li")]


def test_what_cannot_be_proved_of_an_account_of_before_is_told_and_is_no_finding(
    state: Path,
) -> None:
    with QualityBook.open(state / "quality.sqlite") as book:
        created = AccountCreated(role="qa", agent="", display_name="李")
        book.append("account/li", created, actor="system")
        book.append("account/li", OldPasswordSet(), actor="system")
    with opened(state / "quality.sqlite") as book_file:
        book_file.execute("INSERT INTO quality_secrets VALUES ('li', '$argon2id$one')")
        book_file.execute("UPDATE quality_version SET version = 2")

    code, output = run(state, "verify")

    assert code == 0
    assert "quality: 3 streams, 6 facts: good" in output
    assert "not proved: account li: what it signs in with is vouched for since" in output


@pytest.mark.parametrize("wrong", [False, True])
def test_without_the_right_master_key_every_sealed_recording_is_named_and_nothing_else(
    state: Path, wrong: bool
) -> None:
    (key,) = (state / "keys").glob("*.kek")
    text = key.read_text("ascii")
    if wrong:
        with TemporaryDirectory() as other:
            begin_sealing(RecorderSettings(), Path(other))
            key.write_text(next((Path(other) / "keys").glob("*.kek")).read_text("ascii"), "ascii")
    else:
        key.unlink()

    code, output = run(state, "verify")

    assert code == 1
    assert f"no key: {ONE}-r1: " in output
    assert ("holds the key" if wrong else "the key is not there") in output
    assert "2 findings" in output
    key.write_text(text, "ascii")
    assert found(state) == [], "nothing was lost"


@pytest.mark.parametrize(
    ("file", "piece", "part"),
    [
        ("ledger.sqlite", b'"13800001234"', "ledger"),
        ("ledger.sqlite", b'"recording":', "ledger"),
        ("quality.sqlite", b'{"question":"greeting"', "quality"),
        ("quality.sqlite", b'{"form":"q04"', "quality"),
    ],
)
def test_one_flipped_bit_in_a_books_own_file_is_named(
    state: Path, file: str, piece: bytes, part: str
) -> None:
    """Not by SQL: as a disk, or an editor of bytes, would do it."""
    with opened(state / file) as book:
        book.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray((state / file).read_bytes())
    at = raw.find(piece)
    if at < 0:
        pytest.fail(f"{file} holds no {piece!r}")
    raw[at + 4] ^= 1
    (state / file).write_bytes(raw)

    assert part in {one for one, _, _ in found(state)}
