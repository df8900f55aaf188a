"""The pages themselves: what the list finds, what a call tells, and the whole way of a score."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from calls.quality.states import EvaluationState
from ledger.quality.rows import EvaluationFilter
from tests.console.conftest import PASSWORD, Browser, House
from tests.console.house import SCRIPT

ROW = re.compile(r'<tr><td><a id="[\w-]+" href="/calls/([\w-]+)">')


async def _found(browser: Browser, query: str) -> list[str]:
    answer = await browser.get(f"/calls{query}")
    assert answer.status_code == 200
    return ROW.findall(answer.text)


async def test_the_list_shows_calls_newest_first_with_numbers_masked(house: House) -> None:
    browser = await house.signed_in("lily")

    answer = await browser.get("/calls")

    assert ROW.findall(answer.text) == [house.calls[one] for one in ("script", "queued", "silent")]
    assert "138****1234" in answer.text
    assert "13800001234" not in answer.text


async def test_times_are_those_of_the_houses_clock(house: House) -> None:
    place = replace(house.room.place, zone=ZoneInfo("Pacific/Auckland"))
    house.room = replace(house.room, place=place)
    browser, script = await house.signed_in("lily"), house.calls["script"]
    row = house.room.calls.call(script)
    assert row is not None
    assert row.offered_at is not None
    offered = row.offered_at.astimezone(place.zone)

    assert f">{offered:%Y-%m-%d %H:%M:%S}<" in (await browser.get("/calls")).text
    minute = timedelta(minutes=1)
    around = f"?since={offered - minute:%Y-%m-%dT%H:%M}&until={offered + minute:%Y-%m-%dT%H:%M}"
    assert script in await _found(browser, around)
    assert await _found(browser, f"?since={offered + 60 * minute:%Y-%m-%dT%H:%M}") == []


async def test_filters_stand_in_the_address_and_find_what_they_say(house: House) -> None:
    browser, calls = await house.signed_in("lily"), house.calls
    both = [calls["script"], calls["silent"]]

    assert await _found(browser, "?q=13800001234") == both
    assert await _found(browser, "?q=1234") == both
    assert await _found(browser, f"?q={calls['queued'][:17]}") == [calls["queued"]]
    assert await _found(browser, "?agent=801&queue=support") == [calls["queued"]]
    assert await _found(browser, "?disposition=silent") == both
    assert await _found(browser, "?disposition=silent&agent=801") == []
    assert await _found(browser, "?since=2026-01-05T09:01&until=2026-01-05T09:02") != []
    assert await _found(browser, "?live=yes") == []


async def test_a_filter_that_makes_no_sense_is_named(house: House) -> None:
    browser = await house.signed_in("lily")
    for query, word in (("?q=12", "末 4 位"), ("?talk_over=x", "talk_over"), ("?since=x", "since")):
        answer = await browser.get(f"/calls{query}")

        assert answer.status_code == 200
        assert word in answer.text


async def test_a_search_by_number_is_logged_with_the_number_masked(house: House) -> None:
    browser = await house.signed_in("lily")

    await browser.get("/calls?q=13800001234")

    look = house.room.book.looks()[0]
    assert (look.action, look.detail) == ("searched", "q=138****1234")


async def test_no_call_fits_says_what_to_do(house: House) -> None:
    browser = await house.signed_in("lily")

    answer = await browser.get("/calls?agent=999")

    assert "没有符合条件的通话" in answer.text


async def test_a_number_is_shown_whole_for_a_reason_that_is_kept(house: House) -> None:
    browser = await house.signed_in("lily")
    call = house.calls["silent"]

    without = await browser.post(f"/calls/{call}/unmask", {"reason": ""})
    assert "13800001234" not in without.text
    answer = await browser.post(f"/calls/{call}/unmask", {"reason": "客户要求回电"})

    assert "13800001234" in answer.text
    look = house.room.book.looks()[0]
    assert (look.actor, look.action, look.reason) == ("lily", "unmasked", "客户要求回电")


async def test_a_call_tells_its_story_in_both_languages(house: House) -> None:
    browser = await house.signed_in("lily")
    path = f"/calls/{house.calls['queued']}"

    chinese = (await browser.get(path)).text
    await browser.post("/preferences", {"language": "en"})
    english = (await browser.get(path)).text

    for text in ("按键 2", "进入队列 support", "801 接听", "来电者挂机"):
        assert text in chinese
    for text in ("presses 2", "queue support", "801 answers after 3.0 s", "the caller hangs up"):
        assert text in english


async def test_what_a_verdict_rests_on_is_told_in_the_pages_language(house: House) -> None:
    browser = await house.signed_in("lily")
    path = f"/calls/{house.calls['silent']}"

    chinese = (await browser.get(path)).text
    await browser.post("/preferences", {"language": "en"})
    english = (await browser.get(path)).text

    assert "</button> 接听</li>" in chinese
    assert "</button> said" not in chinese
    assert "</button> answered</li>" in english


async def test_marks_stand_where_the_facts_say(house: House) -> None:
    browser = await house.signed_in("lily")
    call = house.calls["silent"]
    await browser.post(f"/calls/{call}/comments", {"text": "语速偏快", "from_ms": "1500"})

    told = (await browser.get(f"/calls/{call}/waves")).json()

    events = house.room.calls.events(call)
    said = [(one.data["start_ms"], one.data["end_ms"]) for one in events if one.kind == "said"]
    marks = [(one["from"], one["to"]) for one in told["marks"] if one["kind"] == "line"]
    assert marks == said
    assert told["duration"] == 12_000
    assert told["gaps"] == [[6000, 8000, "paused"]]
    assert ("语速偏快", 1500) in [(one["text"], one["from"]) for one in told["marks"]]
    assert any(one["kind"].startswith("rule") for one in told["marks"])
    assert SCRIPT not in str(told)


async def test_a_remark_is_taken_back_by_who_wrote_it_alone(house: House) -> None:
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")
    call = house.calls["silent"]
    await lily.post(f"/calls/{call}/comments", {"text": "here", "from_ms": "10"})
    note = house.room.desk.comments(call)[0].id

    refused = await quan.post(f"/calls/{call}/comments/{note}/withdraw")
    assert refused.status_code == 403
    await lily.post(f"/calls/{call}/comments/{note}/withdraw")

    assert house.room.desk.comments(call) == []


async def _scored(house: House, browser: Browser) -> str:
    """The queued call scored by the form, every answer the first one; the evaluation's path."""
    opened = await browser.post(f"/calls/{house.calls['queued']}/evaluate", {"form": "q04"})
    assert opened.status_code == 303, opened.text
    path = str(opened.headers["location"])
    await browser.get(path)
    for name in _missing(house):
        answer = next(iter(house.room.desk.forms.current("q04").question(name).answers))
        kept = await browser.post(
            f"{path}/answers/{name}", {"answer": answer}, **{"hx-request": "true"}
        )
        assert kept.status_code == 200, kept.text
    done = await browser.post(f"{path}/submit")
    assert done.status_code == 303, done.text
    return path


