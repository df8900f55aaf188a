"""The demo: simulated callers ring the real server at once, shown live, then told in a table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import structlog
from rich.console import Console
from rich.live import Live
from rich.text import Text

from callers.fastagi import call_over_fastagi
from callers.queue_plan import QueuePlan
from callers.result import CallResult
from callers.voicebank import VoiceBank
from callflow.house import House
from callflow.rules.monitor import RuleSet, score
from callflow.rules.state import Status
from calls.clock import SystemClock
from calls.errors import CallCenterError
from calls.events import CallEvent
from launch.demo.board import Board, PlainLog
from launch.demo.callers import Caller, differences
from launch.demo.report import DemoCall
from launch.demo.texts import word
from launch.logs import LogFile
from launch.serving.server import Running, serving
from launch.settings.floor import DeskSettings
from launch.settings.site import AgiSettings, EarsSettings, Settings
from ledger.reader import LedgerReader

FLOW = "greetings"
STAGGER_S = 0.3
"""Between two callers' dialling, so that a person can follow; they all talk at once."""

LOOK_S = 0.1
STOP_GRACE_S = 1.0
"""What a call still up gets when the demo is stopped in the middle."""

LAST_WORDS_S = 5.0
"""How long the ledger may take with the ends of calls whose callers are gone."""

AGENT = QueuePlan(agent="PJSIP/agent1", answers_after_ms=3000, talks_ms=5000)


@dataclass(frozen=True, slots=True)
class Held:
    """What a demo left."""

    calls: Sequence[DemoCall]
    seconds: float


def demo_settings() -> Settings:
    """The defaults on free ports, so that nothing collides with a running server."""
    return Settings(
        agi=AgiSettings(port=0, stop_grace_s=STOP_GRACE_S),
        ears=EarsSettings(port=0),
        desk=DeskSettings(on=False),
    )


async def hold(state: Path, callers: Sequence[Caller], lang: str, console: Console) -> Held:
    """Serve from `state`, let `callers` call, show it on `console`, and gather what came of it.

    Raises PersonaError when a caller lacks a voice, LedgerBusyError when another server writes
    there, FlowFileError for broken flows.
    """
    time = SystemClock()
    began_ms = time.monotonic_ms()
    board = Board(callers, lang, time)
    bank = _voices(callers)
    settings = demo_settings()
    async with AsyncExitStack() as stack:
        with console.status(word("starting", lang)):
            running = await stack.enter_async_context(serving(settings, state))
        console.print(_intro(running, len(callers), lang))
        results = await _let_them_call(running, board, bank, console)
    calls = _gather(running.ledger_path, board, results, House.load(settings.scripts).rules)
    return Held(calls, (time.monotonic_ms() - began_ms) / 1000)


def _intro(running: Running, count: int, lang: str) -> Text:
    agi, ears = (f"{host}:{port}" for host, port in (running.agi_address, running.ears_address))
    return Text(word("intro", lang, count=count, agi=agi, ears=ears, ledger=running.ledger_path))


async def _let_them_call(
    running: Running, board: Board, bank: VoiceBank, console: Console
) -> dict[int, CallResult]:
    with LedgerReader(running.ledger_path) as reader:
        over = asyncio.Event()
        showing = asyncio.create_task(_show(reader, board, console, over))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(_call(running, caller, bank)) for caller in board.callers
                ]
        finally:
            over.set()
            await showing
    numbers = (caller.number for caller in board.callers)
    return dict(zip(numbers, (task.result() for task in tasks), strict=True))


def _voices(callers: Sequence[Caller]) -> VoiceBank:
    """The bank, once it is sure that it has every word these callers may say."""
    bank = VoiceBank.load()
    for caller in callers:
        for utterance in caller.persona.utterances():
            bank.length_ms(caller.persona.voice, utterance)
    return bank


async def _call(running: Running, caller: Caller, bank: VoiceBank) -> CallResult:
    host, port = running.agi_address
    await asyncio.sleep(STAGGER_S * (caller.number - 1))
    try:
        return await call_over_fastagi(
            caller.persona,
            host,
            port,
            FLOW,
            ani=caller.ani,
            seed=caller.number,
            queue=AGENT,
            monitor=running.state / "monitor",
            bank=bank,
        )
    except CallCenterError as error:  # one caller's trouble is a row of the table
        return CallResult(caller.persona.name, failure=str(error))


async def _show(reader: LedgerReader, board: Board, console: Console, over: asyncio.Event) -> None:
    """Follow the ledger until the callers are gone and their calls have ended in it."""
    cursor = reader.cursor()
    plain = PlainLog(board, console)
    patience = LAST_WORDS_S / LOOK_S
    async with _screen(board, console) as live:
        while patience > 0:
            events, cursor = await asyncio.to_thread(reader.events_after, cursor)
            board.take(events)
            if live is None:
                plain.take(events)
            else:
                live.update(board.table(console.width), refresh=True)
            if over.is_set():
                patience = patience - 1 if events or not board.all_over() else 0
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def _screen(board: Board, console: Console) -> AsyncIterator[Live | None]:
    if not console.is_terminal:
        yield None
        return
    with Live(board.table(console.width), console=console, auto_refresh=False) as live:
        yield live


def _gather(
    ledger: Path, board: Board, results: dict[int, CallResult], rules: RuleSet
) -> list[DemoCall]:
    """Each call from the ledger, read anew: what counts is what was kept."""
    calls = []
    with LedgerReader(ledger) as reader:
        for caller in board.callers:
            call_id = board.call_ids.get(caller.number, "")
            events: list[CallEvent] = reader.events(call_id) if call_id else []
            result = results[caller.number]
            differ = differences(caller.persona.expect, events)
            if result.failure:
                differ.insert(0, result.failure)
            if result.fell_back:
                differ.insert(0, "the caller was left to the dialplan's fallback")
            verdicts = score(events, rules)
            differ += [
                f"rule {verdict.rule.id} broken: {verdict.why}"
                for verdict in verdicts
                if verdict.status is Status.BROKEN
            ]
            calls.append(DemoCall(caller, call_id, events, tuple(differ), verdicts))
    return calls


def log_to(file: Path) -> None:
    """Send the server's log to `file`: the screen belongs to the calls."""
    file.parent.mkdir(parents=True, exist_ok=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", LogFile(file))),
    )
