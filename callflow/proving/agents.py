"""Every way a transfer can end: somebody answers, nobody does, or the caller leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callflow.proving.lengths import Length, up_to
from callflow.proving.ways import LEAVES, Telling, Way
from calls.actions import Transfer
from calls.events import Transferred, Transferring
from calls.outcomes import TransferLeft

LONGEST_TALK_MS: Final = 4 * 3600 * 1000


def transfer_ways(transfer: Transfer, telling: Telling) -> Iterator[Way]:
    """The ways of a transfer; what `telling` holds comes before."""
    telling.note(Transferring(to=transfer.to))
    wait = up_to(transfer.most_wait_ms, 4000)
    talk = up_to(LONGEST_TALK_MS, 6000)

    def told(result: str, waits: Length, *more: Length) -> Telling:
        here = telling.fork().passes(waits)
        for each in more:
            here.passes(each)
        first, last = telling.now, telling.now + 1 + len(more)
        return here.tells(
            lambda at: Transferred(
                to=transfer.to,
                result=result,
                waited_ms=at[first + 1] - at[first],
                talked_ms=at[last] - at[first + 1],
            )
        )

    over = told("answered", wait, talk).now_is(agent_left=True)
    yield over.ends(TransferLeft(name="answered", waited_ms=0, talked_ms=1))
    for result in ("busy", "no_answer", "failed"):
        yield told(result, wait).ends(TransferLeft(name=result, waited_ms=0, talked_ms=0))
    for by in LEAVES:
        yield told("abandoned", wait).hangs_up(by)
        yield told("answered", wait, talk).hangs_up(by, talked_ms=1)
