"""What answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.quality.states import FormResult
from qa.rubric import NA, Answer, Form, Mode, Question, Section, asked, score, uncommented
from tests.qa.small_form import small

BEST = {
    "tone": "good",
    "listens": "yes",
    "blame": "yes",
    "closing": "yes",
    "quiet": "yes",
    "abuse": "yes",
}


def test_all_right_is_a_hundred_and_passed() -> None:
    found = score(small(), BEST)

    assert (found.percent, found.result) == (100.0, FormResult.PASSED)
    assert found.complete


def test_weights_count_within_the_section_and_among_the_sections() -> None:
    found = score(small(), BEST | {"tone": "poor", "why": "yes"})

    # manner: 0 of 2, 1, 1, 1 of 5 weights = 60 %; matter 100 %; 0.6 * 60 + 0.4 * 100
    assert found.by_section() == {"manner": 60.0, "matter": 100.0}
    assert found.percent == 76.0


def test_na_spreads_its_weight_over_the_rest() -> None:
    found = score(small(), BEST | {"closing": NA, "quiet": "no"})

    assert found.by_section()["matter"] == 0.0
    assert found.percent == 60.0


def test_a_section_with_nothing_left_leaves_the_form() -> None:
    found = score(small(), BEST | {"closing": NA, "quiet": NA})

    assert found.by_section() == {"manner": 100.0, "matter": None}
    assert found.percent == 100.0


def test_nothing_left_at_all_is_no_score() -> None:
    found = score(small(), {"closing": NA})

    assert (found.percent, found.result, found.complete) == (None, None, False)


def test_a_failed_critical_question_makes_its_section_zero() -> None:
    found = score(small(), BEST | {"blame": "no"})

    assert found.by_section() == {"manner": 0.0, "matter": 100.0}
    assert found.sections[0].zeroed_by == ("blame",)
    assert (found.percent, found.result) == (40.0, FormResult.BELOW)


def test_a_failed_critical_question_without_weight_zeroes_a_section_of_which_nothing_counts() -> (
    None
):
    one = (1, ((0, "no", "critical"), (5, NA, "")))
    drawn = (one, (1, ((1, "yes", ""),)))

    assert score(_form(drawn), _given(drawn)).by_section() == {"s0": 0.0, "s1": 100.0}
    assert score(_form(drawn), _given(drawn)).percent == 50.0


def test_a_failed_fatal_question_makes_the_form_zero_even_without_weight() -> None:
    found = score(small(), BEST | {"abuse": "no"})

    assert (found.percent, found.result) == (0.0, FormResult.FAILED)
    assert found.failed_by == ("abuse",)


def test_a_fatal_question_fails_a_form_in_which_nothing_else_counts() -> None:
    found = score(small(), {"abuse": "no"})

    assert (found.percent, found.result) == (0.0, FormResult.FAILED)


def test_a_conditional_question_is_asked_only_then() -> None:
    names = [question.name for question in asked(small(), BEST)]
    more = [question.name for question in asked(small(), BEST | {"tone": "fair"})]

    assert "why" not in names
    assert "why" in more
    assert score(small(), BEST | {"tone": "fair"}).missing == ("why",)


def test_an_answer_to_a_question_that_is_not_asked_counts_nothing() -> None:
    assert score(small(), BEST | {"why": "no"}).percent == 100.0


def test_what_is_not_answered_yet_is_told() -> None:
    found = score(small(), {"tone": "good"})

    assert found.missing == ("listens", "blame", "closing", "quiet", "abuse")
    assert not found.complete


def test_a_comment_is_asked_for_where_the_form_says_so() -> None:
    answers = BEST | {"tone": "poor", "why": "yes"}

    assert uncommented(small(), BEST, ()) == ()
    assert uncommented(small(), answers, ()) == ("tone", "why")
    assert uncommented(small(), answers, ("why",)) == ("tone",)


@pytest.mark.parametrize("answers", [{"nothing": "yes"}, {"tone": "grand"}, {"blame": NA}])
def test_what_the_form_does_not_have_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        score(small(), answers)


def test_the_result_is_by_the_percent_that_is_shown() -> None:
    form = _form(((1, ((2, "third", ""), (1, "yes", ""))),), pass_mark=67)

    found = score(form, {"q0_0": "third", "q0_1": "yes"})

    assert (found.percent, found.result) == (55.56, FormResult.BELOW)


def test_points_are_of_all_points_that_could_be_reached() -> None:
    form = _form(((1, ((30, "yes", ""), (10, "no", ""))), (1, ((60, "half", ""),))), Mode.POINTS)

    found = score(form, {"q0_0": "yes", "q0_1": "no", "q1_0": "half"})

    assert found.percent == 60.0
    assert [each.possible for each in found.sections[0].questions] == [30.0, 10.0]
    assert found.sections[0].questions[0].points == 30.0


def test_what_each_question_gave_adds_up_to_the_whole() -> None:
    found = score(small(), BEST | {"tone": "fair", "why": "no", "closing": NA})

    points = [each.points for section in found.sections for each in section.questions]
    assert sum(filter(None, points)) == pytest.approx(found.percent)


# ---- against a slow and obvious reference ------------------------------------------------------

SHARES = {"yes": Fraction(1), "half": Fraction(1, 2), "third": Fraction(1, 3), "no": Fraction(0)}
_ANSWERS = {
    name: Answer(name=name, title={"zh": name, "en": name}, share=share)
    for name, share in SHARES.items()
}
Drawn = tuple[tuple[int, tuple[tuple[int, str, str], ...]], ...]
"""Sections: weight, and per question weight, answer and what it is: critical, fatal or neither."""


def _form(drawn: Drawn, mode: Mode = Mode.PERCENT, pass_mark: int = 80) -> Form:
    return Form(
        name="drawn",
        title={},
        version="1",
        mode=mode,
        pass_mark=pass_mark,
        sections=tuple(
            Section(
                name=f"s{number}",
                title={},
                weight=weight,
                questions=tuple(
                    Question(
                        name=f"q{number}_{at}",
                        title={},
                        weight=own,
                        answers=_ANSWERS,
                        na=True,
                        critical=kind == "critical",
                        fatal=kind == "fatal",
                    )
                    for at, (own, _, kind) in enumerate(questions)
                ),
            )
            for number, (weight, questions) in enumerate(drawn)
        ),
    )


def _given(drawn: Drawn) -> dict[str, str]:
    return {
        f"q{number}_{at}": answer
        for number, (_, questions) in enumerate(drawn)
        for at, (_, answer, _) in enumerate(questions)
    }


def _by_hand(drawn: Drawn, mode: Mode) -> Fraction | None:
    """A hundred points are handed out from the top, then those that are earned are counted."""
    if any(kind == "fatal" and answer == "no" for _, qs in drawn for _, answer, kind in qs):
        return Fraction(0)
    live = [(w, [q for q in qs if q[0] and q[1] not in ("", NA)], qs) for w, qs in drawn]
    live = [
        each
        for each in live
        if (each[1] or (_zeroed(each[2]) and mode is Mode.PERCENT))
        and (each[0] or mode is Mode.POINTS)
    ]
    if not live:
        return None
    earned = Fraction(0)
    everything = sum(own for _, qs, _ in live for own, _, _ in qs)
    for weight, questions, all_of_it in live:
        own_sum = sum(own for own, _, _ in questions)
        purse = Fraction(100 * own_sum, everything)
        if mode is Mode.PERCENT:
            purse = Fraction(100 * weight, sum(each[0] for each in live))
        if _zeroed(all_of_it):
            continue
        for own, answer, _ in questions:
            earned += purse * own / own_sum * SHARES[answer]
    return earned


def _zeroed(questions: tuple[tuple[int, str, str], ...]) -> bool:
    return any(kind == "critical" and answer == "no" for _, answer, kind in questions)


_QUESTION = st.tuples(
    st.integers(0, 9),
    st.sampled_from(["", NA, *SHARES]),
    st.sampled_from(["", "", "", "critical", "fatal"]),
)
_FORMS = st.lists(
    st.tuples(st.integers(0, 9), st.lists(_QUESTION, min_size=1, max_size=4).map(tuple)),
    min_size=1,
    max_size=4,
).map(tuple)


@settings(deadline=None)
@given(_FORMS, st.sampled_from(Mode))
def test_every_form_comes_to_what_handing_out_points_comes_to(drawn: Drawn, mode: Mode) -> None:
    wanted = _by_hand(drawn, mode)

    found = score(_form(drawn, mode), _given(drawn))

    assert (found.percent is None) == (wanted is None)
    if found.percent is not None and wanted is not None:
        assert found.percent == pytest.approx(float(wanted), abs=0.005001)
        assert 0 <= found.percent <= 100


@settings(deadline=None)
@given(_FORMS, st.sampled_from(Mode))
def test_a_better_answer_never_lowers_the_score(drawn: Drawn, mode: Mode) -> None:
    form, answers = _form(drawn, mode), _given(drawn)
    before = score(form, answers).percent

    for question, better in product([name for name in answers if answers[name] in SHARES], SHARES):
        if SHARES[better] > SHARES[answers[question]]:
            after = score(form, {**answers, question: better}).percent
            assert before is None or after is None or after >= before


@settings(deadline=None)
@given(_FORMS)
def test_the_order_of_the_answers_counts_for_nothing(drawn: Drawn) -> None:
    form, answers = _form(drawn), _given(drawn)
    turned: Mapping[str, str] = dict(reversed(answers.items()))

    assert score(form, turned) == score(form, answers)
