"""What becomes of the calls of a server, or of one of its processes, that is no more."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import structlog

from agi.taking_up import LeftCall
from desk.coaching.journal import FOLDER, sweep
from launch.serving.agents_desk import without_desk
from launch.serving.left_calls import left_calls
from launch.serving.node import Node
from launch.settings.site import Settings
from ledger.interrupted import end_interrupted, mark_interrupted
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

_log = structlog.get_logger(__name__)


async def left_behind(
    settings: Settings, state: Path, reader: LedgerReader, writer: LedgerWriter
) -> list[LeftCall]:
    """What the last server left: calls that go on are given, the others marked."""
    left = await left_calls(settings, state, reader)
    if settings.desk.on:
        sweep(state / FOLDER, {one.id for one in left})
    else:
        await without_desk(settings, state, reader)
    dead = await mark_interrupted(writer, {one.id for one in left})
    if dead:
        _log.warning("calls of a server that died were marked interrupted", calls=dead)
    return left


async def left_by_one(
    settings: Settings,
    state: Path,
    reader: LedgerReader,
    writer: LedgerWriter,
    first: Node,
    calls: Collection[str],
) -> None:
    """What a further process left: as `left_behind`, but calls that go on do so here."""
    await writer.durable()
    left = await left_calls(settings, state, reader, calls)
    dead = sorted({*calls} - {one.id for one in left})
    for call_id in dead:
        end_interrupted(writer, call_id)
    if dead:
        _log.error("calls of a process that died were marked interrupted", calls=dead)
    await first.take_up(left)
