"""An agent coached through the house's own flows, frames by hand."""

from __future__ import annotations

import asyncio

import pytest

from calls.events import HungUpFact
from tests.agi.ears.sounds import FAINT, NOISE, QUIET, SPEECH
from tests.desk.coached import RECORD, Desk, HandMover, HandOffice


async def _talking(desk: Desk) -> None:
    """Up to the form: greeted, asked, answered."""
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()
    assert desk.script.form is not None


async def _recorded(desk: Desk) -> None:
    """Up to the menu of what to do about it."""
    await _talking(desk)
    assert desk.coach.form_done("call_record", RECORD) == ""
    await desk.confirm("read_back")
    await desk.confirm("details")
    await desk.answered()
    assert desk.coach.pick("1") == ""
    await desk.settle()
    assert desk.script.step == "how"


async def test_a_whole_call_is_coached_to_the_goodbye_and_leaves_its_facts() -> None:
    desk = Desk()
    await desk.settle()
    view = desk.script
    assert (view.flow, view.step) == ("agent_call", "welcome")
    assert view.line is not None
    assert "801" in view.line.text
    assert view.next_lines[0] == "请问有什么可以帮到您？"

    await _recorded(desk)
    assert [choice.name for choice in desk.script.picks] == ["1", "2", "3", "4"]
    assert desk.coach.pick("1") == ""
    await desk.confirm("answer", "changed")
    await desk.confirm("anything_else")
    await desk.sounds(4100)
    await desk.confirm("closing_named")

    assert desk.coach.over
    assert desk.script.over
    assert desk.coach.disposition == "served"
    assert desk.script.branches == ()
    left = await desk.end()
    assert left["disposition"] == "served"
    assert left["phone"] == "13912345678"
    assert "performer" not in left
    assert desk.lines == [
        ("greeting", "confirmed"),
        ("how_may_i_help", "confirmed"),
        ("read_back", "confirmed"),
        ("details", "confirmed"),
        ("answer", "changed"),
        ("anything_else", "confirmed"),
        ("closing_named", "confirmed"),
    ]
    assert {said["performer"] for said in desk.of("said")} == {"agent"}
    assert [heard["what"] for heard in desk.of("heard")] == ["speech", "speech", "silence"]
    assert desk.of("form_filled") == [{"form": "call_record", "result": "ok", "values": RECORD}]
    assert [key["digits"] for key in desk.of("key")] == ["1", "1"]
    assert desk.coach.broken() == ()


async def test_a_silent_caller_is_called_out_to_twice_with_the_count_and_the_clock() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(1000)

    clock = desk.script.clock
    assert clock is not None
    assert (clock.what, clock.spent_ms, clock.whole_ms, clock.runs) == ("silence", 1000, 4000, True)
    assert desk.script.count is None
    await desk.sounds(3000)
    assert desk.line == "hello"
    assert desk.script.count == (1, 2)
    assert any(due.id == "A11" and due.what == "您好" for due in desk.coach.due())
    await desk.confirm("hello")
    await desk.sounds(4000)
    assert desk.script.count == (2, 2)
    await desk.confirm("hello")
    await desk.sounds(4000)
    await desk.confirm("no_voice")

    assert desk.coach.disposition == "silent"
    desk.call.record(HungUpFact(by="us"))
    assert desk.coach.broken() == ()
    windows = [heard["to_ms"] - heard["from_ms"] for heard in desk.of("heard")]
    assert windows == [4000, 4000, 4000]
    await desk.end("agent")


async def test_the_silent_call_that_is_given_up_too_soon_is_marked_broken() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(4100)
    await desk.confirm("hello", "skipped")
    await desk.sounds(4100)
    await desk.confirm("hello", "skipped")
    await desk.sounds(4100)
    await desk.confirm("no_voice")

    assert "A11" in [rule.id for rule in desk.coach.broken()]
    assert [said["ended"] for said in desk.of("said")][2:4] == ["skipped", "skipped"]
    await desk.end()