async def test_nothing_is_called_passed_before_every_question_is_answered(house: House) -> None:
    lily = await house.signed_in("lily")
    opened = await lily.post(f"/calls/{house.calls['queued']}/evaluate", {"form": "q04"})
    path = str(opened.headers["location"])
    form = house.room.desk.forms.current("q04")
    missing = _missing(house)
    badge = re.compile(r'<span class="badge[^"]*">(已评部分|合格|低于合格线|一票否决)</span>')
    badges = []
    for name in (*missing, ""):
        badges += [",".join(badge.findall((await lily.get(path)).text))]
        if name:
            answer = next(iter(form.question(name).answers))
            await lily.post(f"{path}/answers/{name}", {"answer": answer})

    assert len(missing) > 1
    assert set(badges[1:-1]) == {"已评部分"}
    assert badges[-1] == "合格"


def _missing(house: House) -> list[str]:
    desk = house.room.desk
    row = house.room.book.evaluations()[-1]
    return list(desk.sheet(desk.actor(row.evaluator), row.id).unmet.unanswered)


def _state(house: House) -> str:
    return house.room.book.evaluations(EvaluationFilter())[-1].state


async def test_a_score_goes_its_way_from_claim_to_resolution(house: House) -> None:
    lily, wang, sun = [await house.signed_in(name) for name in ("lily", "wang", "sun")]

    path = await _scored(house, lily)
    assert _state(house) == EvaluationState.SUBMITTED
    assert path in (await wang.get("/mine")).text
    assert "machine" in (await wang.get(path)).text
    disputed = await wang.post(
        f"{path}/dispute", {"reason": "没有抢话", "question": "polite_words"}
    )
    assert disputed.status_code == 303, disputed.text
    assert path in (await sun.get("/work")).text
    own = await lily.post(f"{path}/resolve", {"reason": "我说了算"})
    assert own.status_code == 403
    resolved = await sun.post(f"{path}/resolve", {"reason": "听过录音", "to-polite_words": "poor"})

    assert resolved.status_code == 303, resolved.text
    assert _state(house) == EvaluationState.RESOLVED
    assert "听过录音" in (await wang.get(path)).text


