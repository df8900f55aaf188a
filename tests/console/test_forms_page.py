"""The forms as they are used: who answers what, and what is wrong with their files."""

from __future__ import annotations

from dataclasses import replace

from callflow.rules.monitor import RuleSet
from console.ports import HouseState
from console.work.cases import LedgerCases
from console.work.desk import WorkDesk
from tests.console.conftest import House


async def test_the_list_tells_how_much_facts_answer(house: House) -> None:
    browser = await house.signed_in("lily")

    text = (await browser.get("/forms")).text

    for name in house.room.desk.forms.names:
        assert f'href="/forms/{name}"' in text
    assert "没有采用的改动" not in text


async def test_a_form_tells_of_each_question_who_answers_it(house: House) -> None:
    browser = await house.signed_in("sun")
    form = house.room.desk.forms.current("q04")

    text = (await browser.get("/forms/q04")).text

    for question in form.questions():
        assert question.title["zh"] in text
        if question.fact is not None:
            assert question.fact.name in text or "机器" in text
    assert "人工" in text
    assert (await browser.get("/forms/nosuch")).status_code == 404


async def test_a_rule_that_the_house_lacks_is_a_gap(house: House) -> None:
    house.room = replace(house.room, rules=lambda: RuleSet(()))
    browser = await house.signed_in("sun")

    assert "没有规章 A11" in (await browser.get("/forms/q04")).text


async def test_files_that_are_wrong_are_told_on_every_page_of_who_scores(house: House) -> None:
    state = HouseState(problems=("qa/forms/q04.yaml:3:1: <b>sektions</b>",))
    house.room = replace(house.room, house=lambda: state)
    sun = await house.signed_in("sun")

    assert "仍在用旧的" in (await sun.get("/work")).text
    text = (await sun.get("/forms")).text
    assert "q04.yaml:3:1: &lt;b&gt;sektions" in text
    assert "仍在用旧的" not in (await (await house.signed_in("root")).get("/accounts")).text


async def test_a_call_that_is_scored_already_leads_to_its_score(house: House) -> None:
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")
    call = house.calls["queued"]
    await lily.get(f"/calls/{call}")
    first = await lily.post(f"/calls/{call}/evaluate", {"form": "q04"})
    await quan.get(f"/calls/{call}")

    again = await quan.post(f"/calls/{call}/evaluate", {"form": "q04"})

    assert first.headers["location"] == again.headers["location"]
    assert first.headers["location"].startswith("/evaluations/")


async def test_a_question_the_machine_cannot_answer_says_why(house: House) -> None:
    room = house.room
    reader = room.calls
    cases = LedgerCases(reader, RuleSet(()))  # type: ignore[arg-type]
    desk = WorkDesk(room.book, room.desk.forms, cases)
    house.room = replace(room, desk=desk)
    browser = await house.signed_in("lily")
    call = house.calls["queued"]
    await browser.get(f"/calls/{call}")
    opened = await browser.post(f"/calls/{call}/evaluate", {"form": "q04"})

    text = (await browser.get(opened.headers["location"])).text

    assert "机器答不了，请人工判断" in text
    assert "没有规章 A11" in text
