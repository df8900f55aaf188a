"""The site's own Python: named functions, in a bounded number of threads, under a time limit."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import threading
import traceback
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from importlib.metadata import entry_points
from typing import Any, Final

import structlog

from calls.actions import Do
from calls.errors import ConfigError
from calls.outcomes import Failed, Got, Outcome
from casework.answers import got

Plugin = Callable[[Mapping[str, str]], Any]
GROUP: Final = "thirdring.plugins"
THREADS: Final = 4
MOST_COROUTINES: Final = 64

_log = structlog.get_logger(__name__)


def load_plugins(named: Mapping[str, str]) -> dict[str, Plugin]:
    """Plug-ins of the settings (name -> `package.module:function`), over installed ones.

    Raises ConfigError naming the plug-in that cannot be loaded.
    """
    loaded: dict[str, Plugin] = {}
    for point in entry_points(group=GROUP):
        if point.name not in named:
            loaded[point.name] = _checked(f"entry point {point.name}", point.load)
    for name, path in named.items():
        loaded[name] = _checked(f"plugins.{name}", partial(_found, path))
    return loaded


def _checked(where: str, load: Callable[[], Any]) -> Plugin:
    try:
        plugin = load()
    except Exception as error:
        raise ConfigError(
            f"{where}: cannot be loaded ({type(error).__name__}: {error}); "
            'write "package.module:function" of something that can be imported here'
        ) from error
    if not callable(plugin):
        raise ConfigError(f"{where}: is no function; it takes a mapping and gives one")
    made: Plugin = plugin
    return made


def _found(path: str) -> Any:
    module, _, function = path.partition(":")
    return getattr(importlib.import_module(module), function)


class PluginRunner:
    """Runs plug-ins. One that overstays is left behind: its thread counts until it is over."""

    def __init__(self, plugins: Mapping[str, Plugin]) -> None:
        self.plugins = dict(plugins)
        self._threads = 0
        self._lingering: set[asyncio.Task[Any]] = set()

    @property
    def busy(self) -> int:
        """Threads that are at work, overstaying ones among them."""
        return self._threads

    async def run(self, action: Do) -> Outcome:
        """`ok`, `timeout`, or Failed with a reason that holds no caller's data."""
        plugin = self.plugins.get(action.plugin)
        if plugin is None:
            return Failed(reason="no such plug-in is installed")
        given = dict(action.given)
        work: asyncio.Future[Any]
        if _is_async(plugin):
            if len(self._lingering) >= MOST_COROUTINES:
                return Failed(reason="too many plug-ins at work")
            work = self._begun(plugin(given))
        else:
            if self._threads >= THREADS:
                return Failed(reason="all threads for plug-ins are at work")
            work = self._in_a_thread(plugin, given)
        try:
            done, _ = await asyncio.wait({work}, timeout=action.most_ms / 1000)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if not done:
            work.cancel()
            _log.warning("a plug-in took too long", plugin=action.plugin)
            return Got(name="timeout", values={})
        return _outcome(action, work)

    def _begun(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(coroutine)
        self._lingering.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._lingering.discard(task)
        if not task.cancelled():
            task.exception()  # one that fails after its time is nobody's news

    def _in_a_thread(self, plugin: Plugin, given: Mapping[str, str]) -> asyncio.Future[Any]:
        """A thread of its own, for a pool's threads keep the process from ending."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._threads += 1

        def finish(value: Any, error: BaseException | None) -> None:
            self._threads -= 1
            if future.cancelled():
                return
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)

        def work() -> None:
            value, problem = None, None
            try:
                value = plugin(given)
            except BaseException as error:  # noqa: BLE001  whatever it is, it is the plug-in's
                problem = error if isinstance(error, Exception) else RuntimeError("it gave up")
            try:
                loop.call_soon_threadsafe(finish, value, problem)
            except RuntimeError:
                return  # the loop is gone

        threading.Thread(target=work, name=f"plug-in {self._threads}", daemon=True).start()
        return future


def _is_async(plugin: Plugin) -> bool:
    called = getattr(type(plugin), "__call__", None)  # noqa: B004  an object may be one too
    return inspect.iscoroutinefunction(plugin) or inspect.iscoroutinefunction(called)


def _outcome(action: Do, work: asyncio.Future[Any]) -> Outcome:
    error = asyncio.CancelledError() if work.cancelled() else work.exception()
    if error is not None:
        # The text of an exception may hold what the caller said or keyed.
        _log.error(
            "a plug-in failed",
            plugin=action.plugin,
            error=type(error).__name__,
            at=_place(error),
        )
        return Failed(reason=type(error).__name__)
    found = work.result()
    if not isinstance(found, Mapping):
        return Failed(reason="the answer is no mapping")
    return got(found, action.store)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
