"""One process that answers calls: house, prompts, ears and FastAGI wired to one event sink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from agi.away import REQUESTS, BackDesk
from agi.channel import Equipment
from agi.ears.service import EarsService
from agi.ears.vad import SileroVad
from agi.limits import Limits
from agi.prompts.engines import make_engines
from agi.prompts.store import PromptStore
from agi.reception import Reception
from agi.server import FastAgiServer, settle_memory
from agi.taking_up import LeftCall, Start
from callflow.engine import FlowRun
from callflow.house import House
from calls.actions import Line
from calls.call import EventSink
from calls.clock import SystemClock
from calls.errors import ConfigError, NoRoomError, reason_of
from casework.office import HouseOffice
from launch.authoring.prompt_lines import spoken_lines
from launch.serving.agents_desk import ami_address
from launch.serving.agents_port import OpenDesk, OpenedDesk, Shared
from launch.serving.back_office import make_office, refuse_missing_columns, tell_unmet
from launch.serving.kept_flows import KeptFlows
from launch.serving.left_calls import TakeUp, taking_up
from launch.serving.live_house import Keep, LiveHouse
from launch.serving.vetting import Vetting
from launch.settings.site import Settings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Node:
    """A running node and where it listens."""

    house: LiveHouse
    server: FastAgiServer
    agi: tuple[str, int]
    ears: tuple[str, int]
    desk: tuple[str, int] | None
    """None when agents have no desk."""

    take_up: TakeUp
    """Carries on calls whose own process died."""


@asynccontextmanager
async def node(
    settings: Settings,
    state: Path,
    sink: EventSink,
    *,
    share_port: bool = False,
    ears_port: int,
    open_desk: OpenDesk | None = None,
    left: Sequence[LeftCall] = (),
) -> AsyncIterator[Node]:
    """Serve calls until the block ends; then live calls finish or are marked.

    `open_desk` opens the agents' desk of this process, if any; `left` are calls of the last server
    that go on. Raises FlowFileError for broken flows, ConfigError for an address that is taken.
    """
    house = LiveHouse(settings.scripts, _vetting(settings, state), _keep(state))
    office = _office(house, settings, state)
    prompts = _prompts(settings, state)
    ears = EarsService(SileroVad())
    equipment = Equipment(prompts=prompts, ears=ears, desk=BackDesk(), office=office, state=state)
    private = _private(equipment.desk, settings)
    shared = Shared(
        ears=ears, flows=lambda: house.current, office=office, speak=partial(_speak, prompts)
    )
    opening = open_desk(shared) if open_desk else nullcontext(OpenedDesk())
    try:
        await _warm(prompts, house.current, settings)
        ears_at = await _listen(ears, settings.ears.host, ears_port)
        host, port = await private.start(settings.agi.host, 0)
        async with opening as opened:
            again = opened.agents is not None or ami_address(settings, state) is not None
            equipment = replace(equipment, agents=opened.agents, found_again=again)
            reception = _reception(house, settings, sink, equipment, f"{host}:{port}")
            async with (
                taking_up(left, settings, state, reception, lambda: house.current) as take_up,
                _answering(reception, house, settings, share_port=share_port) as public,
                _watching(house, prompts, office, settings),
            ):
                settle_memory()
                yield Node(house, public[0], public[1], ears_at, opened.address, take_up)
    finally:
        await private.stop(grace_s=0)
        await office.close()
        await ears.stop()
        prompts.close()


def _reception(
    house: LiveHouse, settings: Settings, sink: EventSink, equipment: Equipment, back: str
) -> Reception:
    def direction(flow: str) -> str:
        found = house.current.flows.get(flow)
        return "inbound" if found is None else found.direction

    return Reception(
        start=_starter(house, settings),
        sink=sink,
        clock=SystemClock(),
        equipment=equipment,
        back=back,
        direction=direction,
    )


def _office(house: LiveHouse, settings: Settings, state: Path) -> HouseOffice:
    office = make_office(settings, state)
    refuse_missing_columns(house.current, office.directories.read)
    tell_unmet(house.current, settings, office)
    return office


@asynccontextmanager
async def _answering(
    reception: Reception, house: LiveHouse, settings: Settings, *, share_port: bool
) -> AsyncIterator[tuple[FastAgiServer, tuple[str, int]]]:
    server = _public(reception, house, settings)
    address = await server.start(settings.agi.host, settings.agi.port, reuse_port=share_port)
    try:
        yield server, address
    finally:
        await server.stop(grace_s=settings.agi.stop_grace_s)


@asynccontextmanager
async def _watching(
    house: LiveHouse, prompts: PromptStore, office: HouseOffice, settings: Settings
) -> AsyncIterator[None]:
    """Changed flows and files are taken over while the block runs."""
    house.changed.append(lambda changed: tell_unmet(changed, settings, office))
    watching = asyncio.gather(
        _watch(house, prompts, settings), office.directories.watch(), return_exceptions=True
    )
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _listen(ears: EarsService, host: str, port: int) -> tuple[str, int]:
    try:
        return await ears.start(host, port)
    except OSError as error:
        raise ConfigError(
            f"the ears cannot listen on {host}:{port} ({reason_of(error)}); "
            "set ears.port to another one, or stop what uses this one"
        ) from error


def _public(reception: Reception, house: LiveHouse, settings: Settings) -> FastAgiServer:
    def known(flow: str) -> bool:
        return house.knows(flow) or (settings.survey.call_back and house.places(flow))

    return FastAgiServer(
        reception.answer,
        flow_known=known,
        limits=_limits(settings),
        secret=settings.agi.secret,
        sources=settings.agi.allow_from,
        log_dialogue=settings.log_level == "debug",
        elsewhere=lambda: reception.elsewhere,
    )


def _private(desk: BackDesk, settings: Settings) -> FastAgiServer:
    """For what belongs to this process's own calls; the call's id is the secret there."""
    return FastAgiServer(
        desk.answer,
        flow_known=REQUESTS.__contains__,
        # A queue that empties at once sends all its callers back at once.
        limits=_limits(settings, times=4),
        sources=settings.agi.allow_from,
    )


def _limits(settings: Settings, *, times: int = 1) -> Limits:
    calls = times * settings.agi.most_calls
    return Limits(
        calls=calls,
        per_source=max(1024, 2 * calls),
        lease_s=float(settings.agi.lease_s),
    )


def _keep(state: Path) -> Keep:
    """What keeps the texts of every house that calls are answered with."""
    kept, clock = KeptFlows(state), SystemClock()
    return lambda texts, house: kept.keep(texts, house, clock.utc_now())


def _vetting(settings: Settings, state: Path) -> Vetting | None:
    if not settings.prove:
        return None
    return Vetting(settings.scripts, state, settings.house.all_variables())


def _starter(house: LiveHouse, settings: Settings) -> Start:
    """Starts a run on the house of now, with the house's own variables."""
    own, language = settings.house.all_variables(), settings.house.language

    def start(flow: str, variables: Mapping[str, Any]) -> FlowRun:
        return house.start(flow, {**own, **variables}, language)

    return start


