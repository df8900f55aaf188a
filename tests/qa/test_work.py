"""Who may do what to an evaluation, when, and what is written then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import NotAllowedError, WorkError
from calls.quality.events import EvaluationClaimed, QualityEvent
from calls.quality.states import EvaluationKind, EvaluationState, Role
from qa.work import (
    SYSTEM,
    Actor,
    Answering,
    Decided,
    Evaluation,
    Terms,
    decide_acknowledge,
    decide_answer,
    decide_claim,
    decide_coach,
    decide_dispute,
    decide_expiry,
    decide_open,
    decide_release,
    decide_resolve,
    decide_submit,
    decide_withdraw,
    fold,
    unmet,
)
from qa.work.seeing import may_see
from tests.qa.small_form import small
from tests.support.examples import examples

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERMS = Terms()
LI = Actor(name="li", role=Role.QA)
ZHOU = Actor(name="zhou", role=Role.QA)
WANG = Actor(name="wang", role=Role.SUPERVISOR)
SUN = Actor(name="sun", role=Role.SUPERVISOR)
CHEN = Actor(name="chen", role=Role.AGENT, agent="1001")
OTHER = Actor(name="other", role=Role.AGENT, agent="1002")
BOSS = Actor(name="boss", role=Role.ADMIN)
MACHINE = {"closing": "yes", "quiet": "no"}
ALL_GOOD = {"tone": "good", "listens": "yes", "blame": "yes", "abuse": "yes"}


class Story:
    """One evaluation and the facts it was told by."""

    def __init__(
        self, agent: str = "1001", purpose: EvaluationKind = EvaluationKind.REVIEW
    ) -> None:
        self.events: list[QualityEvent] = []
        self.now = NOON
        self.write(decide_open("c1", agent, small(), purpose, LI, why="抽检"))

    @property
    def found(self) -> Evaluation:
        found = fold("e1", self.events)
        assert found is not None
        return found

    def write(self, decided: list[Decided]) -> list[str]:
        for fact, actor in decided:
            seq = len(self.events) + 1
            self.events.append(
                QualityEvent("evaluation/e1", seq, self.now, actor, fact.kind, fact.data())
            )
        return [fact.kind for fact, _ in decided]

    def claim(self, actor: Actor = LI) -> list[str]:
        return self.write(decide_claim(self.found, actor, self.now, TERMS))

    def answer(self, question: str, answer: str, **more: object) -> list[str]:
        given_ = Answering(question=question, answer=answer, **more)  # type: ignore[arg-type]
        return self.write(decide_answer(self.found, LI, self.now, TERMS, small(), given_, MACHINE))

    def fill(self, answers: dict[str, str] = ALL_GOOD) -> None:
        for question, answer in answers.items():
            self.answer(question, answer)

    def submit(self, actor: Actor = LI) -> list[str]:
        return self.write(decide_submit(self.found, actor, self.now, TERMS, small(), MACHINE))

    def scored(self) -> Story:
        self.claim()
        self.fill()
        self.submit()
        return self

    def dispute(self, actor: Actor = CHEN, reason: str = "不对") -> list[str]:
        return self.write(
            decide_dispute(self.found, actor, self.now, TERMS, small(), reason, ("quiet",))
        )

    def resolve(self, actor: Actor, **changes: str) -> list[str]:
        return self.write(decide_resolve(self.found, actor, small(), "听过了", changes))


def test_from_the_draw_to_the_agents_word() -> None:
    story = Story()
    assert story.found.state is EvaluationState.OPEN
    assert story.claim() == ["claimed"]
    story.fill()
    assert story.submit() == ["submitted"]

    found = story.found
    assert found.submitted is not None
    assert dict(found.submitted.answers) == {**ALL_GOOD, **MACHINE}
    assert found.machine == MACHINE
    assert (found.submitted.score, found.submitted.result) == (80.0, "passed")
    assert found.respond_by == NOON + TERMS.respond

    assert story.write(decide_acknowledge(found, CHEN, NOON, "收到")) == ["acknowledged"]
    assert (story.found.state, story.found.closing) == (EvaluationState.ACKNOWLEDGED, "收到")


def test_while_somebody_has_it_nobody_else_may() -> None:
    story = Story()
    story.claim()

    with pytest.raises(NotAllowedError, match="li works on it until 2026-11-23 14:00 UTC"):
        story.claim(ZHOU)
    assert story.claim(LI) == ["claimed"]


def test_a_claim_that_ran_out_is_anybodys_and_the_draft_stays() -> None:
    story = Story()
    story.claim()
    story.answer("tone", "good")
    story.now = NOON + TERMS.claim

    assert story.found.standing(story.now) is EvaluationState.OPEN
    assert story.claim(ZHOU) == ["released", "claimed"]
    assert story.events[-2].actor == SYSTEM
    assert story.found.evaluator == "zhou"
    assert story.found.draft["tone"].answer == "good"
    with pytest.raises(WorkError, match="zhou has it"):
        story.answer("tone", "fair")


def test_an_answer_renews_a_claim_that_is_half_over() -> None:
    story = Story()
    story.claim()
    story.now = NOON + HOUR - timedelta(seconds=1)
    assert story.answer("tone", "good") == ["answered"]
    story.now = NOON + HOUR + timedelta(seconds=1)
    assert story.answer("tone", "fair") == ["claimed", "answered"]
    assert story.found.claimed_until == story.now + TERMS.claim


def test_who_was_away_too_long_goes_on_when_nobody_took_it() -> None:
    story = Story()
    story.claim()
    story.now = NOON + 5 * HOUR

    assert story.answer("tone", "good") == ["claimed", "answered"]


def test_roles_that_do_not_score_are_refused() -> None:
    story = Story()
    for actor in (CHEN, BOSS):
        with pytest.raises(NotAllowedError, match="may not score; qa or supervisor may"):
            story.claim(actor)
        with pytest.raises(NotAllowedError):
            decide_open("c1", "1001", small(), EvaluationKind.REVIEW, actor, why="x")


def test_nobody_scores_a_call_of_their_own() -> None:
    with pytest.raises(NotAllowedError, match="nobody scores a call of their own"):
        Story().claim(Actor(name="li", role=Role.QA, agent="1001"))


def test_an_answer_that_the_form_does_not_have_is_refused_with_those_it_has() -> None:
    story = Story()
    story.claim()

    with pytest.raises(WorkError, match="'great' is no answer; give good, fair, poor"):
        story.answer("tone", "great")
    with pytest.raises(WorkError, match="no question 'tune'; it has tone, listens"):
        story.answer("tune", "good")
    with pytest.raises(WorkError, match="'na' is no answer"):
        story.answer("blame", "na")
    with pytest.raises(WorkError, match="not before its offer"):
        story.answer("tone", "good", at_ms=-1)
    with pytest.raises(WorkError, match="are the most"):
        story.answer("tone", "good", comment="x" * 4001)


def test_submitting_names_everything_that_is_missing() -> None:
    story = Story()
    story.claim()
    story.answer("tone", "poor")
    story.answer("closing", "no")

    with pytest.raises(WorkError) as caught:
        story.submit()
    text = str(caught.value)
    assert "not answered: listens, blame, why, abuse" in text
    assert "without the comment they need: tone" in text
    assert "other than the machine says, without a reason: closing" in text

    story.answer("tone", "poor", comment="冷淡")
    story.answer("closing", "no", reason="没有说再见")
    for question in ("listens", "blame", "abuse"):
        story.answer(question, "yes")
    story.answer("why", "yes", comment="忙")
    assert not unmet(small(), story.found.draft, MACHINE)
    assert story.submit() == ["submitted"]
    submitted = story.found.submitted
    assert submitted is not None
    assert submitted.answers["closing"] == "no"
    assert story.found.machine["closing"] == "yes"
    assert story.found.draft["closing"].reason == "没有说再见"


def test_an_answer_taken_back_leaves_the_machines() -> None:
    story = Story()
    story.claim()
    story.answer("quiet", "yes", reason="只是应声")
    story.answer("quiet", "")
    story.fill()
    story.submit()

    assert story.found.submitted is not None
    assert story.found.submitted.answers["quiet"] == "no"


def test_only_who_has_it_submits() -> None:
    story = Story()
    with pytest.raises(WorkError, match="is open; `thirdring qa claim e1` first"):
        story.submit()
    story.claim()
    story.fill()
    with pytest.raises(WorkError, match="li has it"):
        story.submit(ZHOU)
    story.submit()
    with pytest.raises(WorkError, match="is submitted"):
        story.submit()


def test_a_call_that_no_agent_took_is_settled_with_its_score() -> None:
    story = Story(agent="")
    story.claim()
    story.fill()

    assert story.submit() == ["submitted", "acknowledged"]
    assert story.events[-1].actor == SYSTEM


def test_a_call_of_which_nothing_applies_has_no_score() -> None:
    story = Story()
    story.claim()
    form = small()
    everything = {"tone": "good", "blame": "yes"}
    story.fill(everything)
    with pytest.raises(WorkError, match="not complete"):
        decide_submit(story.found, LI, NOON, TERMS, form, {})


@pytest.mark.parametrize(
    "act",
    [
        lambda found, actor: decide_acknowledge(found, actor, NOON, ""),
        lambda found, actor: decide_dispute(found, actor, NOON, TERMS, small(), "x", ()),
    ],
)
@pytest.mark.parametrize("actor", [OTHER, LI, WANG, BOSS])
def test_only_the_agent_concerned_answers_a_score(
    act: Callable[[Evaluation, Actor], list[Decided]], actor: Actor
) -> None:
    with pytest.raises(NotAllowedError, match="only the agent whose call it is"):
        act(Story().scored().found, actor)


def test_after_the_deadline_a_score_stands() -> None:
    story = Story().scored()
    story.now = NOON + TERMS.respond
    assert decide_expiry(story.found, story.now) == []
    story.now += timedelta(seconds=1)

    with pytest.raises(WorkError, match="the time to answer ended 2026-11-30 12:00 UTC"):
        story.dispute()
    assert story.write(decide_expiry(story.found, story.now)) == ["acknowledged"]
    assert story.events[-1].actor == SYSTEM
    assert decide_expiry(story.found, story.now) == []


def test_a_dispute_says_why_and_names_answers_that_were_asked() -> None:
    story = Story().scored()
    with pytest.raises(WorkError, match="say what is not right"):
        story.dispute(reason="  ")
    with pytest.raises(WorkError, match="'why' was not asked"):
        decide_dispute(story.found, CHEN, NOON, TERMS, small(), "x", ["why"])

    assert story.dispute() == ["disputed"]
    dispute = story.found.dispute
    assert dispute is not None
    assert (dispute.questions, dispute.resolve_by) == (("quiet",), NOON + TERMS.resolve)
    with pytest.raises(WorkError, match="is disputed"):
        story.dispute()


def test_a_second_reviewer_decides_anew_and_the_first_score_stays_to_be_read() -> None:
    story = Story().scored()
    story.dispute()

    assert story.resolve(WANG, quiet="yes") == ["resolved"]
    found = story.found
    assert found.submitted is not None
    assert found.resolved is not None
    assert found.outcome == found.resolved
    assert (found.submitted.score, found.resolved.score) == (80.0, 100.0)
    assert found.upheld is False
    assert found.state is EvaluationState.RESOLVED


def test_a_score_that_is_upheld_is_the_same() -> None:
    story = Story().scored()
    story.dispute()
    story.resolve(WANG)

    assert story.found.upheld is True
    assert story.found.resolved is not None
    assert story.found.resolved.score == 80.0


def test_who_scored_or_took_the_call_does_not_resolve_its_dispute() -> None:
    story = Story()
    story.claim(WANG)
    for question, answer in ALL_GOOD.items():
        given_ = Answering(question=question, answer=answer)
        story.write(decide_answer(story.found, WANG, NOON, TERMS, small(), given_, MACHINE))
    story.submit(WANG)
    story.dispute()

    with pytest.raises(NotAllowedError, match="another reviewer does"):
        story.resolve(WANG)
    with pytest.raises(NotAllowedError, match="may not resolve a dispute; supervisor may"):
        story.resolve(ZHOU)
    with pytest.raises(NotAllowedError, match="a call of their own"):
        story.resolve(Actor(name="sun", role=Role.SUPERVISOR, agent="1001"))
    assert story.resolve(SUN) == ["resolved"]


def test_a_resolution_that_asks_more_wants_those_answers_too() -> None:
    story = Story().scored()
    story.dispute()

    with pytest.raises(WorkError, match="give their answers: why"):
        story.resolve(WANG, tone="poor")
    with pytest.raises(WorkError, match="leave them out to uphold"):
        story.resolve(WANG, tone="good")
    with pytest.raises(WorkError, match="'bad' is no answer"):
        story.resolve(WANG, tone="bad")
    with pytest.raises(WorkError, match="no question 'x'"):
        story.resolve(WANG, x="good")
    story.resolve(WANG, tone="poor", why="yes")
    assert story.found.resolved is not None
    assert story.found.resolved.answers["why"] == "yes"


def test_an_evaluator_gives_back_and_a_supervisor_takes_away() -> None:
    story = Story()
    with pytest.raises(WorkError, match="nobody has it"):
        decide_release(story.found, LI, NOON, "")
    story.claim()
    with pytest.raises(NotAllowedError, match="only they or a supervisor"):
        decide_release(story.found, ZHOU, NOON, "")
    story.write(decide_release(story.found, WANG, NOON, "病假"))
    assert story.found.state is EvaluationState.OPEN
    story.claim(ZHOU)
    story.write(decide_release(story.found, ZHOU, NOON, ""))
    assert story.found.evaluator == ""


def test_withdrawing_wants_a_reason_and_after_the_score_a_supervisor() -> None:
    story = Story()
    story.claim()
    with pytest.raises(WorkError, match="say why it is withdrawn"):
        decide_withdraw(story.found, LI, NOON, " ")
    with pytest.raises(NotAllowedError, match="li works on it"):
        decide_withdraw(story.found, ZHOU, NOON, "x")
    story.fill()
    story.submit()
    with pytest.raises(NotAllowedError, match="only a supervisor"):
        decide_withdraw(story.found, LI, NOON, "x")
    story.write(decide_withdraw(story.found, WANG, NOON, "测试电话"))
    assert story.found.state is EvaluationState.WITHDRAWN
    with pytest.raises(WorkError, match="already"):
        decide_withdraw(story.found, WANG, NOON, "x")


def test_coaching_follows_a_score_with_clips_on_the_call() -> None:
    story = Story()
    with pytest.raises(WorkError, match="coaching follows a score"):
        decide_coach(story.found, WANG, "x", [])
    story.scored()
    with pytest.raises(NotAllowedError):
        decide_coach(story.found, LI, "x", [])
    with pytest.raises(WorkError, match="from an offset to a later one"):
        decide_coach(story.found, WANG, "x", [(5, 5)])
    with pytest.raises(WorkError, match="the call ends at 8000 ms; a clip does not go to 9001 ms"):
        decide_coach(story.found, WANG, "x", [(7000, 9001)], 8000)
    assert decide_coach(story.found, WANG, "x", [(7000, 9000)], 8000)
    story.write(decide_coach(story.found, WANG, "慢一点", [(1000, 4000)]))

    (note,) = story.found.coaching
    assert (note.by, note.note, note.clips) == ("wang", "慢一点", ((1000, 4000),))
    with pytest.raises(WorkError, match="nobody to coach"):
        decide_coach(_agentless(), WANG, "x", [])


def _agentless() -> Evaluation:
    return Story(agent="").scored().found


def test_a_part_of_a_calibration_is_one_evaluators_and_no_agents() -> None:
    story = Story(purpose=EvaluationKind.CALIBRATION)
    with pytest.raises(NotAllowedError, match="part of a calibration"):
        story.claim(LI)
    until = (NOON + TERMS.calibrate).isoformat()
    story.write([Decided(EvaluationClaimed(until=until), "li")])
    with pytest.raises(WorkError, match="stays with its evaluator"):
        decide_release(story.found, LI, NOON, "")
    story.fill()
    story.submit()
    with pytest.raises(WorkError, match="counts for no agent"):
        story.dispute()
    assert decide_expiry(story.found, NOON + 90 * DAY) == []


@pytest.mark.parametrize(
    ("actor", "sees"), [(LI, True), (WANG, True), (CHEN, False), (OTHER, False), (BOSS, False)]
)
def test_who_sees_an_evaluation_that_is_not_scored(actor: Actor, sees: bool) -> None:
    assert may_see(Story().found, actor) is sees


@pytest.mark.parametrize(
    ("actor", "sees"), [(LI, True), (WANG, True), (CHEN, True), (OTHER, False), (BOSS, False)]
)
def test_who_sees_a_score(actor: Actor, sees: bool) -> None:
    assert may_see(Story().scored().found, actor) is sees


def test_evaluators_of_a_calibration_are_blind_to_each_other_until_it_is_closed() -> None:
    story = Story(purpose=EvaluationKind.CALIBRATION)
    story.write([Decided(EvaluationClaimed(until=NOON.isoformat()), "li")])

    assert may_see(story.found, LI, blind=True)
    assert not may_see(story.found, ZHOU, blind=True)
    assert not may_see(story.found, WANG, blind=True)
    assert may_see(story.found, ZHOU, blind=False)
    assert not may_see(story.found, CHEN, blind=False)


_ACTORS = (LI, ZHOU, WANG, SUN, CHEN, OTHER, BOSS)


def _acts(story: Story, actor: Actor) -> dict[str, Callable[[], list[Decided]]]:
    found, now = story.found, story.now
    good = Answering(question="tone", answer="good")
    return {
        "claim": partial(decide_claim, found, actor, now, TERMS),
        "release": partial(decide_release, found, actor, now, "x"),
        "answer": partial(decide_answer, found, actor, now, TERMS, small(), good, MACHINE),
        "submit": partial(decide_submit, found, actor, now, TERMS, small(), MACHINE),
        "acknowledge": partial(decide_acknowledge, found, actor, now, ""),
        "dispute": partial(decide_dispute, found, actor, now, TERMS, small(), "x", ()),
        "resolve": partial(decide_resolve, found, actor, small(), "x", {"quiet": "yes"}),
        "withdraw": partial(decide_withdraw, found, actor, now, "x"),
        "expire": partial(decide_expiry, found, now),
    }


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(_ACTORS),
        st.sampled_from([
            "claim", "release", "answer", "submit", "acknowledge", "dispute", "resolve",
            "withdraw", "expire", "fill",
        ]),
        st.sampled_from([0, 1, 30, 24 * 8]),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(_STEPS)
def test_whatever_people_try_the_book_tells_a_possible_story(
    steps: list[tuple[Actor, str, int]],
) -> None:
    story = Story()
    for actor, what, hours in steps:
        story.now += hours * HOUR
        try:
            if what == "fill" and actor is LI:
                story.fill()
            elif what != "fill":
                story.write(_acts(story, actor)[what]())
        except WorkError:
            continue
    _is_possible(story)


def _is_possible(story: Story) -> None:
    kinds = [event.kind for event in story.events]
    found = story.found
    assert kinds.count("submitted") <= 1
    assert kinds.count("resolved") <= 1
    assert kinds.count("acknowledged") + kinds.count("disputed") <= 1
    by = {event.kind: event.actor for event in story.events}
    if "resolved" in by:
        assert by["resolved"] != by["submitted"]
        assert kinds.index("disputed") < kinds.index("resolved")
    if "disputed" in by:
        assert by["disputed"] == "chen"
    if by.get("acknowledged", SYSTEM) != SYSTEM:
        assert by["acknowledged"] == "chen"
    if "submitted" in by:
        assert by["submitted"] in ("li", "zhou", "wang", "sun")
        before = story.events[: kinds.index("submitted")]
        assert [event.actor for event in before if event.kind == "claimed"][-1] == by["submitted"]
    if "withdrawn" in kinds:
        assert found.state is EvaluationState.WITHDRAWN
        assert kinds[-1] == "withdrawn"


def test_nobody_withdraws_the_score_of_a_call_of_their_own() -> None:
    story = Story().scored()
    own = Actor(name="wang", role=Role.SUPERVISOR, agent="1001")

    with pytest.raises(NotAllowedError, match="a call of their own"):
        decide_withdraw(story.found, own, story.now, "slip")
    assert story.write(decide_withdraw(story.found, SUN, story.now, "slip")) == ["withdrawn"]


@pytest.mark.parametrize("actor", [LI, WANG])
def test_a_part_of_a_calibration_ends_only_with_it(actor: Actor) -> None:
    story = Story(purpose=EvaluationKind.CALIBRATION)
    story.write([Decided(EvaluationClaimed(until="2026-12-24T12:00:00+00:00"), "li")])

    with pytest.raises(WorkError, match="is part of calibration"):
        decide_withdraw(story.found, actor, story.now, "no time")
