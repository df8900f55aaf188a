"""Q07: planned test calls are tagged, by their number or by a person, with a server or without."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import CallEvent, CallTagged, EndedFact, Fact, Offered
from launch.commands import calls
from launch.serving.tagging import TagOrders, tag_call, tag_for, tags_of
from ledger.opening import LEDGER_FILE
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter


def placed(state: Path, *, over: bool = True, ani: str = "13800001234") -> str:
    """A call in a ledger; its id."""
    clock = ManualClock()
    with LedgerWriter(state / LEDGER_FILE) as writer:
        call = Call(clock, writer)
        call.record(offer(ani))
        if over:
            call.record(EndedFact(end_reason="completed", disposition="served"))
    return call.id


def offer(ani: str) -> Offered:
    return Offered(
        uniqueid="1.1",
        ani=ani,
        dnis="1000",
        caller_name="",
        direction="inbound",
        flow="greetings",
        channel="PJSIP/trunk-1",
    )


def tags(state: Path, call_id: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The tag in the call's row, and the facts behind it."""
    with LedgerReader(state / LEDGER_FILE) as reader:
        facts = [dict(one.data) for one in reader.events(call_id) if one.kind == "tagged"]
        return reader.call(call_id).tag, facts


def run(state: Path, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    calls.register(app)
    done = CliRunner().invoke(app, [*arguments, "--state", str(state)])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("ani", "numbers", "tag"),
    [
        ("13800001234", ("13800001234",), "mystery"),
        ("+8613800001234", ("13800001234",), "mystery"),
        ("13800001234", ("008613800001234",), "mystery"),
        ("8602161234567", ("02161234567",), "mystery"),
        ("13800001235", ("13800001234",), ""),
        ("3800001234", ("13800001234",), ""),
        ("", ("13800001234",), ""),
        ("8612", ("12",), ""),
        ("13800001234", (), ""),
    ],
)
def test_a_planned_callers_number_is_known_with_and_without_the_country_code(
    ani: str, numbers: tuple[str, ...], tag: str
) -> None:
    assert tag_for(ani, numbers) == tag


def test_a_call_that_a_person_has_tagged_is_left_as_it_is() -> None:
    asked = tags_of(["13800001234"])
    offered = CallEvent("c", 1, ManualClock().utc_now(), 0, "offered", offer("13800001234").data())
    tagged = offered._replace(seq=2, kind="tagged", data={"tag": "test", "by": "qa"})

    assert asked([offered]) == (CallTagged(tag="mystery", by="settings"),)
    assert asked([offered, tagged]) == ()
    assert asked([]) == ()


def test_without_a_server_a_call_is_tagged_and_untagged_at_once(tmp_path: Path) -> None:
    call_id = placed(tmp_path)

    assert run(tmp_path, "calls", "tag", call_id[:15], "mystery") == (
        0,
        f"Call {call_id} is tagged mystery.\n",
    )
    tag, facts = tags(tmp_path, call_id)
    assert (tag, facts[0]["tag"]) == ("mystery", "mystery")
    assert facts[0]["by"].startswith("terminal:")
    assert run(tmp_path, "calls", "tag", call_id, "none")[0] == 0
    assert not tags(tmp_path, call_id)[0]


def test_a_word_that_is_no_tag_is_refused(tmp_path: Path) -> None:
    code, told = run(tmp_path, "calls", "tag", placed(tmp_path), "secret")

    assert code == 2
    assert "mystery" in told


def test_a_call_that_never_ended_waits_for_a_server(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="not over"):
        tag_call(tmp_path, placed(tmp_path, over=False), "test", "qa")


def test_with_a_server_the_order_is_carried_out_by_it_also_for_a_live_call(tmp_path: Path) -> None:
    call_id = placed(tmp_path)
    with LedgerWriter(tmp_path / LEDGER_FILE) as server:
        orders, over = TagOrders(tmp_path), threading.Event()

        def serve() -> None:
            while not over.wait(0.02):
                orders.carry_out(server)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            assert tag_call(tmp_path, call_id, "mystery", "qa")
        finally:
            over.set()
            serving.join()
    assert tags(tmp_path, call_id) == ("mystery", [{"tag": "mystery", "by": "qa"}])
    assert list((tmp_path / "orders").iterdir()) == []


def test_a_server_that_does_not_answer_keeps_the_order(tmp_path: Path) -> None:
    call_id = placed(tmp_path)
    with LedgerWriter(tmp_path / LEDGER_FILE) as server:
        assert not tag_call(tmp_path, call_id, "test", "qa", patience_s=0.1)
        assert TagOrders(tmp_path).carry_out(server) == 1
        assert TagOrders(tmp_path).carry_out(server) == 0
    assert tags(tmp_path, call_id)[0] == "test"


def test_a_file_that_is_no_order_stops_no_other(tmp_path: Path) -> None:
    class Sink:
        def __init__(self) -> None:
            self.facts: list[tuple[str, Fact]] = []

        def append_late(self, call_id: str, fact: Fact) -> None:
            self.facts.append((call_id, fact))

        async def durable(self) -> None:
            return

    orders, sink = TagOrders(tmp_path), Sink()
    orders.give("call-1", "test", "qa")
    for name, text in (("a", "no json"), ("b", "[]"), ("c", json.dumps({"call": "x"}))):
        (tmp_path / "orders" / f"{name}.tag").write_text(text, encoding="utf-8")

    assert orders.carry_out(sink) == 1
    assert sink.facts == [("call-1", CallTagged(tag="test", by="qa"))]