async def test_a_noisy_line_is_waited_for_ten_seconds_on_the_callers_audio() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(4500, caller=NOISE)
    assert desk.line == "ask_louder"
    await desk.confirm("ask_louder")
    await desk.sounds(6000, caller=NOISE)

    clock = desk.script.clock
    assert clock is not None
    assert (clock.what, clock.spent_ms, clock.whole_ms) == ("noise", 6000, 10_000)
    assert desk.coach.hearing().what == "noise"
    await desk.sounds(4100, caller=NOISE)
    assert desk.line == "noise_closing"
    await desk.end()


async def test_a_faint_caller_is_asked_to_speak_up() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(300)
    await desk.sounds(1500, caller=FAINT)
    await desk.sounds(900)

    assert desk.line == "speak_up"
    assert desk.script.count == (1, 2)
    await desk.end()


async def test_the_clock_stands_while_the_caller_is_on_hold_and_goes_on_after() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(2000)
    desk.coach.hold(on=True)
    desk.coach.hold(on=True)
    await desk.sounds(30_000)

    clock = desk.script.clock
    assert clock is not None
    assert (clock.spent_ms, clock.runs, clock.held_by) == (2000, False, "hold")
    desk.coach.hold(on=False)
    await desk.sounds(1900)
    assert desk.of("heard") == []
    await desk.sounds(200)

    (heard,) = desk.of("heard")
    assert heard["what"] == "silence"
    # The window's times are the call's own: the hold lies inside it.
    assert heard["to_ms"] - heard["from_ms"] == 34_000
    assert desk.of("held") == [{"on": True}, {"on": False}]
    await desk.end()


async def test_what_the_caller_says_on_hold_answers_nothing() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    desk.coach.music(on=True)
    await desk.sounds(200)
    await desk.sounds(2000, caller=SPEECH)
    await desk.sounds(1000)

    clock = desk.script.clock
    assert clock is not None
    assert clock.held_by == "music"
    assert desk.of("heard") == []
    assert desk.of("held") == []
    await desk.end()


async def test_a_line_that_the_agent_is_heard_to_say_goes_on_by_itself() -> None:
    desk = Desk()
    await desk.settle()
    await desk.sounds(400)
    await desk.sounds(3200, agent=SPEECH)
    assert desk.line == "greeting"
    await desk.sounds(700)

    assert desk.line == "how_may_i_help"
    (said,) = desk.of("said")
    assert (said["noted"], said["ended"]) == ("heard", "completed")
    # By the agent's own leg, to the frame.
    assert (said["start_ms"], said["end_ms"]) == (400, 3600)
    await desk.sounds(1800, agent=SPEECH)
    await desk.sounds(3300)
    clock = desk.script.clock
    assert clock is not None
    # The window runs from the agent's last word, not from when it was known to be the last.
    assert clock.spent_ms == 3300
    await desk.end()


async def test_a_cough_is_no_line_and_neither_is_its_beginning() -> None:
    desk = Desk()
    await desk.settle()
    await desk.sounds(300, agent=SPEECH)
    await desk.sounds(2000)

    assert desk.line == "greeting"
    assert desk.of("said") == []
    await desk.end()


async def test_what_is_said_while_the_caller_is_on_hold_is_no_line() -> None:
    desk = Desk()
    await desk.settle()
    await desk.sounds(200)
    desk.coach.hold(on=True)
    await desk.sounds(5000, agent=SPEECH)
    await desk.sounds(1000)
    desk.coach.hold(on=False)
    await desk.sounds(1000)
    assert desk.line == "greeting"

    await desk.sounds(3000, agent=SPEECH)
    await desk.sounds(700)
    assert desk.line == "how_may_i_help"
    assert desk.of("said")[0]["start_ms"] == 7200
    await desk.end()


async def test_the_agents_own_speech_stops_the_clock() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(1000)
    await desk.sounds(2000, agent=SPEECH)
    clock = desk.script.clock
    assert clock is not None
    assert (clock.runs, clock.held_by) == (False, "agent_speaks")
    assert desk.coach.hearing().agent_speaks
    await desk.sounds(1600)

    clock = desk.script.clock
    assert clock is not None
    assert clock.runs
    assert clock.spent_ms == 2600
    await desk.end()


