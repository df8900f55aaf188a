"""What is summed up with the calls of callers, and what stands apart."""

from __future__ import annotations

from datetime import UTC

from qa.figures.folding import fold
from qa.figures.terms import Terms
from tests.support.figure_rows import FigureCall, told


def test_a_call_that_the_house_placed_counts_in_no_figure_of_callers() -> None:
    placed = FigureCall(id="20261102-100000-bbbbbbbb", direction="outbound", queue="")

    folded = fold(told([FigureCall(), placed]), Terms(), UTC)

    assert list(folded.apart) == ["outbound"]
    assert sum(folded.dispositions.values()) == 1
    assert list(folded.agents) == ["801"]
