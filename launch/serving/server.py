"""The whole server of one state folder: ledger, recorder, and one or more nodes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from agi.recording import prepare_monitor_folder
from calls.clock import SystemClock
from calls.errors import LedgerError
from desk.coaching.live_events import LiveEvents
from launch.recordings.erasing import make_keeper
from launch.serving.after_calls import WRAP_UP, AfterCalls
from launch.serving.agents_desk import Ledgers, agents_desk
from launch.serving.agents_port import OpenDesk
from launch.serving.clock_watch import ClockWatch, clock_watched
from launch.serving.left_behind import left_behind, left_by_one
from launch.serving.node import Node, node
from launch.serving.sealing import begin_sealing
from launch.serving.shipping import open_ledger
from launch.serving.tagging import TagOrders, tags_of
from launch.serving.workers import Workers
from launch.settings.site import Settings
from ledger.newest import newest_at
from ledger.reader import LedgerReader
from ledger.relay import RelayServer, relay_address
from ledger.writer import LedgerWriter
from recorder.intake import RecorderIntake
from recorder.keeping import Keeper
from recorder.source import LedgerSource


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: where it listens and keeps things."""

    state: Path
    ledger_path: Path
    agi_address: tuple[str, int]
    ears_address: tuple[str, int]
    desk_address: tuple[str, int] | None
    flows: tuple[str, ...]


@asynccontextmanager
async def serving(settings: Settings, state: Path) -> AsyncIterator[Running]:
    """Serve until the block ends. `serve.json` in the state folder names pid and ports.

    Raises FlowFileError, ConfigError or LedgerError before anything is answered.
    """
    state = prepare_monitor_folder(state.resolve())
    async with open_ledger(settings, state) as ledger:
        writer = ledger.writer
        # Before this server writes anything: what it writes has the clock of now.
        watch = ClockWatch(SystemClock(), await asyncio.to_thread(newest_at, writer.path))
        with LedgerReader(writer.path) as reader:
            left = await left_behind(settings, state, reader, writer)
            keeper = make_keeper(state, LedgerSource(reader), writer, settings.retention, watch)
            intake = _recorder(settings, state, reader, writer, keeper)
            live = LiveEvents(writer)
            for one in left:
                live.remember(one.events)
            ledgers = Ledgers(writer=writer, reader=reader, live=live)
            async with node(
                settings,
                state,
                live if settings.desk.on else writer,
                share_port=settings.agi.procs > 1,
                ears_port=settings.ears.port,
                open_desk=_desk(settings, state, ledgers, watch, keeper, ledger.trouble),
                left=left,
            ) as first:
                after = _after_calls(settings, first, reader, writer)
                intake.start()
                after.start()
                try:
                    running = _running(state, writer, first)
                    async with (
                        clock_watched(watch),
                        _workers(settings, state, reader, writer, first),
                    ):
                        with _announced(running):
                            yield running
                finally:
                    await asyncio.to_thread(after.stop)
                    await asyncio.to_thread(intake.stop)
            await asyncio.to_thread(intake.take_in_now)
            with suppress(LedgerError):
                await writer.durable()  # the last calls' ends, which only then can be read
            await asyncio.to_thread(after.finish)


def _running(state: Path, writer: LedgerWriter, first: Node) -> Running:
    flows = tuple(first.house.current.flows)
    return Running(state, writer.path, first.agi, first.ears, first.desk, flows)


def _desk(
    settings: Settings,
    state: Path,
    ledgers: Ledgers,
    watch: ClockWatch,
    keeper: Keeper,
    shipping: Callable[[], str],
) -> OpenDesk | None:
    """What opens the agents' desk; its wallboard tells of a clock that is in doubt, and of facts
    that do not get on into the shared database."""
    if not settings.desk.on:
        return None

    def troubles() -> tuple[str, ...]:
        clock = "clock" if watch.problem or keeper.doubt else ""
        return (clock, shipping())

    return partial(agents_desk, settings, state, ledgers, troubles=troubles)


def _after_calls(
    settings: Settings, first: Node, reader: LedgerReader, writer: LedgerWriter
) -> AfterCalls:
    return AfterCalls(
        reader,
        writer,
        lambda: first.house.current.rules,
        SystemClock(),
        wrap_up=WRAP_UP if settings.desk.on else timedelta(),
        also=tags_of(settings.mystery.numbers),
    )


def _recorder(
    settings: Settings, state: Path, reader: LedgerReader, writer: LedgerWriter, keeper: Keeper
) -> RecorderIntake:
    seal = begin_sealing(settings.recorder, state)
    source = LedgerSource(reader)
    tags = TagOrders(state)

    def between() -> None:
        tags.carry_out(writer)
        keeper.work()

    return RecorderIntake(state, source, writer, SystemClock(), seal=seal, between=between)


@asynccontextmanager
async def _workers(
    settings: Settings, state: Path, reader: LedgerReader, writer: LedgerWriter, first: Node
) -> AsyncIterator[None]:
    """The further processes of `agi.procs`; they send their events to this one."""
    if settings.agi.procs == 1:
        yield
        return
    left = partial(left_by_one, settings, state, reader, writer, first)
    relay = RelayServer(writer, relay_address(state), left)
    await relay.start()
    agi = settings.agi.model_copy(update={"port": first.agi[1]})
    order = json.dumps(
        {
            "settings": settings.model_copy(update={"agi": agi}).model_dump(mode="json"),
            "state": str(state),
            "relay": str(relay.address),
        }
    )
    workers = Workers(order, settings.agi.procs - 1)
    try:
        await workers.start()
        yield
    finally:
        await workers.stop()
        await relay.stop()


@contextmanager
def _announced(running: Running) -> Iterator[None]:
    """`serve.json` stands in the state folder while the server runs."""
    path = running.state / "serve.json"
    told = {
        "pid": os.getpid(),
        "agi": list(running.agi_address),
        "ears": list(running.ears_address),
        "desk": list(running.desk_address or ()),
        "flows": list(running.flows),
        "console": "",
    }
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps(told) + "\n", encoding="utf-8")
    whole.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def tell_console(state: Path, address: str) -> None:
    """Put the console's address into `serve.json`; empty: it is not there now."""
    path = state / "serve.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps({**told, "console": address}) + "\n", encoding="utf-8")
    whole.replace(path)
