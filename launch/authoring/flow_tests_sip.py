"""Flow tests through a real Asterisk: SIP callers with sound, each dialling a number of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import Played
from callers.flowtests.trace import Fault
from callers.persona import Point
from callers.sip import SipPhones, call_over_sip, limits_over_sip, sip_phones
from callers.voicebank import VoiceBank
from callflow.house import House
from calls.errors import CallCenterError
from launch.authoring.flow_tests import Came
from launch.authoring.flow_tests_live import (
    Told,
    destinations,
    grouped,
    judged_by_ledger,
    settings_for,
    together,
    unplayable,
)
from launch.pbx.options import PbxOptions
from launch.pbx.process import down, up
from launch.serving.server import serving
from ledger.reader import LedgerReader

_RTP: Final = (20_500, 21_500)
_LEASE_S: Final = 10

AT_ONCE: Final = 6
"""Callers on the line together: Asterisk and their telephones share the machine too."""


async def over_sip(
    house: House,
    scripts: Path,
    tests: Sequence[FlowTest],
    state: Path,
    told: Told,
    progress: Callable[[str], None],
) -> list[Came]:
    """Play the tests that can be through a real Asterisk, started here; the others are skipped.

    Raises PbxError where no Asterisk can be had.
    """
    bank = VoiceBank.load()
    found, groups = grouped(tests, lambda test: unplayable_over_sip(house, test), told)
    if not groups:
        return found
    numbers = _numbered([test for group in groups for test in group])
    agi_port, options = _prepared(house, state, numbers)
    await asyncio.to_thread(up, options, progress)
    try:
        async with sip_phones(most_calls=AT_ONCE) as phones:
            for count, group in enumerate(groups, 1):
                files = state / f"directories{count}"
                settings = settings_for(house, scripts, group[0].given, files, agi_port=agi_port)
                async with serving(settings, state) as running:
                    with LedgerReader(running.ledger_path) as reader:

                        async def play(test: FlowTest, reader: LedgerReader = reader) -> Came:
                            number = numbers[test]
                            return await _play(house, test, number, options, bank, reader, phones)

                        found += await together(group, play, told, AT_ONCE)
    finally:
        await asyncio.to_thread(down, state)
    return found


def unplayable_over_sip(house: House, test: FlowTest) -> str:
    """Why a telephone call cannot play the test; empty when it can."""
    queue, persona = test.given.queue, test.given.persona
    if queue.agent or queue.refused:
        return "no agent's phone is simulated over SIP"
    leaves, cuts_in = persona.hang_up, persona.barge_in
    counts = (cuts_in is not None and cuts_in.line > 1) or (
        leaves is not None and leaves.point is Point.LINE and leaves.count > 1
    )
    if counts:
        return "over SIP lines said in a row are heard as one: a caller cannot count them"
    return unplayable(house, test) or limits_over_sip(persona)


def _numbered(tests: Sequence[FlowTest]) -> dict[FlowTest, str]:
    """A number to dial for each, by which its call is known in the ledger."""
    return {test: f"88{count:04}" for count, test in enumerate(tests)}


def _prepared(house: House, state: Path, numbers: Mapping[FlowTest, str]) -> tuple[int, PbxOptions]:
    """Where the server has to listen, and an Asterisk that knows the numbers."""
    site = state / "pbx" / "site"
    site.mkdir(parents=True)
    lines = ["[cc-in](+)"]
    for test, number in numbers.items():
        lines.append(f"exten => {number},1,Set(CC_FLOW={test.given.flow})")
        lines.append(" same => n,Goto(cc-number,${EXTEN},1)")
    (site / "extensions.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")
    agi_port = _free_port(socket.SOCK_STREAM)
    return agi_port, PbxOptions(
        state=state,
        sip_port=_free_port(socket.SOCK_DGRAM),
        ami_port=_free_port(socket.SOCK_STREAM),
        rtp=_RTP,
        agi=(f"127.0.0.1:{agi_port}",),
        lease_s=_LEASE_S,
        destinations=destinations(house),
    )


def _free_port(kind: socket.SocketKind) -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


async def _play(
    house: House,
    test: FlowTest,
    number: str,
    options: PbxOptions,
    bank: VoiceBank,
    reader: LedgerReader,
    phones: SipPhones,
) -> Came:
    given = test.given
    target = f"sip:{number}@{options.bind}:{options.sip_port}"
    try:
        result = await call_over_sip(given.persona, target, ani=given.ani, bank=bank, phones=phones)
    except CallCenterError as error:  # one caller's trouble is one test's
        return Played(test, (), (Fault(str(error)),))
    return await judged_by_ledger(house, test, result, reader, lambda row: row.dnis == number)