async def test_a_caller_who_answers_at_once_is_heard_though_the_line_was_known_late() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.sounds(200)
    await desk.sounds(2000, agent=SPEECH)
    await desk.sounds(100)
    await desk.sounds(300, caller=SPEECH)
    await desk.sounds(1200)

    (heard,) = desk.of("heard")
    assert heard["what"] == "speech"
    assert heard["from_ms"] == 2300
    await desk.end()


async def test_a_late_key_is_refused_by_the_lines_name() -> None:
    desk = Desk()
    await desk.confirm("greeting")

    assert desk.coach.line_done("greeting", "confirmed") == "late"
    assert desk.line == "how_may_i_help"
    assert desk.coach.pick("1") == "late"
    assert desk.coach.form_done("call_record", RECORD) == "late"
    assert desk.coach.form_left("call_record") == "late"
    assert desk.coach.branch("upset") == "not_now"
    assert desk.coach.branch("no_such") == "not_now"
    await desk.end()


async def test_two_keys_at_once_confirm_one_line() -> None:
    desk = Desk()
    await desk.settle()

    assert desk.coach.line_done("greeting", "confirmed") == ""
    assert desk.coach.line_done("greeting", "confirmed") == "late"
    await desk.settle()
    assert desk.lines == [("greeting", "confirmed")]
    await desk.end()


BRANCHES = {
    "upset": "calming",
    "dialect": "mandarin_please",
    "beyond_me": "beyond_me",
    "wrong_number": "wrong_number",
}


@pytest.mark.parametrize("branch", BRANCHES)
async def test_a_branch_is_one_key_away_while_a_form_is_open(branch: str) -> None:
    desk = Desk()
    await _talking(desk)
    offered = {choice.name: choice.title for choice in desk.script.branches}
    assert set(BRANCHES) <= set(offered)
    assert offered["upset"] == {"zh": "客户情绪激动", "en": "An upset caller"}

    assert desk.coach.branch(branch) == ""
    await desk.settle()

    assert desk.line == BRANCHES[branch]
    assert desk.of("branched") == [{"branch": branch}]
    await desk.end()


async def test_after_an_upset_caller_the_form_is_there_again_with_what_was_typed() -> None:
    desk = Desk()
    await _talking(desk)
    assert desk.coach.form_draft("call_record", {"name": "王", "matter": "停"}) == ""
    desk.coach.branch("upset")
    await desk.confirm("calming")
    await desk.confirm("concrete_question")
    await desk.answered()

    form = desk.script.form
    assert form is not None
    assert {each.name: each.value for each in form.fields}["matter"] == "停"
    assert desk.of("form_filled") == []
    await desk.end()


async def test_a_branch_out_of_a_line_leaves_that_line_unsaid() -> None:
    desk = Desk()
    await _recorded(desk)
    desk.coach.pick("1")
    await desk.settle()
    assert desk.line == "answer"

    assert desk.coach.branch("thanks_first") == ""
    await desk.confirm("closing_thanks")

    assert ("answer", "skipped") in desk.lines
    assert desk.coach.disposition == "served"
    await desk.end()


async def test_a_wrong_number_ends_so_unless_their_matter_is_on_record() -> None:
    desk = Desk()
    await _talking(desk)
    desk.coach.branch("wrong_number")
    await desk.confirm("wrong_number")
    assert desk.coach.disposition == "wrong_number"
    await desk.end()

    other = Desk()
    await _recorded(other)
    other.coach.branch("wrong_number")
    await other.settle()
    assert other.script.step == "how"
    await other.end()


async def test_a_branch_out_of_a_window_withdraws_it() -> None:
    desk = Desk()
    await _recorded(desk)
    desk.coach.branch("upset")
    await desk.confirm("calming")
    await desk.confirm("concrete_question")
    await desk.sounds(500)
    assert desk.coach.branch("dialect") == ""
    await desk.settle()

    assert desk.line == "mandarin_please"
    heard = len(desk.of("heard"))
    await desk.sounds(9000)
    assert len(desk.of("heard")) == heard
    await desk.end()


