"""What leaves the house: one caller's data, one call as a vCon; each time logged."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
import shutil
import wave
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import RecordingError
from calls.events import CallEvent, Disposed, EndedFact, RulesJudged
from casework.phone_numbers import NumberPlan
from launch.commands import export
from launch.exporting.person import Person, spellings
from launch.exporting.vcon import Telling
from launch.exporting.vcon import vcon as vcon_of
from launch.recordings.erasing import carry_out
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from ledger.writer import LedgerWriter
from recorder.orders import Order
from tests.launch.test_verify_command import ONE, TWO, whole
from tests.ledger.house import offered
from tests.recorder.test_intake import most_file_bytes

__all__ = ["whole"]
NUMBER = "13800001234"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "vcon.json").read_text("utf-8"))


def run(state: Path, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    export.register(app)
    told = ["export", *arguments, "--why", "she asked by letter", "--state", str(state)]
    done = CliRunner().invoke(app, told, catch_exceptions=False)
    return done.exit_code, done.output


@pytest.fixture
def state(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "state"
    shutil.copytree(whole, copy)
    with LedgerWriter(copy / "ledger.sqlite") as writer:
        writer.append_late(ONE, RulesJudged(rules="abc", kept=("A02",), broken=("A05",)))
    return copy


def looks(state: Path) -> list[dict[str, Any]]:
    with QualityBook.open(state / "quality.sqlite") as book:
        return [dict(one.data) for day in book.streams("looks/") for one in book.events(day)]


# ---- one caller -------------------------------------------------------------------------------


def test_everything_of_a_caller_goes_into_one_file_that_proves_itself(
    state: Path, tmp_path: Path
) -> None:
    to = tmp_path / "caller.zip"

    code, output = run(state, "person", NUMBER, "--to", str(to))

    assert code == 0
    assert "2 calls, 2 recordings" in output
    assert to.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(to) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist())
        for name, digest in manifest["files"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        with wave.open(io.BytesIO(archive.read(f"recordings/{ONE}-r1.wav"))) as wav:
            assert (wav.getnchannels(), wav.getnframes()) == (2, 32_000)
        events = json.loads(archive.read(f"events/{ONE}.json"))
        calls = json.loads(archive.read("calls.json"))
        (scored,) = json.loads(archive.read("evaluations.json"))
    assert names == {*manifest["files"], "manifest.json"}
    assert [call["id"] for call in calls] == [ONE, TWO]
    assert events[0]["data"]["ani"] == NUMBER
    assert (scored["id"], scored["call_id"]) == ("e1", ONE)
    assert not {"evaluator", "opened_by", "agent"} & scored.keys()
    assert manifest["missing"] == {}


def test_a_call_that_the_house_placed_is_the_customers_too(state: Path, tmp_path: Path) -> None:
    with LedgerWriter(state / "ledger.sqlite") as writer:
        placed = Call(ManualClock(), writer)
        placed.record(replace(offered("4008001000"), dnis=NUMBER, direction="outbound"))
        placed.record(EndedFact(end_reason="completed", disposition=""))

    with LedgerReader(state / "ledger.sqlite") as reader:
        call, events = reader.call(placed.id), reader.events(placed.id)
    found = Person(state, NUMBER).calls
    told = {masked: json.dumps(vcon_of(telling(call, events, masked))) for masked in (True, False)}

    assert placed.id in [one.id for one in found]
    assert NUMBER not in told[True]
    assert json.loads(told[False])["parties"][0]["tel"] == f"tel:{NUMBER}"
    assert json.loads(told[False])["parties"][1]["tel"] == "tel:4008001000"


def telling(call: CallRow, events: Sequence[CallEvent], masked: bool) -> Telling:
    return Telling(
        call=call,
        events=events,
        sounds=(),
        house="三声",
        made_at=datetime(2026, 11, 22, tzinfo=UTC),
        host="h",
        masked=masked,
    )


def test_the_export_is_logged_before_with_the_number_masked(state: Path, tmp_path: Path) -> None:
    run(state, "person", NUMBER, "--to", str(tmp_path / "caller.zip"))

    told = looks(state)
    assert [one["subject"] for one in told] == ["person/138****1234", f"call/{ONE}", f"call/{TWO}"]
    assert {(one["action"], one["reason"]) for one in told} == {("exported", "she asked by letter")}
    assert NUMBER not in json.dumps(told)


def test_what_cannot_go_in_is_named(state: Path, tmp_path: Path) -> None:
    carry_out(state, Order.new({ONE: [f"{ONE}-r1"]}, "asked", "terminal:li"))
    path = next((state / "recordings").rglob(f"{TWO}*"))
    raw = bytearray(path.read_bytes())
    raw[100_000] ^= 1
    path.write_bytes(raw)
    to = tmp_path / "caller.zip"

    code, output = run(state, "person", NUMBER, "--to", str(to))

    assert code == 0
    assert f"not in it: {ONE}-r1: erased" in output
    assert "chunk 2 of 2" in output
    with zipfile.ZipFile(to) as archive:
        assert json.loads(archive.read("manifest.json"))["missing"][f"{ONE}-r1"] == "erased"


@pytest.mark.parametrize("asked", ["+86 138-0000-1234", "8613800001234", "013800001234"])
def test_a_caller_is_found_whichever_way_the_number_is_written(state: Path, asked: str) -> None:
    assert [call.id for call in Person(state, asked).calls] == [ONE, TWO]


def test_the_spellings_of_a_number_are_those_of_the_plan() -> None:
    assert spellings("13800001234", NumberPlan()) == (
        "13800001234",
        "013800001234",
        "+8613800001234",
        "8613800001234",
        "008613800001234",
    )
    assert spellings("801", NumberPlan()) == ("801",)
    assert spellings("+442071234567", NumberPlan()) == ("+442071234567",)


def test_a_number_nobody_called_from_makes_no_file(state: Path, tmp_path: Path) -> None:
    to = tmp_path / "caller.zip"

    code, output = run(state, "person", "13999999999", "--to", str(to))

    assert (code, to.exists(), looks(state)) == (1, False, [])
    assert "thirdring calls list --json" in output


def test_a_full_disk_leaves_no_half_of_an_export(state: Path, tmp_path: Path) -> None:
    to = tmp_path / "caller.zip"

    long = Disposed(agent="801", disposition="served", note=secrets.token_hex(60_000))
    with LedgerWriter(state / "ledger.sqlite") as writer:
        writer.append_late(ONE, long)  # more than SQLite's own 32 KiB of shared memory
    one = Person(state, NUMBER)

    with most_file_bytes(34_000), pytest.raises(OSError, match="File too large"):
        one.write(to, one.calls)

    assert list(tmp_path.glob("*.zip*")) == []
    assert list(tmp_path.glob(".*.part")) == []


# ---- a call as a vCon -------------------------------------------------------------------------


def vcon(state: Path, to: Path, *more: str, call: str = ONE) -> dict[str, Any]:
    code, _ = run(state, "vcon", call, "--to", str(to), *more)
    assert code == 0
    told: dict[str, Any] = json.loads(to.read_text("utf-8"))
    jsonschema.Draft7Validator(SCHEMA).validate(told)
    return told


def sha512(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha512(content).digest()).rstrip(b"=").decode()


def test_a_vcon_holds_parties_sound_verdicts_and_facts(state: Path, tmp_path: Path) -> None:
    told = vcon(state, tmp_path / "one.vcon")

    (dialog,) = told["dialog"]
    padding = "=" * (-len(dialog["body"]) % 4)
    with wave.open(io.BytesIO(base64.urlsafe_b64decode(dialog["body"] + padding))) as wav:
        assert (wav.getnchannels(), wav.getnframes()) == (2, 32_000)
    assert (dialog["duration"], dialog["parties"]) == (4.0, [0, 1])
    report = told["analysis"][0]
    assert json.loads(report["body"]) == {"rules": "abc", "kept": ["A02"], "broken": ["A05"]}
    facts = json.loads(told["attachments"][0]["body"])
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))


def test_the_caller_is_anonymous_unless_asked_for(state: Path, tmp_path: Path) -> None:
    masked = vcon(state, tmp_path / "masked.vcon")
    unmasked = vcon(state, tmp_path / "open.vcon", "--unmasked")

    assert masked["parties"][0] == {"name": "anonymous"}
    assert NUMBER not in json.dumps(masked)
    assert unmasked["parties"][0]["tel"] == f"tel:{NUMBER}"
    assert [one["detail"] for one in looks(state)] == ["as vCon, masked", "as vCon, unmasked"]


def test_recordings_may_lie_beside_it_named_by_their_hash(state: Path, tmp_path: Path) -> None:
    told = vcon(state, tmp_path / "one.vcon", "--external", "https://files.example/calls/")

    (dialog,) = told["dialog"]
    beside = (tmp_path / f"{ONE}-r1.wav").read_bytes()
    assert dialog["url"] == f"https://files.example/calls/{ONE}-r1.wav"
    assert dialog["content_hash"] == f"sha512-{sha512(beside)}"
    assert "body" not in dialog
    with pytest.raises(RecordingError, match="https://"):
        vcon(state, tmp_path / "one.vcon", "--external", "http://files.example")


def test_a_call_without_sound_is_told_all_the_same(state: Path, tmp_path: Path) -> None:
    carry_out(state, Order.new({ONE: [f"{ONE}-r1"]}, "asked", "terminal:li"))

    told = vcon(state, tmp_path / "one.vcon")

    assert told["dialog"][0]["type"] == "recording-set"
    assert told["dialog"][0]["duration"] == 4.0


def test_every_vcon_has_an_id_of_its_own_of_version_8(state: Path, tmp_path: Path) -> None:
    ids = {vcon(state, tmp_path / f"{n}.vcon")["uuid"] for n in range(3)}

    assert len(ids) == 3
    assert {UUID(one).version for one in ids} == {8}


@pytest.mark.parametrize(
    "change",
    [
        {"vcon": "0.3.0"},
        {"uuid": "123"},
        {"created_at": "yesterday"},
        {"parties": []},
        {"dialog": [{"type": "recording", "start": "2026-11-22T00:00:00Z"}]},
        {"dialog": [{"type": "incomplete", "start": "2026-11-22T00:00:00Z"}]},
        {"group": 1},
    ],
)
def test_the_schema_refuses_what_the_draft_refuses(
    state: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    told = vcon(state, tmp_path / "one.vcon")

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate({**told, **change})


def test_an_unanswered_call_is_incomplete_with_the_reason(state: Path) -> None:
    with LedgerReader(state / "ledger.sqlite") as reader:
        call = replace(reader.call(ONE), answered_ms=None, end_reason="caller_hung_up")

    told = vcon_of(
        Telling(
            call=call,
            events=(),
            sounds=(),
            house="三声",
            made_at=datetime(2026, 11, 22, tzinfo=UTC),
            host="box",
            masked=True,
        )
    )

    jsonschema.Draft7Validator(SCHEMA).validate(told)
    assert told["dialog"][0]["disposition"] == "hung-up"
