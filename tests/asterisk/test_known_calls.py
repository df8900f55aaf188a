"""Calls of known truth as telephone calls are judged as they are; `bench.answers` makes many."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from callers.result import CallResult
from calls.errors import PbxError
from tests.support.known_calls import Tally
from tests.support.known_sip import by_telephone
from tests.support.known_truth import BY_THE_HOUSE

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CALLS = ("silent - none", "polite - none", "silent - one hello only", "polite - one hello only")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: Asterisk's control socket is below it."""
    path = Path(tempfile.mkdtemp(prefix="thirdring-known-"))
    yield path
    shutil.rmtree(path)


def test_the_machine_answers_telephone_calls_as_they_are(folder: Path) -> None:
    tally = Tally()
    calls = [(known, 0) for known in BY_THE_HOUSE if known.name in CALLS]
    lived: list[CallResult] = []

    try:
        by_telephone(calls, folder, tally, lived.append)
    except PbxError as error:
        pytest.skip(f"NO REAL ASTERISK, real calls not tested: {error}")

    assert (tally.wrong, tally.never) == ([], [])
    assert tally.calls == len(calls) == 4
    assert all(result.answered_ms is not None for result in lived)
    assert tally.told["A11"] == 2
    assert tally.right["rules_judged broken"] == 4
