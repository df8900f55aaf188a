"""`thirdring rules` on a call in a real ledger."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calls.errors import FlowFileError
from calls.events import CallEvent
from launch.commands import rules
from ledger.writer import LedgerWriter
from tests.callflow.traces import Trace


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A call that greets and then hangs up on the caller."""
    trace = Trace().ring().say("greeting", "greeting")
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        for event in trace.hang_up("us"):
            data = {**event.data, "uniqueid": "1.1"}
            writer.append(
                CallEvent("call-1", event.seq, event.at, event.offset_ms, event.kind, data)
            )
        asyncio.run(writer.durable())
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    rules.register(app)
    done = CliRunner().invoke(app, ["rules", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


def test_every_rule_has_a_verdict_and_its_evidence(state: Path) -> None:
    code, output = run("call-1", "--state", str(state), "--json")

    told = json.loads(output)
    verdicts = {one["rule"]: one for one in told["rules"]}
    assert (code, told["call"]) == (0, "call-1")
    assert list(verdicts) == ["A01", "A02", "A05", "A08", "A11", "A12", "A13"]
    assert verdicts["A02"]["verdict"] == "kept"
    assert verdicts["A05"]["verdict"] == "broken"
    assert verdicts["A05"]["evidence"] == [{"seq": 4, "offset_ms": 1150, "what": "hung_up us"}]
    assert verdicts["A11"]["verdict"] == "not_applicable"


def test_the_table_names_the_rule_that_was_broken(state: Path) -> None:
    _, output = run("call-1", "--state", str(state))

    assert "BROKEN" in output
    assert "以再见结束" in output


def test_a_folder_without_flows_is_named(state: Path) -> None:
    with pytest.raises(FlowFileError, match=r"holds no flow; name the folder"):
        run("call-1", "--state", str(state), "--scripts", str(state))