async def test_an_agent_is_told_which_scores_wait_for_an_answer_and_until_when(
    house: House,
) -> None:
    lily, wang = await house.signed_in("lily"), await house.signed_in("wang")
    path = await _scored(house, lily)

    mine = (await wang.get("/mine")).text
    one = (await wang.get(path)).text
    await wang.post(f"{path}/acknowledge", {"comment": ""})

    title = house.room.desk.forms.current("q04").title.get("zh")
    assert "待您答复" in mine
    assert f">{title}</td>" in mine
    assert "到期视为认可" in one
    assert "按 c 在当前位置写一条" not in one, "agents write no remarks"
    assert "请人工判断" not in one, "and answer no questions"
    assert "待您答复" not in (await wang.get("/mine")).text


async def test_an_agent_sees_own_scores_only_and_changes_none(house: House) -> None:
    lily, wang, zhao = [await house.signed_in(name) for name in ("lily", "wang", "zhao")]
    path = await _scored(house, lily)
    call = f"/calls/{house.calls['queued']}"

    assert (await wang.get(call)).status_code == 200
    assert (await zhao.get(call)).status_code == 403
    assert (await zhao.get(path)).status_code == 404
    assert (await zhao.post(f"{path}/acknowledge")).status_code == 404
    answered = await wang.post(f"{path}/answers/polite_words", {"answer": "good"})
    assert answered.status_code == 403
    assert (await wang.post(f"{path}/coach", {"note": "x"})).status_code == 403
    assert ("zhao", "denied", call[1:].replace("calls", "call")) in house.looks()


async def test_a_draft_is_nobodys_business_yet(house: House) -> None:
    lily, wang = await house.signed_in("lily"), await house.signed_in("wang")
    opened = await lily.post(f"/calls/{house.calls['queued']}/evaluate", {"form": "q04"})

    assert (await wang.get(opened.headers["location"])).status_code == 404
    assert (await wang.get(f"/calls/{house.calls['queued']}")).status_code == 403


async def test_what_two_want_one_gets_and_the_other_is_told(house: House) -> None:
    lily, quan = await house.signed_in("lily"), await house.signed_in("quan")
    opened = await lily.post(f"/calls/{house.calls['queued']}/evaluate", {"form": "q04"})

    refused = await quan.post(f"{opened.headers['location']}/claim")

    assert refused.status_code == 403
    assert "由 lily 在评" in refused.text


