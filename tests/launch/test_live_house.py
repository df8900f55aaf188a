"""A running server keeps the flows it has when a reload is bad."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
import structlog.testing

from calls.errors import FlowFileError
from launch.live_house import LiveHouse

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in SCRIPTS.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def _change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


async def _reloaded(house: LiveHouse) -> None:
    """Watch the folder until it was loaded anew."""
    seen = asyncio.Event()
    house.changed.append(lambda _: seen.set())
    watching = asyncio.create_task(house.watch(every_s=0.02))
    await asyncio.wait_for(seen.wait(), 30)
    watching.cancel()


async def test_a_good_change_is_loaded_and_live_calls_stay_on_their_version(folder: Path) -> None:
    house = LiveHouse(folder)
    old_run = house.start("greetings", {}, "zh-Hans")
    _change(folder, "greetings.yaml", "ring: 1 ", "ring: 2 ")
    await _reloaded(house)
    new_run = house.start("greetings", {}, "zh-Hans")

    assert getattr(old_run.begin(), "rings", None) == 1
    assert getattr(new_run.begin(), "rings", None) == 2
    assert old_run.position.digest != new_run.position.digest


async def test_a_bad_change_is_told_in_full_and_the_old_flows_stay(folder: Path) -> None:
    house = LiveHouse(folder)
    before = house.current
    _change(folder, "greetings.yaml", "on: {heard: menu}", "on: {herd: menu}")

    with structlog.testing.capture_logs() as logs:
        loaded = await house.reload()

    assert not loaded
    assert house.current is before
    assert any("does not say what happens on heard" in text for text in logs[0]["problems"])


def test_a_broken_folder_never_starts(folder: Path) -> None:
    _change(folder, "noise.yaml", "noise: give_up", "noise: giveup")

    with pytest.raises(FlowFileError, match=r"noise.yaml:\d+:\d+: .* did you mean \"give_up\""):
        LiveHouse(folder)


def test_a_flow_that_waits_to_be_called_is_no_entry_for_a_number() -> None:
    house = LiveHouse(SCRIPTS)

    assert house.knows("greetings")
    assert not house.knows("callback")
    assert not house.knows("noise")
    assert not house.knows("../greetings")
