"""The desk's process is killed in mid-call: the next one coaches on where it was."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from callflow.house import House
from desk.coaching.coach import Coach
from desk.coaching.journal import Journal, sweep
from tests.callers.house import SCRIPTS
from tests.desk.coached import RECORD, Desk, HandOffice

STATE = pytest.fixture(name="state")(lambda tmp_path: tmp_path / "state")


def _file(state: Path, desk: Desk) -> Path:
    return state / "coaching" / f"{desk.call.id}.801.jsonl"


async def test_the_same_step_and_the_same_repeat_are_on_the_screen_again(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(4100)
    await desk.confirm("hello")
    await desk.sounds(4100)
    before = desk.script
    assert before.count == (2, 2)

    assert await desk.killed() is not None

    assert desk.script == before
    assert desk.line == "hello"
    assert len(desk.of("saying")) == 4  # the line was shown once, before and after
    await desk.confirm("hello")
    await desk.sounds(4100)
    assert desk.line == "no_voice"
    steps = [f"{step['flow']}.{step['step']}" for step in desk.of("stepped")]
    assert steps.count("silent_call.call_out") == 2
    await desk.end()


async def test_a_window_begins_anew_and_a_hold_is_remembered(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(3000)
    desk.coach.hold(on=True)

    await desk.killed()
    await desk.sounds(5000)

    clock = desk.script.clock
    assert clock is not None
    assert (clock.spent_ms, clock.held_by) == (0, "hold")
    desk.coach.hold(on=False)
    await desk.sounds(3900)
    assert desk.of("heard") == []
    await desk.sounds(200)
    assert desk.of("heard")[0]["what"] == "silence"
    assert desk.of("held") == [{"on": True}, {"on": False}]
    await desk.end()


async def test_a_form_stands_as_it_was_typed(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()
    desk.coach.form_draft("call_record", {"name": "王", "matter": "漏水\n二楼"})

    await desk.killed()

    form = desk.script.form
    assert form is not None
    typed = {each.name: each.value for each in form.fields if each.value}
    assert typed == {"name": "王", "matter": "漏水\n二楼"}
    assert desk.coach.form_done("call_record", RECORD) == ""
    await desk.confirm("read_back")
    await desk.killed()
    assert desk.line == "details"
    assert desk.script.line is not None
    assert "一号楼" in desk.script.line.text
    assert desk.script.said is not None
    assert desk.script.said.name == "read_back"
    await desk.end()


async def test_what_the_back_office_told_is_not_asked_again(state: Path) -> None:
    files = {"customers": {"13800001234": {"name": "赵", "address": "二号楼"}}}
    desk = Desk(state=state, office=HandOffice(files=files))
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()
    asked = len(desk.of("looked_up"))
    assert asked == 2

    await desk.killed()

    assert desk.line == "addressed"
    assert desk.script.line is not None
    assert "赵" in desk.script.line.text
    assert len(desk.of("looked_up")) == asked
    await desk.end()


async def test_rules_are_rebuilt_from_the_facts(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(4100)
    before = [(due.id, due.what) for due in desk.coach.due()]
    assert ("A11", "您好") in before

    await desk.killed()

    assert [(due.id, due.what) for due in desk.coach.due()] == before
    await desk.end()


async def test_a_flow_that_was_over_is_over(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()
    desk.coach.branch("wrong_number")
    await desk.confirm("wrong_number")

    await desk.killed()

    assert desk.script.over
    left = await desk.end()
    assert left["disposition"] == "wrong_number"


async def test_a_call_killed_twice_goes_on_twice(state: Path) -> None:
    desk = Desk(state=state)
    await desk.killed()
    await desk.confirm("greeting")
    await desk.killed()

    assert desk.line == "how_may_i_help"
    await desk.confirm("how_may_i_help")
    assert [name for name, _ in desk.lines] == ["greeting", "how_may_i_help"]
    await desk.end()


async def test_nothing_is_kept_of_a_call_that_is_over_and_its_file_is_the_owners(
    state: Path,
) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    file = _file(state, desk)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    await desk.end()

    assert not file.exists()
    assert await desk.killed() is None


async def test_a_line_cut_off_by_the_kill_is_passed_over(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    file = _file(state, desk)
    file.write_text(file.read_text("utf-8") + '{"at": "silent_call.ask", "outc', "utf-8")

    await desk.killed()

    assert desk.line == "how_may_i_help"
    await desk.end()


@pytest.mark.parametrize(
    "text",
    ["", "not json\n", '{"talk": 3}\n', '{"talk": {"agent": "801"}}\n', '{"form": "x"}\n', "[]\n"],
)
async def test_a_damaged_file_is_none(state: Path, text: str) -> None:
    desk = Desk(state=state)
    await desk.settle()
    _file(state, desk).write_text(text, "utf-8")

    assert await desk.killed() is None
    await desk.end()


async def test_a_damaged_outcome_leaves_the_call_as_far_as_it_can_be_read(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    file = _file(state, desk)
    bad = json.dumps({"at": "silent_call.ask", "outcome": {"kind": "Boom"}})
    file.write_text(file.read_text("utf-8") + bad + "\n", "utf-8")

    await desk.killed()

    assert desk.line == "how_may_i_help"
    await desk.end()


async def test_a_flow_changed_meanwhile_is_followed_as_far_as_it_leads(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    texts = {str(path): path.read_text("utf-8") for path in SCRIPTS.glob("*.yaml")}
    texts |= {str(path): path.read_text("utf-8") for path in (SCRIPTS / "forms").glob("*.yaml")}
    flow = str(SCRIPTS / "agent_call.yaml")
    texts[flow] = texts[flow].replace("welcome", "hallo")
    desk.means = type(desk.means)(
        **{
            **{name: getattr(desk.means, name) for name in desk.means.__slots__},
            "house": House.of_texts(texts),
        }
    )

    await desk.killed()

    assert desk.script.step == "hallo"
    assert desk.line == "greeting"
    await desk.end()


async def test_a_desk_that_is_stopped_leaves_the_call_to_the_next_one(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    desk.coach.leave()
    await desk.coach.closed()
    assert desk.lines == [("greeting", "confirmed")]

    await desk.killed()

    assert desk.line == "how_may_i_help"
    await desk.end()


async def test_a_call_that_went_on_to_another_agent_is_resumed_there(state: Path) -> None:
    desk = Desk(state=state)
    await desk.confirm("greeting")
    first = desk.coach
    desk.coach = Coach.begin(replace(desk.talk, agent="802"), desk.means, lambda: None)
    await desk.settle()
    first.stop("agent")
    await first.closed()

    resumed = await desk.killed()

    assert resumed is not None
    assert resumed.agent == "802"
    await desk.end()


async def test_calls_that_ended_while_no_desk_was_there_are_swept_out(state: Path) -> None:
    gone, live = Desk(state=state), Desk(state=state)
    await gone.confirm("greeting")
    await live.confirm("greeting")
    gone.coach.leave()

    assert sweep(state / "coaching", {live.call.id}) == 1

    assert not _file(state, gone).exists()
    assert _file(state, live).exists()
    await live.end()


def test_a_disk_that_fails_is_not_the_calls_trouble(tmp_path: Path) -> None:
    (tmp_path / "coaching").write_text("a file where the folder should be")
    journal = Journal(tmp_path / "coaching", "20260105-090000-abc", "801")

    journal.begin({"agent": "801"})
    journal.drafted("form", {"name": "王"})
    journal.forget()

    assert journal.read() is None
