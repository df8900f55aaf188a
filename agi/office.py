"""The back office at work while the caller is on the line: a hang-up ends the wait at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from agi.phone_line import PhoneLine
from agi.pyst2 import AGIHangup
from calls.actions import OfficeAction
from calls.outcomes import Outcome
from calls.ports import Office


async def at_the_office(line: PhoneLine, office: Office, action: OfficeAction) -> Outcome:
    """What the office came to. Raises AGIHangup when the line goes down first.

    After a hang-up a flow may still promise or open a ticket: then nothing is watched.
    """
    if line.down is not None:
        return await office.perform(line.call, action)
    work = asyncio.ensure_future(office.perform(line.call, action))
    try:
        # What is done at once costs the line no command.
        await asyncio.sleep(0)
        await line.session.watch_until(work)
    except AGIHangup:
        await _ended(work)
        raise
    except BaseException:
        work.cancel()
        raise
    return work.result()


async def _ended(work: asyncio.Future[Outcome]) -> None:
    """Stop the work, so that it records nothing after the hang-up."""
    work.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait({work})
    if not work.cancelled():
        work.exception()
