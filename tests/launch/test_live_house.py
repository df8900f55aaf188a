"""A running server keeps the flows it has when a reload is bad."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
import structlog.testing

from callflow.house import house_files
from calls.errors import FlowFileError
from launch.serving.live_house import LiveHouse
from launch.serving.vetting import Vetting

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in house_files(SCRIPTS):
        copy = tmp_path / path.relative_to(SCRIPTS)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path, copy)
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


BROKEN = ("closing.yaml", "    say: closing\n", "    say: anything_else\n")
"""No goodbye at the end: A05 and A08 can be broken."""


def _vetting(folder: Path, state: Path) -> Vetting:
    return Vetting(folder, state, {"company": "三声", "agent_no": "1000"})


def test_flows_that_can_break_a_rule_marked_must_are_not_served(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _change(folder, *BROKEN)

    with pytest.raises(FlowFileError) as refused:
        LiveHouse(folder, _vetting(folder, tmp_path_factory.mktemp("state")))

    said = str(refused.value)
    assert "can break A05" in said
    assert "thirdring prove --rule A05 --flow greetings" in said


async def test_a_change_by_which_a_rule_can_be_broken_is_refused_and_the_old_flows_stay(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = LiveHouse(folder, _vetting(folder, tmp_path_factory.mktemp("state")))
    before = house.current
    _change(folder, *BROKEN)

    with structlog.testing.capture_logs() as logs:
        loaded = await house.reload()

    assert not loaded
    assert house.current is before
    assert "can break A05" in str(logs)

    shutil.copy(SCRIPTS / BROKEN[0], folder)

    assert await house.reload()


def test_a_text_is_proved_once_for_a_state_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path_factory.mktemp("state")
    LiveHouse(folder, _vetting(folder, state))

    def never(*_: object) -> None:
        raise AssertionError("proved a second time")

    monkeypatch.setattr("launch.serving.vetting.broken_rules", never)

    LiveHouse(folder, _vetting(folder, state))
