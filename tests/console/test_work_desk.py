"""The desk of QA's work, over a real ledger and a real quality book."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from calls.errors import (
    AccountError,
    ConflictError,
    LedgerError,
    NotAllowedError,
    UnknownWorkError,
    WorkError,
)
from console.work.cases import LedgerCases
from console.work.drawing import DrawOrder
from console.work.evaluating import Sheet
from console.work.forms import FormShelf
from ledger.quality.rows import EvaluationFilter
from ledger.quality.verify import verify
from ledger.reader import LedgerReader
from qa.rubric import load_form
from qa.sampling import Method, Plan
from qa.work import Actor, Answering
from tests.qa.small_form import SMALL, house_rules
from tests.support.qa_house import QaHouse, qa_house

GOOD = {"tone": "good", "listens": "yes", "blame": "yes", "abuse": "yes", "quiet": "na"}
PLAN = Plan(count=2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[QaHouse]:
    with qa_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[QaHouse]:
    """Twelve calls of two agents, and the first one a mystery call."""
    with qa_house(tmp_path, ("1001", "1002") * 6, tags=("mystery",)) as opened:
        yield opened


def fill(house: QaHouse, actor: Actor, evaluation: str, **answers: str) -> Sheet:
    sheet = None
    for question, answer in {**GOOD, **answers}.items():
        given = Answering(question=question, answer=answer, comment="", reason="听过")
        sheet = house.desk.answer(actor, evaluation, given)
    assert sheet is not None
    return sheet


def scored(house: QaHouse, call: int = 0, by: str = "li") -> str:
    found = house.desk.open(house[by], house.calls[call], why="抽检")
    house.desk.claim(house[by], found.id)
    fill(house, house[by], found.id)
    house.desk.submit(house[by], found.id)
    return found.id


def order(house: QaHouse, plan: Plan = PLAN, seed: int | None = 7) -> DrawOrder:
    now = house.clock.utc_now()
    return DrawOrder(plan=plan, since=now - timedelta(days=1), until=now, seed=seed)


def test_a_call_goes_from_the_evaluator_to_the_agent_to_a_second_reviewer(house: QaHouse) -> None:
    desk = house.desk
    found = scored(house)

    (row,) = desk.listed(house["chen"])
    assert (row.id, row.state, row.score, row.result) == (found, "submitted", 100.0, "passed")
    desk.dispute(house["chen"], found, "客户没有说完", ["listens"])
    sheet = desk.resolve(house["wang"], found, "同意", {"listens": "no"})
    assert sheet.score.percent == 85.0
    desk.coach(house["wang"], found, "让客户说完", [(4000, 9000)])

    sheet = desk.sheet(house["chen"], found)
    assert sheet.evaluation.coaching[0].clips == ((4000, 9000),)
    assert sheet.answers["listens"] == "no"
    assert not verify(house.book).findings


def test_the_sheet_shows_what_facts_answer_and_what_they_leave(house: QaHouse) -> None:
    desk = house.desk
    found = desk.open(house["li"], house.calls[0], why="抽检")
    sheet = desk.sheet(house["li"], found.id)

    closing = sheet.machine["closing"]
    assert (closing.answer, sheet.answers["closing"]) == ("yes", "yes")
    assert closing.events
    assert "quiet" not in sheet.machine
    assert sheet.unmet.unanswered == ("tone", "listens", "blame", "quiet", "abuse")


def test_overruling_the_machine_keeps_both_and_the_reason(house: QaHouse) -> None:
    desk = house.desk
    found = desk.open(house["li"], house.calls[0], why="抽检")
    desk.claim(house["li"], found.id)
    fill(house, house["li"], found.id)
    given = Answering(question="closing", answer="no")
    assert desk.answer(house["li"], found.id, given).unmet.unreasoned == ("closing",)
    with pytest.raises(WorkError, match="without a reason: closing"):
        desk.submit(house["li"], found.id)
    desk.answer(house["li"], found.id, replace(given, reason="只放了录音"))
    done = desk.submit(house["li"], found.id).evaluation

    assert done.submitted is not None
    assert (done.submitted.answers["closing"], done.machine["closing"]) == ("no", "yes")
    report = desk.agreement(house["wang"], "small")
    assert (report["closing"].agreed, report["closing"].count) == (0, 1)
    assert report["closing"].evaluations == (found.id,)


def test_agreement_counts_what_a_dispute_changed_and_leaves_out_what_is_withdrawn(
    house: QaHouse,
) -> None:
    desk = house.desk
    one, two = scored(house, 0), scored(house, 1)
    desk.dispute(house["chen"], one, "x")
    desk.resolve(house["wang"], one, "x", {"closing": "no"})
    assert desk.agreement(house["li"], "small")["closing"].overruled == {("yes", "no"): 1}
    assert desk.agreement(house["li"], "small")["closing"].count == 2
    desk.withdraw(house["wang"], two, "误开")

    assert desk.agreement(house["li"], "small")["closing"].count == 1
    with pytest.raises(NotAllowedError):
        desk.agreement(house["chen"], "small")


def test_of_two_who_take_the_next_call_at_once_each_gets_another(busy: QaHouse) -> None:
    busy.desk.draw(busy["li"], order(busy, Plan(count=6)))
    taken: list[str] = []

    def take(name: str) -> None:
        found = busy.desk.take_next(busy[name])
        assert found is not None
        taken.append(found.id)

    threads = [
        threading.Thread(target=take, args=(name,)) for name in ("li", "zhou", "wang", "sun")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(taken)) == 4
    assert busy.desk.take_next(busy["li"]) is not None
    assert len(busy.book.evaluations(EvaluationFilter(states=("claimed",)))) == 4


def test_next_gives_what_one_has_before_what_waits(busy: QaHouse) -> None:
    desk, li = busy.desk, busy["li"]
    assert desk.take_next(li) is None
    desk.draw(li, order(busy, Plan(count=3)))
    rows = desk.listed(li)
    desk.claim(li, rows[2].id)

    first = desk.take_next(li)
    other = desk.take_next(busy["zhou"])
    assert first is not None
    assert other is not None
    assert (first.id, other.id) == (rows[2].id, rows[0].id)
    with pytest.raises(NotAllowedError):
        desk.take_next(busy["chen"])


def test_a_claim_that_ran_out_is_offered_again(busy: QaHouse) -> None:
    desk = busy.desk
    desk.draw(busy["li"], order(busy, Plan(count=1)))
    mine = desk.take_next(busy["li"])
    assert mine is not None
    assert desk.take_next(busy["zhou"]) is None
    busy.clock.advance_ms(2 * 3600 * 1000)

    again = desk.take_next(busy["zhou"])
    assert again is not None
    assert (again.id, again.evaluator) == (mine.id, "zhou")


def test_deadlines_do_their_part_and_no_more(house: QaHouse) -> None:
    desk = house.desk
    found = scored(house)
    other = desk.open(house["li"], house.calls[1], why="x")
    desk.claim(house["li"], other.id)
    assert desk.tidy() == 0
    house.clock.advance_ms(8 * 24 * 3600 * 1000)

    assert desk.tidy() == 2
    assert desk.tidy() == 0
    assert house.book.evaluation(found).state == "acknowledged"
    assert house.book.evaluation(other.id).state == "open"
    assert house.book.events(f"evaluation/{found}")[-1].actor == "system"


def test_a_call_is_evaluated_once_by_a_form(house: QaHouse) -> None:
    found = house.desk.open(house["li"], house.calls[0], why="投诉")
    with pytest.raises(ConflictError, match=f"has evaluation {found.id} by form small already"):
        house.desk.open(house["zhou"], house.calls[0], why="x")
    house.desk.withdraw(house["li"], found.id, "误开")
    house.desk.open(house["zhou"], house.calls[0], why="x")


def test_a_call_or_a_form_that_is_not_there_is_told(house: QaHouse) -> None:
    with pytest.raises(LedgerError, match="no call"):
        house.desk.open(house["li"], "2030", why="x")
    with pytest.raises(UnknownWorkError, match="no form 'nope'; there are small"):
        house.desk.open(house["li"], house.calls[0], why="x", form="nope")
    with pytest.raises(WorkError, match="say why"):
        house.desk.open(house["li"], house.calls[0], why=" ")


def test_an_evaluation_keeps_its_version_of_the_form(house: QaHouse) -> None:
    found = scored(house)
    stricter = load_form(dedent(SMALL).replace("pass_mark: 75", "pass_mark: 99"), "small.yaml")
    house.desk.forms = FormShelf(house.book, {"small": stricter})
    later = house.desk.open(house["li"], house.calls[1], why="x")

    assert house.desk.sheet(house["li"], found).form.pass_mark == 75
    assert house.desk.sheet(house["li"], later.id).form.pass_mark == 99
    frozen = house.book.streams("form/small@")
    assert len(frozen) == 2
    assert house.book.events(frozen[0])[0].data["text"].startswith("\nform: small")


def test_a_form_whose_text_was_changed_in_the_book_is_not_used(house: QaHouse) -> None:
    found = house.desk.open(house["li"], house.calls[0], why="x")
    shelf = FormShelf(house.book, {})
    assert shelf.pinned("small", found.form_digest).pass_mark == 75
    with house.book.shelf.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE quality_events SET data = replace(data, 'pass_mark: 75', 'pass_mark: 10')"
        )

    with pytest.raises(WorkError, match="is not version"):
        FormShelf(house.book, {}).pinned("small", found.form_digest)
    assert "edited" in {one.what for one in verify(house.book).findings}


def test_an_agent_sees_the_own_scores_and_nothing_else(house: QaHouse) -> None:
    found, open_one = scored(house), house.desk.open(house["li"], house.calls[1], why="x")

    assert [row.id for row in house.desk.listed(house["chen"])] == [found]
    assert house.desk.listed(house["he"]) == []
    for actor, evaluation in (("he", found), ("chen", open_one.id), ("boss", found)):
        with pytest.raises(UnknownWorkError, match="no evaluation"):
            house.desk.sheet(house[actor], evaluation)
        with pytest.raises(UnknownWorkError):
            house.desk.acknowledge(house[actor], evaluation)
    house.desk.acknowledge(house["chen"], found, "收到")


def test_who_has_no_account_or_a_disabled_one_does_nothing(house: QaHouse) -> None:
    with pytest.raises(AccountError, match="no account 'x'"):
        house.desk.actor("x")


def test_a_draw_keeps_its_seed_population_and_reasons(busy: QaHouse) -> None:
    plan = Plan(method=Method.STRATIFIED, count=4, by=("agent",))
    drawn = busy.desk.draw(busy["wang"], order(busy, plan, seed=42))

    (event,) = busy.desk.draws()
    assert (event.stream, event.actor) == (f"draw/{drawn.id}", "wang")
    assert (event.data["seed"], event.data["population"], event.data["method"]) == (
        42,
        11,
        "stratified",
    )
    assert event.data["settings"]["left_out"] == {"apart": 1}
    assert len(event.data["population_digest"]) == 64
    rows = busy.desk.listed(busy["li"])
    assert {row.call_id for row in rows} == {each["call_id"] for each in event.data["picked"]}
    assert all(row.drawn_by == drawn.id and row.why.startswith("从「agent") for row in rows)
    assert {row.agent for row in rows} == {"1001", "1002"}


def test_a_draw_can_be_drawn_again_and_gives_the_same_calls(busy: QaHouse) -> None:
    first = busy.desk.draw(busy["li"], order(busy, Plan(count=3), seed=None))
    second = busy.desk.draw(busy["li"], order(busy, Plan(count=3), seed=None))

    assert not set(first.evaluations) & set(second.evaluations)
    for each in (first, second):
        again, same = busy.desk.drawn_again(each.id)
        assert same
        assert again.picked == each.draw.picked
    busy.desk.withdraw(busy["li"], first.evaluations[first.draw.picked[0].call_id], "误")
    assert busy.desk.drawn_again(second.id)[1]
    with pytest.raises(UnknownWorkError):
        busy.desk.drawn_again("nope")


def test_a_draw_from_nothing_keeps_nothing(house: QaHouse) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=house.clock.utc_now().tzinfo)
    drawn = house.desk.draw(
        house["li"], DrawOrder(plan=PLAN, since=long_ago, until=long_ago + timedelta(days=1))
    )

    assert (drawn.id, house.desk.draws()) == ("", [])
    with pytest.raises(WorkError, match="--since before --until"):
        house.desk.draw(house["li"], DrawOrder(plan=PLAN, since=long_ago, until=long_ago))
    with pytest.raises(NotAllowedError):
        house.desk.draw(house["chen"], order(house))


def test_draws_at_once_never_draw_a_call_twice(busy: QaHouse) -> None:
    def draw(name: str) -> None:
        busy.desk.draw(busy[name], order(busy, Plan(count=4), seed=1))

    threads = [threading.Thread(target=draw, args=(name,)) for name in ("li", "zhou", "wang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    calls = [row.call_id for row in busy.book.evaluations()]
    assert len(calls) == len(set(calls)) == 11
    assert not verify(busy.book).findings


def test_mystery_calls_are_scored_like_others_and_kept_apart(busy: QaHouse) -> None:
    assert busy.desk.draw(busy["li"], order(busy, Plan(count=20))).draw.population == 11
    drawn = busy.desk.draw(busy["li"], order(busy, Plan(count=5, tag="mystery")))
    (found,) = drawn.evaluations.values()

    assert list(drawn.evaluations) == [busy.calls[0]]
    rows = busy.book.evaluations(EvaluationFilter(purposes=("mystery",)))
    assert [row.id for row in rows] == [found]
    busy.desk.claim(busy["li"], found)
    fill(busy, busy["li"], found)
    busy.desk.submit(busy["li"], found)
    busy.desk.acknowledge(busy["chen"], found)


def test_a_calibration_is_blind_until_it_is_closed(house: QaHouse) -> None:
    desk = house.desk
    session = desk.calibrate(house["wang"], house.calls[0], "wang", ["li", "zhou", "sun"])
    parts = session.evaluations
    assert list(parts) == ["wang", "li", "zhou", "sun"]
    for name, answers in (("wang", {}), ("li", {"listens": "no"}), ("zhou", {})):
        fill(house, house[name], parts[name], **answers)
        desk.submit(house[name], parts[name])
        with pytest.raises(UnknownWorkError):
            desk.sheet(house["sun"], parts[name])
    assert [row.id for row in desk.listed(house["zhou"])] == [parts["zhou"]]
    seen = desk.calibration(house["li"], session.id)
    assert (seen.result, seen.scores, seen.done) == (None, {}, ("wang", "li", "zhou"))
    with pytest.raises(UnknownWorkError):
        desk.calibration(house["chen"], session.id)

    closed = desk.close_calibration(house["wang"], session.id)
    assert closed.result is not None
    assert closed.result.deviations == {"li": 20.0, "zhou": 0.0}
    assert closed.scores == {"wang": 100.0, "li": 85.0, "zhou": 100.0}
    assert [each.question for each in closed.result.differences] == ["listens"]
    assert closed.result.alpha is not None
    assert desk.sheet(house["li"], parts["wang"]).score.percent == 100.0
    assert house.book.evaluation(parts["sun"]).state == "withdrawn"
    assert desk.calibrations(house["li"])[0].closed_at is not None
    with pytest.raises(WorkError, match="closed already"):
        desk.close_calibration(house["wang"], session.id)
    assert not verify(house.book).findings


def test_a_calibration_whose_expert_never_scores_is_called_off(house: QaHouse) -> None:
    desk = house.desk
    session = desk.calibrate(house["wang"], house.calls[0], "sun", ["li", "zhou"])
    fill(house, house["li"], session.evaluations["li"])
    desk.submit(house["li"], session.evaluations["li"])

    with pytest.raises(NotAllowedError):
        desk.call_off_calibration(house["li"], session.id, "nobody comes")
    with pytest.raises(WorkError, match="say why"):
        desk.call_off_calibration(house["wang"], session.id, " ")
    ended = desk.call_off_calibration(house["wang"], session.id, "sun has left")

    assert (ended.called_off, ended.result, ended.scores) == ("sun has left", None, {})
    assert ended.closed_at is not None
    parts = (house.book.evaluation(one) for one in ended.evaluations.values())
    assert {part.state for part in parts} == {"withdrawn"}
    with pytest.raises(WorkError, match="called off already"):
        desk.close_calibration(house["wang"], session.id)
    assert not verify(house.book).findings


def test_a_calibration_needs_the_experts_score_and_another(house: QaHouse) -> None:
    desk = house.desk
    with pytest.raises(WorkError, match="at least one other"):
        desk.calibrate(house["wang"], house.calls[0], "li", ["li"])
    with pytest.raises(AccountError, match="scores no calls"):
        desk.calibrate(house["wang"], house.calls[0], "li", ["chen"])
    with pytest.raises(NotAllowedError, match="may not open a calibration"):
        desk.calibrate(house["li"], house.calls[0], "li", ["zhou"])
    session = desk.calibrate(house["wang"], house.calls[0], "li", ["zhou"])
    fill(house, house["zhou"], session.evaluations["zhou"])
    desk.submit(house["zhou"], session.evaluations["zhou"])
    with pytest.raises(WorkError, match="not yet: li"):
        desk.close_calibration(house["wang"], session.id)


def test_a_calibrated_call_may_still_be_reviewed(house: QaHouse) -> None:
    house.desk.calibrate(house["wang"], house.calls[0], "li", ["zhou"])
    house.desk.open(house["li"], house.calls[0], why="抽检")


def test_remarks_stand_at_their_place_and_are_taken_back_by_who_wrote_them(
    house: QaHouse,
) -> None:
    desk, call = house.desk, house.calls[0]
    late = desk.comment(house["li"], call, "这里很好", from_ms=9000, to_ms=12_000, question="tone")
    early = desk.comment(house["wang"], call, "问候", from_ms=1000)

    assert [each.id for each in desk.comments(call)] == [early.id, late.id]
    assert (late.by, late.question, late.to_ms) == ("li", "tone", 12_000)
    with pytest.raises(NotAllowedError, match="only li takes"):
        desk.uncomment(house["wang"], call, late.id)
    desk.uncomment(house["li"], call, late.id)
    assert [each.id for each in desk.comments(call)] == [early.id]
    with pytest.raises(UnknownWorkError):
        desk.uncomment(house["li"], call, late.id)
    for from_ms, to_ms in ((-1, None), (10**9, None), (5000, 5000)):
        with pytest.raises(WorkError, match="give a place on it"):
            desk.comment(house["li"], call, "x", from_ms=from_ms, to_ms=to_ms)
    with pytest.raises(NotAllowedError):
        desk.comment(house["chen"], call, "x", from_ms=1)
    with pytest.raises(NotAllowedError):
        desk.comments_for(house["boss"], call)


def test_a_spoiled_evaluation_says_what_to_do(house: QaHouse) -> None:
    found = house.desk.open(house["li"], house.calls[0], why="抽检").id
    with closing(sqlite3.connect(house.book.shelf.place)) as book, book:
        book.execute(
            "UPDATE quality_events SET data = '{}' WHERE stream = ?", (f"evaluation/{found}",)
        )

    with pytest.raises(LedgerError, match="thirdring verify"):
        house.desk.sheet(house["li"], found)


def test_deadlines_never_look_at_calibrations(
    house: QaHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = house.desk
    session = desk.calibrate(house["wang"], house.calls[0], "wang", ["li"])
    fill(house, house["wang"], session.evaluations["wang"])
    desk.submit(house["wang"], session.evaluations["wang"])
    house.clock.advance_ms(30 * 24 * 3_600_000)
    read: list[str] = []
    monkeypatch.setattr(house.book, "events", read.append)

    assert desk.tidy() == 0
    assert read == []


def test_the_hour_of_a_call_is_told_by_the_sites_own_clock(house: QaHouse, tmp_path: Path) -> None:
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    with LedgerReader(tmp_path / "ledger.sqlite") as reader:
        hours = {
            zone: next(iter(cases.candidates(begin, begin + timedelta(days=2)))).hour
            for zone in ("UTC", "Asia/Shanghai")
            if (cases := LedgerCases(reader, house_rules(), ZoneInfo(zone)))
        }

    assert hours == {"UTC": 9, "Asia/Shanghai": 17}
