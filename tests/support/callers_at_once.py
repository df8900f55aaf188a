"""Simulated callers on a running server over SIP, a few at a time, each from its own number."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from callers.flowtests.cases import ANI, Given
from callers.result import CallResult
from callers.sip import SipPhones, call_over_sip, sip_phones
from callers.voicebank import VoiceBank
from callflow.acts.doing import LookupAct
from callflow.house import House
from tests.support.pbx import HousePbx

AT_ONCE = 6
"""Each takes some hundredth of a core, and its time must not suffer."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One call to place."""

    given: Given
    """The caller, and what the house's files know of it under the number of `Given`."""

    dials: str
    number: str
    """Whence it calls; no other call does."""


Ended = CallResult | Exception
"""How a call was for its caller, or what went wrong with it."""


def call_all(pbx: HousePbx, calls: Iterable[Placed]) -> dict[str, Ended]:
    """Live all these calls out, begun in this order; by the caller's number."""
    return asyncio.run(_call_all(pbx, list(calls)))


async def _call_all(pbx: HousePbx, calls: list[Placed]) -> dict[str, Ended]:
    bank = VoiceBank.load()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(call: Placed, phones: SipPhones) -> Ended:
        target = f"sip:{call.dials}@127.0.0.1:{pbx.sip_port}"
        async with room:
            try:
                return await call_over_sip(
                    call.given.persona, target, ani=call.number, bank=bank, phones=phones
                )
            except Exception as error:  # noqa: BLE001  told by the test of this call
                return error

    async with sip_phones(most_calls=AT_ONCE) as phones:
        ended = await asyncio.gather(*(one(call, phones) for call in calls))
    return dict(zip((call.number for call in calls), ended, strict=True))


def write_directories(folder: Path, house: House, calls: Iterable[Placed]) -> None:
    """The house's files, in which each caller has the rows that `Given` has for it."""
    folder.mkdir(exist_ok=True)
    found: dict[str, list[Mapping[str, object]]] = {}
    for call in calls:
        for name, rows in call.given.office.directories.items():
            own = ({**row, "key": call.number if key == ANI else key} for key, row in rows.items())
            found.setdefault(name, []).extend(own)
    acts = [step.act for flow in house.flows.values() for step in flow.steps]
    for name, listed in found.items():
        asked = (act for act in acts if isinstance(act, LookupAct) and act.directory == name)
        columns = dict.fromkeys(["key", *(column for act in asked for column in act.store)])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(columns), restval="")
            table.writeheader()
            table.writerows(listed)
