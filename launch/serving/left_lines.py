"""The lines of calls that have no server: asked of Asterisk, and told where their news go now."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from desk.ami.actions import set_var
from desk.ami.channels import LiveChannel, channel_of, value_in, variables_of
from desk.ami.client import AmiClient, AmiTimes
from desk.ami.errors import AmiError, AmiRefusedError
from desk.ami.message import Message
from desk.roster.lines import CALL_VARIABLE, call_in
from launch.serving.agents_desk import ami_address
from launch.settings.site import Settings

_MOST_WAIT_S: Final = 3.0
"""For Asterisk to answer: beyond it nothing is known of any line, and the calls are given up."""

_MOST_LOOKS: Final = 5
"""New phones may ring from one look to the next."""

_WHERE: Final = "CC_DONE"
"""What the dialplan does with a caller: `queue` or `transfer` while it has one."""

_TAKEN_AT: Final = "CC_PICKED_UP"
_STAYS: Final = frozenset({"queue", "transfer"})
_MILLISECONDS: Final = re.compile(r"[0-9]{10,14}")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftLine:
    """One channel of such a call: the caller's, or that of a phone that rings or talks."""

    call_id: str
    channel: LiveChannel
    where: str
    """`queue` or `transfer` for a caller whom the dialplan has; else empty."""

    taken_at: datetime | None
    """When its phone picked up."""


async def lines_now(settings: Settings, state: Path, calls: Collection[str]) -> list[LeftLine]:
    """The channels of these calls; none where Asterisk cannot be asked."""
    async with _asterisk(settings, state) as ami:
        if ami is not None:
            return await _look(ami, calls)
    return []


async def news_of(
    settings: Settings, state: Path, calls: Collection[str], back: str
) -> list[LeftLine] | None:
    """Have all channels of these calls tell `back` what happens; then, how they are.

    What happened before it was told, shows; what happens after, is heard. None where Asterisk
    cannot be asked.
    """
    told: set[str] = set()
    lines: list[LeftLine] | None = None
    async with _asterisk(settings, state) as ami:
        if ami is None:
            return None
        for _ in range(_MOST_LOOKS):
            lines = await _look(ami, calls)
            new = [line.channel for line in lines if line.channel.unique_id not in told]
            if not new:
                break
            await asyncio.gather(*(_tell(ami, channel, back) for channel in new))
            told.update(channel.unique_id for channel in new)
    return lines


async def _tell(ami: AmiClient, channel: LiveChannel, back: str) -> None:
    with suppress(AmiRefusedError):  # it is gone
        await set_var(ami, channel.name, "__CC_BACK", back)


async def _look(ami: AmiClient, calls: Collection[str]) -> list[LeftLine]:
    asked = ",".join((CALL_VARIABLE, _WHERE, _TAKEN_AT))
    rows = await ami.ask("Status", ("Variables", asked))
    lines = [_line(row) for row in rows if row.event == "Status"]
    return [line for line in lines if line.call_id in calls]


def _line(row: Message) -> LeftLine:
    variables = variables_of(row)
    where, taken = value_in(variables, _WHERE), value_in(variables, _TAKEN_AT)
    since = None
    if _MILLISECONDS.fullmatch(taken):
        since = datetime.fromtimestamp(int(taken) / 1000, UTC)
    return LeftLine(
        call_id=call_in(variables),
        channel=channel_of(row),
        where=where if where in _STAYS else "",
        taken_at=since,
    )


@asynccontextmanager
async def _asterisk(settings: Settings, state: Path) -> AsyncIterator[AmiClient | None]:
    """A connection of its own; None, and a word in the log, where there is none to be had."""
    address = ami_address(settings, state)
    if address is None:
        yield None
        return
    ami = AmiClient(address, times=AmiTimes(connect_s=_MOST_WAIT_S, first_wait_s=0.2))
    await ami.start()
    try:
        up = await ami.wait_up(_MOST_WAIT_S)
        if not up:
            _log.warning("Asterisk does not answer for calls of the last server")
        yield ami if up else None
    except AmiError as error:
        _log.warning("Asterisk cannot be asked for calls of the last server", problem=str(error))
    finally:
        await ami.stop()