def _prompts(settings: Settings, state: Path) -> PromptStore:
    engines = make_engines(
        settings.prompts.engines,
        kokoro_models=settings.prompts.kokoro_models,
        command=settings.prompts.command,
    )
    return PromptStore(state, settings.bundled_prompts, settings.prompts.studio, engines)


async def _speak(prompts: PromptStore, text: str, language: str) -> bytes:
    """Words that no flow says, as the house's engines speak them."""
    prompt = await prompts.obtain(Line(name="spoken_cue", text=text, language=language))
    return await asyncio.to_thread(prompt.pcm)


async def _warm(prompts: PromptStore, house: House, settings: Settings) -> None:
    """Make every line ready that needs nothing from a call; say which have no sound."""
    lines = [each.line for each in spoken_lines(house, settings.house) if each.fixed]
    _log.info("making the lines ready", lines=len(lines))
    problems = await prompts.warm(lines)
    full = next((error for _, error in problems if isinstance(error, NoRoomError)), None)
    if full is not None:
        _log.error("lines have no sound: no room on the disk", problem=str(full))
    elif problems:
        _log.warning(
            "some lines have no sound; run `thirdring prompts missing`",
            lines=sorted({f"{line.name} ({line.language})" for line, _ in problems}),
        )


async def _watch(house: LiveHouse, prompts: PromptStore, settings: Settings) -> None:
    tasks: set[asyncio.Task[None]] = set()

    def warm_again(changed: House) -> None:
        prompts.forget()
        task = asyncio.ensure_future(_warm(prompts, changed, settings))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    house.changed.append(warm_again)
    await house.watch()
