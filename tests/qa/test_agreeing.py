"""How often humans leave the machine's answers as they were."""

from __future__ import annotations

import pytest

from qa.agreeing import Submitted, agreement, kappa


def test_the_classic_example_of_kappa() -> None:
    # 20 both yes, 15 both no, 5 yes/no, 10 no/yes: 0.7 observed, 0.5 by chance
    pairs = [("yes", "yes")] * 20 + [("no", "no")] * 15
    pairs += [("yes", "no")] * 5 + [("no", "yes")] * 10

    assert kappa(pairs) == pytest.approx(0.4)


def test_kappa_is_not_defined_without_anything_to_tell_apart() -> None:
    assert kappa([]) is None
    assert kappa([("yes", "yes")] * 9) is None


def test_kappa_is_one_for_full_agreement_on_two_answers() -> None:
    assert kappa([("yes", "yes"), ("no", "no")]) == pytest.approx(1.0)


def test_agreement_is_told_by_question_with_those_that_overruled() -> None:
    submitted = [
        Submitted(id=f"e{number}", answers={"goodbye": "yes"}, machine={"goodbye": "yes"})
        for number in range(19)
    ]
    submitted.append(
        Submitted(
            id="e19",
            answers={"goodbye": "no", "quiet": "yes"},
            machine={"goodbye": "yes", "quiet": "yes", "rings": "yes"},
        )
    )

    found = agreement(submitted)

    goodbye = found["goodbye"]
    assert (goodbye.count, goodbye.agreed, goodbye.share) == (20, 19, 0.95)
    assert goodbye.enough
    assert goodbye.overruled == {("yes", "no"): 1}
    assert goodbye.evaluations == ("e19",)
    assert not found["quiet"].enough
    assert "rings" not in found  # the human left it unanswered


def test_where_the_machine_was_silent_nothing_is_counted() -> None:
    found = agreement([Submitted(id="e", answers={"tone": "good"}, machine={"tone": ""})])

    assert found == {}