async def test_calls_are_drawn_and_the_draw_can_be_made_again(house: House) -> None:
    browser = await house.signed_in("lily")
    order = {
        "since": "2026-01-05T00:00",
        "until": "2026-01-06T00:00",
        "method": "random",
        "count": "5",
        "agents_only": "no",
        "seed": "7",
    }

    drawn = await browser.post("/draws", order)

    assert drawn.headers["location"] == "/work", drawn.text
    waiting = (await browser.get("/work")).text
    assert all(call in waiting for call in house.calls.values())
    draw = house.room.desk.draws()[0].stream.removeprefix("draw/")
    assert "<td>随机</td>" in (await browser.get("/draws")).text
    assert "同样的通话" in (await browser.get(f"/draws/{draw}/again")).text
    taken = await browser.post("/work/next")
    assert taken.headers["location"].startswith("/evaluations/")


async def test_the_agreement_of_the_usual_form_is_shown_first(house: House) -> None:
    lily = await house.signed_in("lily")
    await _scored(house, lily)
    assert house.room.desk.forms.names[0] != "q04"

    shown = (await lily.get("/agreement")).text

    assert '<option value="q04" selected>' in shown
    assert "首句为统一问候语" in shown


async def test_a_calibration_is_blind_until_it_is_closed(house: House) -> None:
    lily, sun = await house.signed_in("lily"), await house.signed_in("sun")

    opened = await sun.post(
        "/calibrations", {"call": house.calls["queued"], "expert": "sun", "evaluator": "lily"}
    )

    assert opened.status_code == 303, opened.text
    page = (await lily.get(opened.headers["location"])).text
    links = re.findall(r'href="(/evaluations/\w+)"', page)
    assert len(links) == 1, "her own part alone"
    others = {
        f"/evaluations/{one.id}" for one in house.room.book.evaluations() if one.evaluator == "sun"
    }
    for path in others:
        assert (await lily.get(path)).status_code == 404


async def test_the_admin_adds_changes_and_sees_who_looked(house: House) -> None:
    root = await house.signed_in("root")
    lily = await house.signed_in("lily")
    await lily.get(f"/calls/{house.calls['silent']}")

    await root.post(
        "/accounts",
        {"name": "mei", "role": "qa", "title": "小梅", "password": "another long secret"},
    )
    weak = await root.post(
        "/accounts", {"name": "bo", "role": "qa", "title": "", "password": "short"}
    )

    assert "小梅" in (await root.get("/accounts")).text
    assert weak.status_code == 400
    assert "密码要 12 到 256 个字符，这个有 5 个" in weak.text
    looks = (await root.get("/looks?actor=lily&action=opened")).text
    assert f"call/{house.calls['silent']}" in looks
    await house.browser().sign_in("lily", "not hers")
    refusals = "/looks?action=sign_in_refused"
    assert "用户名或密码不对" in (await root.get(refusals)).text
    await root.post("/preferences", {"language": "en"})
    assert "wrong name or password" in (await root.get(refusals)).text
    assert (await house.browser().sign_in("mei", "another long secret")).status_code == 303


async def test_everybody_changes_the_own_password_with_the_old_one(house: House) -> None:
    lily = await house.signed_in("lily")

    wrong = await lily.post("/password", {"old": "not the old one", "new": "a new long secret"})
    assert wrong.status_code == 400
    await lily.get("/password")
    done = await lily.post("/password", {"old": PASSWORD, "new": "a new long secret"})

    assert done.status_code == 303, done.text
    assert "密码已修改" in (await lily.get(done.headers["location"])).text
    assert (await lily.get("/work")).status_code == 200
    assert (await house.browser().sign_in("lily", "a new long secret")).status_code == 303


async def test_a_hold_is_set_and_lifted_with_reasons(house: House) -> None:
    root = await house.signed_in("root")
    call = house.calls["silent"]

    await root.post("/holds", {"call": call, "reason": "仲裁 2026-18"})
    assert "仲裁 2026-18" in (await root.get("/holds")).text
    without = await root.post(f"/holds/{call}/lift", {"reason": ""})
    assert without.status_code == 409
    await root.post(f"/holds/{call}/lift", {"reason": "结案"})

    assert house.room.book.held_calls() == {}
