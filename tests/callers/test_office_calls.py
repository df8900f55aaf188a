"""Simulated callers on the real server with the real back office."""

from __future__ import annotations

from pathlib import Path

import pytest

from callers.fastagi import call_over_fastagi
from callers.loader import read_persona
from callers.queue_plan import QueuePlan
from callers.result import CallResult
from casework.directories import Directories
from casework.office import HouseOffice
from tests.agi.small_office import Office, office
from tests.support.site_plugin import level_of

FLOW = """
    flow: greetings
    title: {en: Help}
    steps:
      look:
        lookup: {in: customers, by: ani, store: [account]}
        on: {found: level, not_found: end unknown, error: end broken}
      level:
        do: {plugin: level_of, with: {account: "{account}"}, store: [level]}
        on: {timeout: end late, error: promise}
      over:
        transfer: {to: technician, wait: 2s}
        on: {answered: end served, busy: promise, no_answer: promise, failed: end closed}
      promise:
        promise: {about: repair, within: 1h}
        on: {ok: end promised, error: end broken}
"""


async def call(
    folder: Path, plan: QueuePlan, *, account: str = "K-7", persona: str = "answers: [silent]\n"
) -> tuple[CallResult, Office]:
    (folder / "customers.csv").write_text(f"key,account\n13812345678,{account}\n", "utf-8")
    directories = Directories(folder)
    directories.refresh()
    back_office = HouseOffice(directories, plugins={"level_of": level_of})
    who = read_persona("persona: somebody\nvoice: zh_m\n" + persona, "some.yaml")
    async with office(FLOW, folder, back_office=back_office) as there:
        host, port = there.address
        result = await call_over_fastagi(
            who, host, port, ani="+86 138-1234-5678", queue=plan, monitor=folder
        )
    return result, there


def ended(there: Office) -> tuple[str, str]:
    data = there.sink.of("ended")[0]
    return data["end_reason"], data["disposition"]


async def test_a_caller_is_found_and_talks_to_the_technician(tmp_path: Path) -> None:
    plan = QueuePlan(agent="803", answers_after_ms=150, talks_ms=250)
    result, there = await call(tmp_path, plan)

    (transferred,) = there.sink.of("transferred")
    assert transferred["result"] == "answered"
    assert transferred["waited_ms"] >= 150
    assert transferred["talked_ms"] >= 200
    assert ended(there) == ("completed", "served")
    assert not result.fell_back


@pytest.mark.parametrize(
    ("plan", "result", "disposition"),
    [
        (QueuePlan(refused="busy"), "busy", "promised"),
        (QueuePlan(refused="failed"), "failed", "closed"),
        (QueuePlan(), "no_answer", "promised"),
    ],
)
async def test_a_technician_who_cannot_be_had_leaves_a_promise(
    tmp_path: Path, plan: QueuePlan, result: str, disposition: str
) -> None:
    _, there = await call(tmp_path, plan)

    assert there.sink.of("transferred")[0]["result"] == result
    assert ended(there) == ("completed", disposition)
    assert len(there.sink.of("promised")) == (disposition == "promised")


async def test_a_caller_who_leaves_while_it_rings_there_hung_up(tmp_path: Path) -> None:
    _, there = await call(tmp_path, QueuePlan(agent="803"), persona="hang_up: {queued: 200ms}\n")

    assert there.sink.of("transferred")[0]["result"] == "abandoned"
    assert ended(there) == ("caller_hung_up", "hung_up")


async def test_a_plug_in_that_fails_on_a_callers_data_takes_the_route_of_errors(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, there = await call(tmp_path, QueuePlan(), account="K-secret")

    assert there.sink.of("fault") == [{"where": "plugin level_of", "problem": "ValueError"}]
    assert ended(there) == ("completed", "promised")
    assert "K-secret" not in "".join(capfd.readouterr())
