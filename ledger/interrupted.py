"""Calls a dead server left open, closed with what is known of them."""

from __future__ import annotations

from collections.abc import Collection

from calls.call import EndReason
from calls.events import EndedFact
from ledger.encoding import late_row
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter


async def mark_interrupted(writer: LedgerWriter, but: Collection[str] = ()) -> list[str]:
    """End every call that has no `ended` with reason `interrupted`; returns their ids.

    `but` are calls whose lines are still up: their talks outlived the server, and it takes them up.

    For the start of a server, before it takes calls: holding the writer means that nobody else
    is serving, so an open call is a dead one. The time given is that of its last fact, the last
    moment it is known to have lived. Durable on return; LedgerError when it cannot be.
    """
    await writer.durable()
    with LedgerReader(writer.path) as reader:
        dead = [call.id for call in reader.calls(live=True) if call.id not in but]
    for call_id in dead:
        end_interrupted(writer, call_id)
    await writer.durable()
    return dead


def end_interrupted(writer: LedgerWriter, call_id: str) -> None:
    """End one call that nobody carries any more; nothing when it has ended already."""
    fact = EndedFact(end_reason=EndReason.INTERRUPTED.value, disposition="")
    writer.append(late_row(call_id, None, fact.kind, fact.data()))
