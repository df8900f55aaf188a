"""Each act of a flow performed by an agent, in flows written for the purpose."""

from __future__ import annotations

import asyncio
from textwrap import dedent

from callflow.house import House
from calls.actions import RecordCommand
from calls.floor import orders
from calls.values import Value
from tests.agi.ears.sounds import SPEECH
from tests.desk.coached import Desk, HandMover

LINES = """
words: {zh-Hans: 请说, zh-Hant: 請說, en: Go ahead}
more: {zh-Hans: 还有吗, zh-Hant: 還有嗎, en: Anything else}
bye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
FORM = """
form: visit
title: {zh: 上门, en: Visit}
fields:
  floor: {label: {zh: 楼层, en: Floor}, type: number}
  day: {label: {zh: 日期, en: Day}, type: date, required: true}
  urgent: {label: {zh: 急, en: Urgent}, type: flag}
  trade: {label: {zh: 工种, en: Trade}, type: choice, choices: {water: {zh: 水}, power: {zh: 电}}}
  number: {label: {zh: 电话, en: Number}, type: phone}
"""


def desk(steps: str, mover: HandMover | None = None) -> Desk:
    """A call on a flow of these steps."""
    flow = "flow: f\ntitle: {zh: 试, en: Try}\nperformer: agent\n"
    if any(f"{act}:" in steps for act in ("listen", "menu", "ask")):
        flow += "always: {noise: end noise, faint: end faint}\n"
    flow += "steps:\n" + dedent(steps).replace("\n", "\n  ")
    texts = {"lines.yaml": LINES, "f.yaml": flow, "forms/visit.yaml": FORM}
    return Desk("f", of=House.of_texts(texts), mover=mover)


async def test_digits_asked_for_are_typed_by_the_agent() -> None:
    one = desk(
        """
  number:
    say: words
    ask: {store: phone, digits: 3-6, attempts: 2, window: 20s, reprompt: more}
    on: {ok: done, exhausted: done}
  done:
    say: bye
    end: served"""
    )
    await one.confirm("words")
    assert one.script.ask == "phone"
    assert one.script.picks == ()
    assert one.coach.pick("12") == "digits"
    assert one.coach.pick("12ab") == "digits"
    assert one.coach.pick("１２３") == "digits"
    assert one.coach.pick("13800") == ""
    await one.confirm("bye")

    left = await one.end()
    assert left["phone"] == "13800"
    assert one.of("key")[0]["digits"] == "13800"


async def test_a_question_that_nobody_answers_is_asked_again_with_its_count() -> None:
    one = desk(
        """
  number:
    say: words
    ask: {store: phone, digits: 3-6, attempts: 2, window: 3s, reprompt: more}
    on: {ok: done, exhausted: done}
  done:
    say: bye
    end: served"""
    )
    await one.confirm("words")
    assert one.script.count == (1, 2)
    await one.sounds(3100)

    assert one.line == "more"
    assert one.script.count == (2, 2)
    await one.end()


async def test_a_prompt_with_barge_in_is_said_first_and_then_the_window_opens() -> None:
    one = desk(
        """
  which:
    say: words
    barge_in: true
    menu: {keys: {"1": done}, window: 5s, attempts: 1}
    on: {speech: again, exhausted: done}
  done:
    say: bye
    end: served"""
    )
    await one.settle()
    assert one.line == "words"
    assert one.script.clock is None
    assert one.coach.pick("1") == "late"
    await one.confirm("words")
    assert one.line == ""
    assert one.script.clock is not None
    assert one.coach.pick("2") == "not_now"
    assert one.coach.pick("1") == ""
    await one.confirm("bye")
    assert [kind for kind, _ in one.lines] == ["words", "bye"]
    await one.end()


async def test_a_wait_is_shown_and_passes_by_itself() -> None:
    one = desk(
        """
  pause:
    wait: 200ms
  done:
    say: bye
    end: served"""
    )
    await one.settle()
    clock = one.script.clock
    assert clock is not None
    assert (clock.what, clock.whole_ms, clock.runs) == ("wait", 200, True)
    assert one.script.next_lines == ("再见",)
    await asyncio.sleep(0.3)
    await one.confirm("bye")
    await one.end()


async def test_recording_is_ordered_of_whoever_records() -> None:
    one = desk(
        """
  start: {record: pause}
  card:
    say: words
  go_on: {record: resume}
  done:
    say: bye
    end: served"""
    )
    await one.confirm("words")
    await one.confirm("bye")

    assert one.recorder.ordered == [RecordCommand.PAUSE, RecordCommand.RESUME]
    await one.end()


async def test_a_transfer_that_nobody_answers_comes_back_to_the_flow() -> None:
    mover = HandMover(result="no_answer")
    one = desk(
        """
  hand_on:
    transfer: {to: duty, wait: 5s}
    on: {answered: end transferred, busy: sorry, no_answer: sorry, failed: sorry, error: sorry}
  sorry:
    say: words
  done:
    say: bye
    end: served""",
        mover=mover,
    )
    await one.settle()
    assert one.line == "words"
    assert one.of("transferred")[0]["result"] == "no_answer"
    assert [kind for kind in ("transferring", "transferred") if one.of(kind)] == [
        "transferring",
        "transferred",
    ]
    await one.end()


async def test_every_type_of_field_is_taken_as_what_it_is() -> None:
    one = desk(
        """
  fill:
    form: visit
    on: {ok: done, cancelled: again}
  done:
    say: bye
    end: served"""
    )
    await one.settle()
    wrong = {
        "floor": "second",
        "day": "2026-02-30",
        "trade": "gas",
        "number": "12",
        "urgent": "maybe",
        "nothing_of_ours": "x",
    }
    assert one.coach.form_done("visit", wrong) == "unfit"
    form = one.script.form
    assert form is not None
    assert {each.name: each.problem for each in form.fields} == {
        "floor": "number",
        "day": "date",
        "urgent": "choice",
        "trade": "choice",
        "number": "phone",
    }
    right: dict[str, Value] = {
        "floor": "１２",
        "day": "2026-02-28",
        "trade": "water",
        "number": "+86 (139) 1234-5678",
        "urgent": True,
    }
    assert one.coach.form_draft("visit", {"day": "2026-02-28"}) == ""
    form = one.script.form
    assert form is not None
    assert {each.name: each.problem for each in form.fields}["day"] == ""
    assert one.coach.form_done("visit", right) == ""
    await one.confirm("bye")

    left = await one.end()
    filled = {name: left[name] for name in right}
    assert filled == {
        "floor": 12,
        "day": "2026-02-28",
        "trade": "water",
        "number": "+8613912345678",
        "urgent": True,
    }
    assert "nothing_of_ours" not in left


async def test_fields_that_may_be_empty_may_be_empty() -> None:
    one = desk(
        """
  fill:
    form: visit
    on: {ok: done, cancelled: again}
  done:
    say: bye
    end: served"""
    )
    await one.settle()

    assert one.coach.form_done("visit", {"day": "2026-02-28"}) == ""
    assert one.of("form_filled")[0]["values"] == {"day": "2026-02-28", "urgent": False}
    await one.end()


async def test_orders_of_the_panel_are_taken_as_they_come() -> None:
    one = desk(
        """
  ask:
    say: words
    listen: 4s
    on: {speech: fill, silence: fill}
  fill:
    form: visit
    on: {ok: done, cancelled: again}
  done:
    say: bye
    end: served"""
    )
    await one.settle()
    take = one.coach.take
    assert take(orders.Ready()) == "not_now"
    assert take(orders.LineDone(line="bye", how="confirmed")) == "late"
    assert take(orders.LineDone(line="words", how="changed")) == ""
    await one.settle()
    assert take(orders.Branch(name="upset")) == "not_now"
    assert take(orders.Pick(keys="speech")) == ""
    await one.settle()
    assert take(orders.FormDraft(form="visit", values={"floor": 3})) == ""
    assert take(orders.FormLeft(form="visit")) == ""
    await one.settle()
    assert take(orders.FormDone(form="visit", values={"day": "2026-01-01"})) == ""
    await one.confirm("bye")
    assert take(orders.LineDone(line="bye", how="confirmed")) == "over"
    await one.end()


async def test_a_flow_that_cannot_word_a_line_is_over_and_says_so() -> None:
    lines = LINES + 'lost: {zh-Hans: "{gone}", zh-Hant: "{gone}", en: "{gone}"}\n'
    flow = (
        "flow: f\ntitle: {zh: 试, en: Try}\nperformer: agent\nvariables: {gone: x}\n"
        "steps:\n  a:\n    say: words\n  b:\n    say: lost\n    end: served\n"
    )
    one = Desk("f", of=House.of_texts({"lines.yaml": lines, "f.yaml": flow}))
    await one.settle()
    del one.coach._flow.run.variables["gone"]  # type: ignore[union-attr]
    await one.confirm("words")

    assert one.script.over
    assert one.coach.disposition == ""
    assert one.of("fault")[0]["where"] == "coach"
    assert "disposition" not in await one.end()


async def test_the_agent_hears_nothing_of_a_caller_who_hung_up_in_a_window() -> None:
    one = desk(
        """
  ask:
    say: words
    listen: 4s
    on: {speech: done, silence: done, hangup: keep}
  keep:
    promise: {about: visit, to: "{ani}", within: 1h}
    on: {ok: end promised, error: end abandoned}
  done:
    say: bye
    end: served"""
    )
    await one.confirm("words")
    await one.sounds(500, caller=SPEECH)

    left = await one.end("caller")

    assert "disposition" not in left
    assert one.of("heard") == []
    # A promise that the flow keeps for a caller who is gone is kept.
    assert one.of("promised")[0]["number"] == "13800001234"


async def test_a_sentence_to_come_has_a_gap_for_a_word_that_nobody_knows_yet() -> None:
    flow = """\
flow: f
title: {zh: 试, en: Try}
performer: agent
variables: {name: ""}
steps:
  first:
    say: words
  then:
    say: told
    end: served
"""
    lines = LINES + "told: {zh-Hans: '{name}先生', zh-Hant: '{name}先生', en: 'Mr {name}'}\n"
    one = Desk("f", of=House.of_texts({"lines.yaml": lines, "f.yaml": flow}))
    await one.settle()
    assert one.script.next_lines == ("…先生",)
    await one.end()
