"""A state folder to record in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorder.house import House, MemoryLedger


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "monitor").mkdir()
    return House(tmp_path, MemoryLedger())
