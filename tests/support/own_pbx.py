"""A real Asterisk for some tests, which are skipped where there can be none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from calls.errors import PbxError
from tests.support.pbx import HousePbx, start_pbx, stop_pbx


@contextmanager
def own_pbx(*, nailed_up: Sequence[str] = ()) -> Iterator[HousePbx]:
    """An instance with a new state folder. Skipped where none can be had; with CI=true that fails.

    Those of `nailed_up` have a line that stands.
    """
    # A short path: Asterisk's control socket is below it.
    state = Path(tempfile.mkdtemp(prefix="thirdring-pbx-"))
    try:
        house = start_pbx(state, nailed_up=nailed_up)
    except PbxError as error:
        shutil.rmtree(state)
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"no real Asterisk for the tests: {error}")
        pytest.skip(f"NO REAL ASTERISK, real calls not tested: {error}")
    try:
        yield house
    finally:
        stop_pbx(house)
        shutil.rmtree(state)
