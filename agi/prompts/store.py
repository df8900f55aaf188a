"""The one place that turns a line into a file Asterisk can play.

Order: studio recording, shipped rendering, then each run-time engine in turn, its cache first.
Nothing here works on the event loop but dictionaries: files are read and engines asked in threads.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from agi.prompts import sound
from agi.prompts.engines import TtsEngine
from agi.prompts.prompt import Prompt
from agi.prompts.shelf import Shelf
from agi.prompts.sources import Bundled, Studio, check_line
from calls.actions import Line
from calls.clock import Clock, SystemClock
from calls.errors import NoRoomError, PromptError

_log = structlog.get_logger(__name__)
_Key = tuple[str, str, str]
Progress = Callable[[int, int, Line], None]
_MOST_KNOWN = 2000
_MOST_WAITING = 200
_REST_MS = 30_000
_FAILED_MS = 10_000
_WARM_AT_ONCE = 4
_PRUNE_EVERY = 256


def _key(line: Line) -> _Key:
    return line.language, line.name, line.text


class PromptStore:
    """Prompts by line. One store a process; `obtain` and `warm` belong to one event loop."""

    def __init__(
        self,
        state_dir: Path,
        bundled: Path,
        studio: Path | None = None,
        engines: Sequence[TtsEngine] = (),
        *,
        timeout_s: float = 60.0,
        workers: int = 2,
        most_cached: int = 4000,
        clock: Clock | None = None,
    ) -> None:
        """Open the folders; raises PromptError when one cannot be used.

        `timeout_s` is the longest an engine is waited for, `workers` the texts an engine speaks at
        once, `most_cached` the synthesized files kept on disk.
        """
        self._shelf = Shelf(state_dir.resolve() / "prompts", most_cached)
        self._bundled = Bundled(bundled)
        self._studio = Studio(studio) if studio is not None else None
        self._engines = tuple(engines)
        self._timeout_s = timeout_s
        self._clock = clock or SystemClock()
        self._files = ThreadPoolExecutor(2, "prompt-files")
        self._pools = {
            engine.name: ThreadPoolExecutor(workers, f"prompt-{engine.name}") for engine in engines
        }
        self._known: OrderedDict[_Key, Prompt] = OrderedDict()
        self._under_way: dict[_Key, asyncio.Task[Prompt]] = {}
        self._speaking: dict[tuple[str, str, str], asyncio.Task[Prompt]] = {}
        self._failed: dict[_Key, tuple[int, str]] = {}
        self._resting: dict[str, int] = {}
        self._written = 0
        self._closed = False

    def find(self, line: Line) -> Prompt | None:
        """The prompt when it is ready; a dictionary look-up, no file is touched."""
        return self._known.get(_key(line))

    async def obtain(self, line: Line) -> Prompt:
        """The prompt, made ready if need be; all who ask for it meanwhile wait for the same work.

        A caller who gives up (is cancelled) does not stop it for the others. Raises PromptError
        when nothing can speak the line, or too many lines are waited for.
        """
        key = _key(line)
        ready = self._known.get(key)
        if ready is not None:
            return ready
        self._refuse_if_hopeless(key, line)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._make(line))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        return await asyncio.shield(task)

    async def warm(
        self, lines: Iterable[Line], progress: Progress | None = None
    ) -> list[tuple[Line, PromptError]]:
        """Make a list of lines ready; returns those that could not be, each with its error.

        `progress(done, total, line)` is told after each. Where the disk is full none is tried
        after the first that finds no room.
        """
        wanted = list(lines)
        problems: list[tuple[Line, PromptError]] = []
        full: list[NoRoomError] = []
        turn = asyncio.Semaphore(_WARM_AT_ONCE)
        done = 0

        async def one(line: Line) -> None:
            nonlocal done
            async with turn:
                try:
                    if full and self.find(line) is None:
                        raise full[0]
                    await self.obtain(line)
                except PromptError as error:
                    problems.append((line, error))
                    if isinstance(error, NoRoomError):
                        full.append(error)
            done += 1
            if progress is not None:
                progress(done, len(wanted), line)

        async with asyncio.TaskGroup() as group:
            for line in wanted:
                group.create_task(one(line))
        return sorted(problems, key=lambda problem: wanted.index(problem[0]))

    def forget(self) -> None:
        """Look everything up anew: after a reload, or when the studio has brought recordings."""
        self._known.clear()
        self._failed.clear()

    def close(self) -> None:
        """Stop the engines; texts under way fail. Harmless twice."""
        self._closed = True
        for engine in self._engines:
            engine.close()
        for pool in (self._files, *self._pools.values()):
            pool.shutdown(wait=False, cancel_futures=True)

    def _refuse_if_hopeless(self, key: _Key, line: Line) -> None:
        if self._closed:
            raise PromptError(f"line {line.name}: the prompt store is closed")
        until, why = self._failed.get(key, (0, ""))
        if why and self._clock.monotonic_ms() < until:
            raise PromptError(why)
        if len(self._under_way) >= _MOST_WAITING and key not in self._under_way:
            raise PromptError(
                f"line {line.name} ({line.language}): {_MOST_WAITING} lines are being synthesized "
                "already; record or render more lines ahead"
            )

    def _made(self, key: _Key, task: asyncio.Task[Prompt]) -> None:
        self._under_way.pop(key, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._known[key] = task.result()
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        elif isinstance(error, PromptError):
            if len(self._failed) >= _MOST_KNOWN:
                self._failed.clear()
            # A caller a second with the same hopeless line shall not keep an engine busy.
            self._failed[key] = (self._clock.monotonic_ms() + _FAILED_MS, str(error))

    async def _make(self, line: Line) -> Prompt:
        check_line(line)
        loop = asyncio.get_running_loop()
        ready = await loop.run_in_executor(self._files, self._on_disk, line)
        if ready is not None:
            return ready
        tried: list[str] = []
        for engine in self._engines:
            if line.language not in engine.languages:
                continue
            try:
                return await self._spoken(engine, line)
            except NoRoomError:
                raise
            except PromptError as error:
                tried.append(f"{engine.name}: {error}")
                _log.warning(
                    "engine could not speak a line",
                    engine=engine.name,
                    line=line.name,
                    language=line.language,
                    problem=str(error),
                )
        raise PromptError(self._no_sound(line, tried))

    def _no_sound(self, line: Line, tried: list[str]) -> str:
        place = self._studio.wanted(line) if self._studio else f"{line.language}/{line.name}.wav"
        engines = "; ".join(tried) or f"no engine here speaks {line.language}"
        return (
            f"line {line.name} ({line.language}) has no sound: no studio recording, no shipped "
            f"rendering of these words, and {engines}. Put a recording at {place} of the studio "
            "folder, or set up an engine (`thirdring prompts missing` lists all)"
        )

    def _on_disk(self, line: Line) -> Prompt | None:
        """Studio, then shipped. Runs in a thread."""
        recorded = self._studio.find(line) if self._studio else None
        if recorded is not None:
            try:
                return self._shelf.from_studio(recorded, line)
            except NoRoomError:
                raise
            except PromptError as error:
                _log.error("studio recording not usable", line=line.name, problem=str(error))
        rendering = self._bundled.find(line)
        if rendering is None:
            return None
        try:
            return self._shelf.from_bundled(self._bundled.folder, rendering)
        except NoRoomError:
            raise
        except PromptError as error:
            _log.error("shipped rendering not usable", line=line.name, problem=str(error))
            return None

    async def _spoken(self, engine: TtsEngine, line: Line) -> Prompt:
        """One synthesis of a text by an engine, shared by all lines with these words."""
        key = (engine.name, line.language, line.text)
        task = self._speaking.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._speak(engine, line))
            self._speaking[key] = task
            task.add_done_callback(lambda _: self._speaking.pop(key, None))
        return await asyncio.shield(task)

    async def _speak(self, engine: TtsEngine, line: Line) -> Prompt:
        loop = asyncio.get_running_loop()
        name = cache_name(engine, line)
        cached = await loop.run_in_executor(self._files, self._shelf.cached, name)
        if cached is not None:
            return cached
        now = self._clock.monotonic_ms()
        if now < self._resting.get(engine.name, 0):
            raise PromptError("it failed a moment ago and is left alone for 30 s")
        job = self._pools[engine.name].submit(engine.synthesize, line.text, line.language)
        try:
            samples = await asyncio.wait_for(asyncio.wrap_future(job), self._timeout_s)
        except TimeoutError:
            self._resting[engine.name] = self._clock.monotonic_ms() + _REST_MS
            raise PromptError(f"it did not finish within {self._timeout_s:g} s") from None
        except PromptError:
            raise
        except Exception as error:
            # An engine is somebody else's program: whatever it raises, the next one is asked.
            self._resting[engine.name] = self._clock.monotonic_ms() + _REST_MS
            raise PromptError(f"it broke: {type(error).__name__}: {error}") from error
        prompt = await loop.run_in_executor(
            self._files, self._shelf.keep_spoken, name, samples, engine.name
        )
        self._written += 1
        if self._written % _PRUNE_EVERY == 1:
            in_use = frozenset(known.path for known in self._known.values())
            await loop.run_in_executor(self._files, self._shelf.prune, in_use | {prompt.path})
        return prompt


def cache_name(engine: TtsEngine, line: Line) -> str:
    """Name of a synthesized file: SHA-256 over all that decides how it sounds."""
    parts = (engine.name, engine.version, engine.voice(line.language), line.language, line.text)
    level = f"{sound.TARGET_DBOV:g}"
    return hashlib.sha256("\0".join((*parts, level)).encode()).hexdigest()
