"""A screen with a fault: the terminal comes back, the fault is told, no caller's data are."""

from __future__ import annotations

import os
import signal

import pytest

from launch.telling.refusing import refused
from softphone_panel.agent.app import AgentApp
from softphone_panel.screen_app import NoTerminalError, ScreenApp, ScreenFailedError
from softphone_panel.wall.app import WallApp
from softphone_panel.watch.app import WatchApp

NUMBER = "13800138000"


class Failing(ScreenApp):
    """Fails with a caller's number at hand."""

    def on_mount(self) -> None:
        callers = {"ani": NUMBER}
        raise KeyError(callers["ani"])


class FailingBesides(ScreenApp):
    """Fails in work of its own, as a link to the desk does."""

    def on_mount(self) -> None:
        self.run_worker(self._follow())

    async def _follow(self) -> None:
        raise ValueError(NUMBER)


@pytest.mark.parametrize(
    ("screen", "kind"), [(Failing, "KeyError"), (FailingBesides, "ValueError")]
)
async def test_a_fault_is_told_with_its_place_and_without_data(
    screen: type[ScreenApp], kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ScreenFailedError) as failed:
        await screen().run_async(headless=True)

    told = str(failed.value)
    assert kind in told.splitlines()[0]
    assert "softphone_panel/test_failing_screen.py:" in told
    printed = "".join(capfd.readouterr())
    assert NUMBER not in told + printed
    assert "Traceback" not in printed
    assert "界面自身出错" in refused(told, "zh")
    assert "test_failing_screen.py:" in refused(told, "zh")


async def test_a_screen_that_is_left_has_no_fault() -> None:
    screen = ScreenApp()
    screen.call_later(screen.exit, "left")
    assert await screen.run_async(headless=True) == "left"


@pytest.mark.parametrize("ends", [signal.SIGHUP, signal.SIGTERM])
async def test_a_screen_whose_terminal_is_closed_ends_in_order(ends: signal.Signals) -> None:
    screen = ScreenApp()
    screen.call_later(os.kill, os.getpid(), ends)
    assert await screen.run_async(headless=True) is None


@pytest.mark.parametrize("screen", [AgentApp, WallApp, WatchApp])
def test_every_screen_is_one_of_these(screen: type[object]) -> None:
    assert issubclass(screen, ScreenApp)


async def test_a_screen_that_nobody_could_see_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoTerminalError) as no_terminal:
        await ScreenApp().run_async()

    assert capfd.readouterr().err == ""
    assert "ssh -t" in str(no_terminal.value)
    assert refused(str(no_terminal.value), "zh").startswith("画面要有终端")
