"""The agents' desk of one process, as the settings say."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import ConfigError, reason_of
from calls.floor.events import FloorEvent, ShiftNote
from calls.floor.script_view import Choice
from calls.floor.view import AgentCard
from casework.office import HouseOffice
from desk.ami.client import AmiAddress, AmiClient, AmiTimes
from desk.ami.errors import AmiError
from desk.ami.nailed_up import interface
from desk.caller_files import Customer
from desk.coaching.live_events import LiveEvents
from desk.floor.assembly import Floor, Outside
from desk.floor.house import FloorHouse
from desk.roster.keeping import unkept_dispositions
from desk.roster.membership import leave_to_the_queues
from desk.server.tokens import Tokens, load_tokens
from desk.supervision.limits import Variant, WallLimits
from launch.serving.agents_port import OpenedDesk, Shared
from launch.serving.survey_desk import surveying
from launch.settings.floor import DISPOSITIONS
from launch.settings.site import Settings
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

_log = structlog.get_logger(__name__)

_HISTORY: Final = timedelta(days=1)
_NOTES: Final = timedelta(days=30)
"""Whoever was away for a long holiday still reads what the shift before them left (O01)."""

_LOOK_FOR_PBX_S: Final = 1.0
_MOST_WAIT_S: Final = 3.0
_TIMES: Final = AmiTimes(longest_wait_s=2.0)
"""Asterisk stands on this machine or beside it: asking every two seconds costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """The ledger, in the ways that the desk uses it."""

    writer: LedgerWriter
    reader: LedgerReader
    live: LiveEvents
    """The sink of all calls of this shared."""


@asynccontextmanager
async def agents_desk(
    settings: Settings,
    state: Path,
    ledgers: Ledgers,
    shared: Shared,
    *,
    troubles: Callable[[], Sequence[str]] = tuple,
) -> AsyncIterator[OpenedDesk]:
    """Open until the block ends. Raises ConfigError for an address that is taken."""
    clock = SystemClock()
    ami = _ami(settings, state, clock)
    history, notes = await asyncio.to_thread(remembered, ledgers.reader, clock.utc_now())
    await asyncio.to_thread(_keep_dispositions, history, ledgers)
    outside = Outside(
        house=floor_house(settings),
        limits=wall_limits(settings),
        language=settings.house.language,
        state=state,
        flows=shared.flows,
        ami=ami,
        ledger=ledgers.writer,
        memory=ledgers.reader,
        history=history,
        notes=notes,
        live=ledgers.live,
        ears=shared.ears,
        office=shared.office,
        customer=_customers(shared.office),
        clock=clock,
        speak=shared.speak,
        troubles=troubles,
    )
    floor = Floor(outside, Tokens(load_tokens(state, settings.agents)))
    finding = asyncio.create_task(_find_pbx(ami, settings, state))
    try:
        listening = await _start(floor, settings)
        async with surveying(settings, ami, ledgers.reader, ledgers.writer):
            yield OpenedDesk(floor.agents, listening)
    finally:
        finding.cancel()
        await floor.stop()


def _ami(settings: Settings, state: Path, clock: Clock) -> AmiClient:
    address = ami_address(settings, state) or AmiAddress("127.0.0.1", 0, "", "")
    return AmiClient(address, clock, times=_TIMES)


def remembered(
    reader: LedgerReader, now: datetime
) -> tuple[Sequence[FloorEvent], Sequence[FloorEvent]]:
    """The floor's facts of the last day, and the shift notes of the month before it, in order."""
    since = now - _HISTORY
    notes = reader.floor_events(since=now - _NOTES, until=since, kind=ShiftNote.kind)
    return reader.floor_events(since=since), notes


def _keep_dispositions(history: Sequence[FloorEvent], ledgers: Ledgers) -> None:
    """What a killed desk had heard of calls that were not over yet."""

    def kinds_of(call_id: str) -> set[str]:
        return {event.kind for event in ledgers.reader.events(call_id)}

    for call_id, disposed in unkept_dispositions(history, kinds_of):
        ledgers.writer.append_late(call_id, disposed)


