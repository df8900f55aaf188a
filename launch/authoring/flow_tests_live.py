"""Flow tests on the real server: FastAGI callers in real time, many at once, read in the ledger."""

from __future__ import annotations

import asyncio
import csv
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from callers.fastagi import call_over_fastagi
from callers.flowtests.cases import FlowTest, Given
from callers.flowtests.suite import Played, judged
from callers.flowtests.trace import Fault
from callers.result import CallResult
from callers.voicebank import VoiceBank
from callflow.acts.doing import LookupAct, TransferAct
from callflow.house import House
from calls.errors import CallCenterError
from calls.events import CallEvent
from launch.authoring.flow_tests import Came, Skipped
from launch.serving.server import Running, serving
from launch.settings.floor import DeskSettings, DestinationSettings
from launch.settings.site import (
    AgiSettings,
    EarsSettings,
    HouseSettings,
    OfficeSettings,
    PromptSettings,
    Settings,
)
from ledger.reader import LedgerReader
from ledger.rows import CallRow

AT_ONCE: Final = 8
"""Callers on the line together; each takes its real time.

They share the machine with the server: with twenty on two cores some spoke half a second late.
"""

LAST_WORDS_S: Final = 10.0
"""How long the ledger may take with the end of a call whose caller is gone."""

_LOOK_S: Final = 0.1

_VOICES: Final = ("espeak-ng", "flite", "kokoro")
"""For lines without a recording: the quickest voice first, a test waits for no finer one."""


Told = Callable[[Came], None]


def unplayable(house: House, test: FlowTest) -> str:
    """Why a real server cannot play the test; empty when it can."""
    given = test.given
    flow = house.flows[given.flow]
    reasons = {
        "an agent's deeds are planned in virtual time only": given.agent is not None,
        f"{flow.name} is a sub-flow: callers come to it through another": bool(flow.returns),
        "calls out are not placed yet": flow.direction == "outbound",
        "a telephone brings no variables": bool(given.variables),
        "faults are planned in virtual time only": bool(given.fails),
        "answers of services and plug-ins are planned in virtual time only": bool(
            given.office.answers
        ),
    }
    return next((reason for reason, so in reasons.items() if so), "")


async def over_agi(
    house: House, scripts: Path, tests: Sequence[FlowTest], state: Path, told: Told
) -> list[Came]:
    """Play the tests that can be on the real FastAGI server, the others are skipped.

    `told` hears of each as it is over. Tests with the same files and language share a server.
    """
    bank = VoiceBank.load()
    found, groups = grouped(tests, lambda test: unplayable(house, test), told)
    for number, group in enumerate(groups, 1):
        files = state / f"directories{number}"
        settings = settings_for(house, scripts, group[0].given, files)
        async with serving(settings, state) as running:
            with LedgerReader(running.ledger_path) as reader:
                found += await together(
                    group, lambda test: _play(house, test, running, bank, reader), told
                )
    return found


def grouped(
    tests: Sequence[FlowTest], why_not: Callable[[FlowTest], str], told: Told
) -> tuple[list[Came], list[list[FlowTest]]]:
    """The tests that cannot be played, and the others by the server they need."""
    groups: dict[str, list[FlowTest]] = defaultdict(list)
    found: list[Came] = []
    for test in tests:
        reason = why_not(test)
        if reason:
            found.append(Skipped(test, reason))
            told(found[-1])
        else:
            groups[_needs(test.given)].append(test)
    return found, list(groups.values())


def settings_for(
    house: House, scripts: Path, given: Given, files: Path, *, agi_port: int = 0
) -> Settings:
    """A server on free ports that knows just the files of `given`, kept in `files`."""
    files.mkdir(parents=True, exist_ok=True)
    for name, rows in given.office.directories.items():
        _write_file(files / f"{name}.csv", house, name, rows)
    return Settings(
        scripts=scripts.resolve(),
        house=HouseSettings(language=given.language),
        agi=AgiSettings(port=agi_port, stop_grace_s=1),
        ears=EarsSettings(port=0),
        desk=DeskSettings(on=False),
        office=OfficeSettings(directories=files),
        destinations={
            name: DestinationSettings(dial=dial) for name, dial in destinations(house).items()
        },
        prompts=PromptSettings(engines=_VOICES),
        prove=False,
    )


def destinations(house: House) -> dict[str, str]:
    """Where the flows transfer to: known, and nobody there but whom a test plans."""
    names = {act.to for act in _acts(house) if isinstance(act, TransferAct)}
    return {name: "Local/nobody@cc-none" for name in sorted(names)}


def _needs(given: Given) -> str:
    """What tests have in common that may share a server."""
    return json.dumps([given.language, given.office.directories], sort_keys=True, default=dict)


def _acts(house: House) -> Iterable[object]:
    return (step.act for flow in house.flows.values() for step in flow.steps)


def _write_file(
    path: Path, house: House, name: str, rows: Mapping[str, Mapping[str, object]]
) -> None:
    """A file as the house keeps it: what a row is found by, and the columns the flows ask for."""
    asked = [act for act in _acts(house) if isinstance(act, LookupAct) and act.directory == name]
    columns = ["key", *dict.fromkeys(column for act in asked for column in act.store)]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        table.writeheader()
        for value, row in rows.items():
            table.writerow({**row, "key": value})


async def together(
    tests: Sequence[FlowTest],
    play: Callable[[FlowTest], Awaitable[Came]],
    told: Told,
    at_once: int = AT_ONCE,
) -> list[Came]:
    """Play them at once, as many as there is room for."""
    room = asyncio.Semaphore(at_once)

    async def one(test: FlowTest) -> Came:
        async with room:
            came = await play(test)
        told(came)
        return came

    return list(await asyncio.gather(*map(one, tests)))


async def _play(
    house: House, test: FlowTest, running: Running, bank: VoiceBank, reader: LedgerReader
) -> Came:
    given = test.given
    host, port = running.agi_address
    try:
        result = await call_over_fastagi(
            given.persona,
            host,
            port,
            given.flow,
            dnis=given.dnis,
            ani=given.ani,
            queue=given.queue,
            monitor=running.state / "monitor",
            bank=bank,
        )
    except CallCenterError as error:  # one caller's trouble is one test's
        return Played(test, (), (Fault(str(error)),))
    return await judged_by_ledger(
        house, test, result, reader, lambda row: row.uniqueid == result.uniqueid
    )


async def judged_by_ledger(
    house: House,
    test: FlowTest,
    result: CallResult,
    reader: LedgerReader,
    its_own: Callable[[CallRow], bool],
) -> Played:
    """What a caller who is gone went through, and what the ledger says of the call."""
    events = await _events_of(its_own, reader)
    played = judged(house, test, events)
    own = [Fault(result.failure)] if result.failure else []
    if result.fell_back:
        own.append(Fault("the caller was left to the dialplan's fallback"))
    return Played(test, events, (*own, *played.faults))


async def _events_of(its_own: Callable[[CallRow], bool], reader: LedgerReader) -> list[CallEvent]:
    """The call's events once it has an end; what there is of them when that never comes."""
    events: list[CallEvent] = []
    for _ in range(round(LAST_WORDS_S / _LOOK_S)):
        rows = await asyncio.to_thread(reader.calls)
        call = next((row for row in rows if its_own(row)), None)
        if call is not None:
            events = await asyncio.to_thread(reader.events, call.id)
            if any(event.kind == "ended" for event in events):
                return events
        await asyncio.sleep(_LOOK_S)
    return events