async def test_a_fault_of_the_line_is_told_the_technician_and_the_call_transferred() -> None:
    mover = HandMover()
    desk = Desk(mover=mover)
    await _talking(desk)
    desk.coach.branch("line_fault")
    await desk.confirm("line_fault")

    assert mover.moved == ["duty"]
    assert desk.of("ticket_opened")[0]["ticket_class"] == "fault"
    assert desk.of("transferred")[0]["result"] == "answered"
    assert desk.coach.disposition == "transferred"
    await desk.end("agent")


async def test_a_transfer_that_nobody_can_make_goes_the_way_of_the_unreached() -> None:
    desk = Desk()
    await _talking(desk)
    desk.coach.form_done("call_record", RECORD)
    await desk.settle()
    desk.coach.branch("line_fault")
    await desk.confirm("line_fault")

    assert desk.of("transferred") == []
    assert desk.line == "closing_pending"
    assert desk.of("promised")[0]["number"] == "13912345678"
    await desk.end()


async def test_a_dialect_goes_to_a_colleague_or_to_a_promised_call() -> None:
    desk = Desk(mover=HandMover())
    await _recorded(desk)
    desk.coach.branch("dialect")
    await desk.confirm("mandarin_please")
    await desk.sounds(8100)
    assert desk.script.step == "judge"
    assert desk.coach.pick("2") == ""
    await desk.confirm("hand_over")

    # The queue of colleagues cannot be had: what began there is over, and the flow goes on.
    assert [left["result"] for left in desk.of("left_queue")] == ["failed"]
    await desk.confirm("take_number")
    assert desk.of("promised")[0]["number"] == "13912345678"
    await desk.confirm("closing_pending")
    assert desk.coach.disposition == "promised"
    await desk.end()


async def test_a_line_that_falls_under_a_transfer_ends_the_flow() -> None:
    mover = HandMover(waits=asyncio.Event())
    desk = Desk(mover=mover)
    await _talking(desk)
    desk.coach.branch("line_fault")
    await desk.confirm("line_fault")
    assert desk.coach.branch("upset") == "not_now"

    left = await asyncio.wait_for(desk.end(), 5)

    assert "disposition" not in left


async def test_a_caller_who_hangs_up_ends_the_line_on_the_screen() -> None:
    desk = Desk()
    await desk.settle()

    left = await desk.end("caller")

    assert "disposition" not in left
    assert desk.of("said")[-1]["ended"] == "hangup"
    assert desk.coach.line_done("greeting", "confirmed") == "over"
    kinds = [event.kind for event in desk.sink.events]
    assert kinds[-1] == "said"
    assert await desk.end("caller") == left


async def test_a_form_with_unfit_fields_says_which_and_is_kept() -> None:
    desk = Desk()
    await _talking(desk)

    assert desk.coach.form_done("call_record", {"phone": "abc", "name": "王"}) == "unfit"

    form = desk.script.form
    assert form is not None
    problems = {each.name: each.problem for each in form.fields if each.problem}
    assert problems == {"phone": "phone", "matter": "required", "handled": "required"}
    assert {each.name: each.value for each in form.fields}["name"] == "王"
    assert desk.of("form_filled") == []
    # The panel's draft of the last key comes behind the submit, with all fields.
    typed = {"phone": "abc", "name": "王五", "matter": "", "handled": "已答复"}
    assert desk.coach.form_draft("call_record", typed) == ""
    form = desk.script.form
    assert form is not None
    problems = {each.name: each.problem for each in form.fields if each.problem}
    assert problems == {"phone": "phone", "matter": "required"}
    assert desk.coach.form_done("call_record", RECORD) == ""
    await desk.end()


async def test_a_form_that_is_left_is_cancelled_and_nothing_of_it_is_lost() -> None:
    desk = Desk("agent_call")
    await _talking(desk)
    desk.coach.form_draft("call_record", {"name": "王"})
    assert desk.coach.form_left("call_record") == ""
    await desk.settle()

    form = desk.script.form
    assert form is not None
    assert {each.name: each.value for each in form.fields}["name"] == "王"
    assert desk.of("form_filled")[0]["result"] == "cancelled"
    await desk.end()


HOSTILE = "\x1b[31m[bold]王[/]{{7*7}}{name}\u202e<b>'\";--"