async def without_desk(settings: Settings, state: Path, reader: LedgerReader) -> None:
    """Agents whom a desk of before left paused are the queues' again; nothing if none was."""
    agents = await asyncio.to_thread(reader.agents_known)
    address = ami_address(settings, state) if agents else None
    if address is None:
        return
    ami = AmiClient(address, times=_TIMES)
    await ami.start()
    try:
        if await ami.wait_up(_MOST_WAIT_S):
            both = [(f"PJSIP/{agent}", interface(agent)) for agent in agents]
            await leave_to_the_queues(ami, [one for each in both for one in each])
    except AmiError as error:
        _log.warning("agents may be paused in Asterisk yet", problem=str(error))
    finally:
        await ami.stop()


async def _start(floor: Floor, settings: Settings) -> tuple[str, int]:
    host, port = settings.desk.host, settings.desk.port
    try:
        return await floor.start(host, port)
    except OSError as error:
        raise ConfigError(
            f"the desk cannot listen on {host}:{port} ({reason_of(error)}); "
            "set desk.port to another one, or stop what uses this one"
        ) from error


async def _find_pbx(ami: AmiClient, settings: Settings, state: Path) -> None:
    """Asterisk may be started, or started anew with another port, after us."""
    if not ami.address.port:
        _log.warning("no Asterisk is known yet: `thirdring pbx up` starts one, or set desk.ami")
    while True:
        await asyncio.sleep(_LOOK_FOR_PBX_S)
        if not ami.up:
            ami.address = ami_address(settings, state) or ami.address


def _customers(office: HouseOffice) -> Customer:
    """The row of `customers.csv` for a number."""

    def row(number: str) -> Mapping[str, str] | None:
        customers = office.directories.find("customers")
        return None if customers is None else customers.find(number)

    return row


def ami_address(settings: Settings, state: Path) -> AmiAddress | None:
    """Where the manager interface is; None while nothing tells it.

    The settings say so, or `thirdring pbx up` left it in the state folder. The secret comes by
    THIRDRING_AMI_SECRET, or lies there too.
    """
    pbx = state / "pbx"
    place = settings.desk.ami
    if not place:
        options = _kept(pbx / "pbx.json").get("options")
        if isinstance(options, dict) and {"bind", "ami_port"} <= options.keys():
            place = f"{options['bind']}:{options['ami_port']}"
    host, _, port = place.rpartition(":")
    if not port.isdecimal():
        return None
    secret = os.environ.get("THIRDRING_AMI_SECRET", "") or _kept(pbx / "secrets.json").get("ami")
    return AmiAddress(host, int(port), settings.desk.ami_user, str(secret or ""))


def _kept(path: Path) -> dict[str, Any]:
    """A JSON object that another command writes; empty while there is none, or half of one."""
    with suppress(OSError, ValueError):
        told = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return told
    return {}


def floor_house(settings: Settings) -> FloorHouse:
    """Agents, places and dispositions of the settings."""
    company = settings.house.company
    titles: dict[str, Mapping[str, str]] = {**DISPOSITIONS}
    for name, title in settings.dispositions.items():
        titles[name] = {str(language): text for language, text in title.items()}
    return FloorHouse(
        company={"zh": company["zh-Hans"], "en": company["en"]},
        zone=settings.house.zone,
        agents={
            number: AgentCard(
                number=number,
                name=each.name,
                supervisor=each.supervisor,
                queues=each.queues,
                skills=each.skills,
            )
            for number, each in settings.agents.items()
        },
        nailed_up=frozenset(n for n, each in settings.agents.items() if each.nailed_up),
        destinations=tuple(
            Choice(name=name, title={"zh": one.zh or name, "en": one.en or name})
            for name, one in settings.destinations.items()
        ),
        dispositions=tuple(Choice(name=name, title=title) for name, title in titles.items()),
        ring_cycle_ms=round(settings.ring.cycle_s * 1000),
        rings=settings.ring.most,
        spies_shown=settings.desk.spies_shown,
        spies_recorded=settings.desk.record_supervisor,
    )


def wall_limits(settings: Settings) -> WallLimits:
    """What the wallboard calls good."""
    wall, ring = settings.wallboard, settings.ring
    return WallLimits(
        service_target_s=wall.service_target_s,
        service_goal=wall.service_goal,
        variant=Variant.STRICT if wall.strict else Variant.SHORT_ABANDONS_OUT,
        longest_wait_s=wall.longest_wait_s,
        rush_waiting=wall.rush_waiting,
        ring_s=round(ring.cycle_s * ring.most),
        wrap_up_s=wall.wrap_up_s,
    )
