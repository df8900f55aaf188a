"""Plug-ins of the site: loaded by name, bounded in threads and time, never trusted."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from calls.actions import Do
from calls.errors import ConfigError
from calls.outcomes import Failed, Got
from casework.plugins import THREADS, PluginRunner, load_plugins

ACCOUNT = "6222021234567890"


def do(name: str = "check", *store: str, most_ms: int = 5000) -> Do:
    return Do(plugin=name, given={"account": ACCOUNT}, store=store, most_ms=most_ms)


def runner(plugin: Callable[[Mapping[str, str]], Any]) -> PluginRunner:
    return PluginRunner({"check": plugin})


async def test_a_function_runs_in_a_thread_and_its_answer_becomes_variables() -> None:
    def check(given: Mapping[str, str]) -> Mapping[str, str | int | bool]:
        on_the_loop = threading.current_thread() is threading.main_thread()
        return {"last": given["account"][-4:], "level": 3, "loop": on_the_loop, "more": "x"}

    found = await runner(check).run(do("check", "last", "level", "loop"))

    assert found == Got(name="ok", values={"last": "7890", "level": 3, "loop": False})


async def test_a_coroutine_is_awaited() -> None:
    async def check(given: Mapping[str, str]) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {"last": given["account"][-4:]}

    assert await runner(check).run(do("check", "last")) == Got(name="ok", values={"last": "7890"})


async def test_an_object_that_is_called_asynchronously_is_awaited_too() -> None:
    class Check:
        async def __call__(self, given: Mapping[str, str]) -> Mapping[str, str]:
            await asyncio.sleep(0)
            return {"last": given["account"][-4:]}

    assert await runner(Check()).run(do("check", "last")) == Got(name="ok", values={"last": "7890"})


def raises(given: Mapping[str, str]) -> Mapping[str, str]:
    raise ValueError(f"no account {given['account']}")


def gives_up(given: Mapping[str, str]) -> Mapping[str, str]:
    raise SystemExit(given["account"])


async def raises_later(given: Mapping[str, str]) -> Mapping[str, str]:
    await asyncio.sleep(0)
    raise KeyError(given["account"])


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (raises, "ValueError"),
        (gives_up, "RuntimeError"),
        (raises_later, "KeyError"),
        (lambda given: "text", "the answer is no mapping"),
        (lambda given: {"first": "x"}, "the answer has no last"),
        (lambda given: {"last": ["x"]}, "the answer last is neither text, number nor flag"),
    ],
)
async def test_a_plug_in_that_fails_is_an_error_and_nothing_of_the_caller_is_logged(
    plugin: Callable[[Mapping[str, str]], Any],
    reason: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = await runner(plugin).run(do("check", "last"))

    out, err = capfd.readouterr()
    assert found == Failed(reason=reason)
    assert ACCOUNT not in out + err


async def test_a_plug_in_that_hangs_keeps_its_thread_but_not_the_caller() -> None:
    go_on = threading.Event()

    def hangs(given: Mapping[str, str]) -> Mapping[str, str]:
        go_on.wait(60)
        return {}

    there = runner(hangs)
    try:
        found = await asyncio.gather(*(there.run(do(most_ms=100)) for _ in range(THREADS)))
        assert found == [Got(name="timeout", values={})] * THREADS
        assert there.busy == THREADS
        refused = await there.run(do(most_ms=60_000))
        assert refused == Failed(reason="all threads for plug-ins are at work")
    finally:
        go_on.set()
    async with asyncio.timeout(10):
        while there.busy:
            await asyncio.sleep(0.01)
    assert (await there.run(do())).name == "ok"


async def test_a_coroutine_that_will_not_end_keeps_nobody() -> None:
    go_on = asyncio.Event()

    async def stubborn(given: Mapping[str, str]) -> Mapping[str, str]:
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                continue
        return {}

    there = runner(stubborn)
    assert await there.run(do(most_ms=50)) == Got(name="timeout", values={})
    go_on.set()
    await asyncio.sleep(0.01)
    assert not there._lingering


async def test_a_plug_in_that_is_not_there_is_a_failure() -> None:
    assert isinstance(await PluginRunner({}).run(do()), Failed)


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "site_checks.py").write_text(
        "def balance(given):\n    return {'balance': 7}\n\nnothing = 1\n", encoding="utf-8"
    )
    (tmp_path / "site_broken.py").write_text("1 / 0\n", encoding="utf-8")
    metadata = tmp_path / "site_checks-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: site_checks\nVersion: 1\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(
        "[thirdring.plugins]\ninstalled = site_checks:balance\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("site_checks", "site_broken"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("importable")
async def test_plug_ins_are_found_by_the_settings_and_by_entry_points() -> None:
    there = PluginRunner(load_plugins({"own": "site_checks:balance"}))

    assert {"own", "installed"} <= set(there.plugins)
    assert await there.run(do("own", "balance")) == Got(name="ok", values={"balance": 7})


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("site_checks:nowhere", "AttributeError"),
        ("no_such_module:f", "ModuleNotFoundError"),
        ("site_broken:f", "ZeroDivisionError"),
        ("site_checks", "AttributeError"),
        ("", "ValueError"),
        ("site_checks:nothing", "is no function"),
    ],
)
def test_a_plug_in_that_cannot_be_loaded_is_named_at_the_start(path: str, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"plugins.own: .*{told}"):
        load_plugins({"own": path})