async def test_hostile_text_in_a_form_is_text_everywhere() -> None:
    desk = Desk()
    await _talking(desk)
    hostile = {**RECORD, "name": HOSTILE, "address": HOSTILE, "matter": f"一\n{HOSTILE}"}
    assert desk.coach.form_done("call_record", hostile) == ""
    await desk.confirm("read_back")

    line = desk.script.line
    assert line is not None
    assert "[bold]王[/]{{7*7}}{name}<b>" in line.text
    assert "\x1b" not in line.text
    assert "\u202e" not in line.text
    assert "\n" not in line.text
    values = desk.of("form_filled")[0]["values"]
    assert "\x1b" not in values["name"]
    assert values["matter"].startswith("一\n")
    await desk.end()


async def test_without_ears_everything_goes_by_keys() -> None:
    desk = Desk(deaf=True)
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    clock = desk.script.clock
    assert clock is not None
    assert (clock.held_by, clock.runs) == ("no_ears", False)
    told = {choice.name: choice.title["zh"] for choice in desk.script.picks}
    assert told["1"] == "客户回答了"
    assert desk.coach.pick("9") == "not_now"
    assert desk.coach.pick("1") == ""
    await desk.settle()

    assert desk.script.form is not None
    heard = desk.of("heard")[0]
    assert (heard["what"], heard["reason"]) == ("speech", "told by the agent")
    await desk.end()


async def test_a_tap_that_breaks_off_is_had_again_and_the_window_begins_anew() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(3000)
    desk.ears.cut("PJSIP/trunk-00000001")
    await desk.settle()
    assert desk.script.clock is not None
    assert desk.script.clock.held_by == "no_ears"
    for _ in range(40):
        await asyncio.sleep(0.05)
        await desk.settle()
        if desk.script.clock.held_by == "":
            break

    await desk.sounds(3900)
    assert desk.of("heard") == []
    await desk.sounds(200)
    assert desk.of("heard")[0]["what"] == "silence"
    await desk.end()


async def test_a_back_office_that_breaks_is_an_outcome_and_the_talk_goes_on() -> None:
    desk = Desk(office=HandOffice(fails=True))
    await desk.confirm("greeting")

    assert desk.line == "how_may_i_help"
    assert [fault["where"] for fault in desk.of("fault")] == ["coach"]
    await desk.end()


async def test_a_customer_on_file_is_addressed_by_name() -> None:
    files = {"customers": {"13800001234": {"name": "赵", "address": "二号楼"}}}
    desk = Desk(office=HandOffice(files=files))
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()

    assert desk.line == "addressed"
    assert desk.script.line is not None
    assert "赵" in desk.script.line.text
    await desk.confirm("addressed")
    form = desk.script.form
    assert form is not None
    assert {each.name: each.value for each in form.fields}["address"] == "二号楼"
    await desk.end()


async def test_an_agent_who_talks_over_a_window_with_hold_inside_loses_no_time() -> None:
    desk = Desk()
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.sounds(1000)
    await desk.sounds(1000, agent=SPEECH)
    desk.coach.hold(on=True)
    await desk.sounds(3000, caller=NOISE)
    desk.coach.hold(on=False)
    await desk.sounds(1000, caller=QUIET)

    clock = desk.script.clock
    assert clock is not None
    assert clock.spent_ms == 2000
    await desk.end()


async def test_a_talk_without_a_flow_is_still_heard_and_ruled() -> None:
    desk = Desk("")
    await desk.settle()
    await desk.sounds(500, caller=SPEECH)

    assert desk.coach.script() is None
    assert desk.coach.hearing().what == "speech"
    assert desk.coach.line_done("greeting", "confirmed") == "over"
    assert await desk.end() == {}


async def test_a_flow_that_the_house_lost_is_a_talk_without_one() -> None:
    desk = Desk("gone_flow")
    await desk.settle()

    assert desk.coach.script() is None
    await desk.end()


async def test_a_panel_that_breaks_does_not_end_the_coaching() -> None:
    desk = Desk()

    def breaks() -> None:
        raise RuntimeError("a panel's fault")

    desk.coach._changed_outside = breaks
    await desk.confirm("greeting")
    await desk.confirm("how_may_i_help")
    await desk.answered()

    assert desk.script.form is not None
    assert desk.of("fault") == []
    await desk.end()
