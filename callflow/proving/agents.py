"""Every way a queue or a transfer can end: somebody answers, nobody does, or the caller leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from callflow.proving.lengths import Length, up_to
from callflow.proving.ways import CUT, LEAVES, Telling, Way
from calls.actions import Queue, Transfer
from calls.events import (
    AgentAnswered,
    AgentOffered,
    Fact,
    LeftQueue,
    Queued,
    Transferred,
    Transferring,
)
from calls.outcomes import QueueLeft, TransferLeft

AGENT: Final = "agent1"
LONGEST_TALK_MS: Final = 4 * 3600 * 1000


def _left(telling: Telling, queue: str, result: str, talked: bool) -> Telling:
    """The stay is over: its parts are the wait and, when they talked, the talk."""
    wait, talk = telling.now - 1 - talked, telling.now - 1

    def fact(at: Sequence[int]) -> Fact:
        waited_ms = at[wait + 1] - at[wait]
        talked_ms = at[talk + 1] - at[talk] if talked else 0
        agent = AGENT if talked else ""
        return LeftQueue(
            queue=queue, result=result, waited_ms=waited_ms, talked_ms=talked_ms, agent=agent
        )

    return telling.tells(fact)


def queue_ways(queue: Queue, telling: Telling) -> Iterator[Way]:
    """The ways of a queue; what `telling` holds comes before."""
    telling.note(Queued(queue=queue.name))
    wait = up_to(queue.most_wait_ms, 4000)
    whole = Length(0, queue.most_wait_ms, queue.most_wait_ms)
    offered = telling.fork().note(AgentOffered(agent=AGENT))
    talked = offered.fork().passes(wait)
    waited = talked.now
    talked.tells(lambda at: AgentAnswered(agent=AGENT, waited_ms=at[waited] - at[waited - 1]))
    talked.passes(up_to(LONGEST_TALK_MS, 6000))
    _left(talked, queue.name, "answered", talked=True)
    left = talked.fork().now_is(agent_left=True)
    yield left.ends(QueueLeft(name="answered", waited_ms=0, talked_ms=1, agent=AGENT))
    for told in (telling, offered):
        unanswered = _left(told.fork().passes(whole), queue.name, "no_answer", talked=False)
        yield unanswered.ends(QueueLeft(name="no_answer", waited_ms=0, talked_ms=0, agent=""))
    failed = _left(telling.fork().passes(wait), queue.name, "failed", talked=False)
    yield failed.ends(QueueLeft(name="failed", waited_ms=0, talked_ms=0, agent=""), odd=CUT)
    for by in LEAVES:
        for told in (telling, offered):
            stayed = told.fork().passes(up_to(queue.most_wait_ms, 2000))
            yield _left(stayed, queue.name, "abandoned", talked=False).hangs_up(by)
        yield talked.fork().hangs_up(by, talked_ms=1)


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
