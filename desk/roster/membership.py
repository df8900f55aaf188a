"""How one agent stands in the queues: member, paused, and whether callers may wait for them.

The desk owns the pause. An agent who is away has `AWAY` added to the penalty of each membership:
the queues count such a member as not there (`joinempty=penalty` with QUEUE_MAX_PENALTY below it),
while callers may wait for one who is only on a call or wraps up. Without a desk nothing of this is
set and phones ring as the queues say.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from desk.ami.actions import Ami, queue_add, queue_pause, queue_penalty, queue_status
from desk.ami.channels import QueueMemberState
from desk.ami.errors import AmiError, AmiGoneError
from desk.roster.machine import Place

log = structlog.get_logger("desk.roster")

AWAY: Final = 1000
_NOT_IN_A_REASON: Final = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_REASON: Final = 40
"""Asterisk cuts at 80; one that comes back otherwise than it was sent would be sent for ever."""


@dataclass(slots=True)
class _Seen:
    paused: bool
    reason: str
    penalty: int


class Membership:
    """One agent's memberships, brought to what is wanted as soon as Asterisk can be asked."""

    def __init__(
        self, ami: Ami, number: str, interface: str, queues: Iterable[str], *, device: str = ""
    ) -> None:
        """`queues` are those the agent must be in; others found are kept in step, too.

        `device`: whose state tells whether the agent can be rung; the interface's if empty.
        """
        self._ami = ami
        self._number, self._interface, self._queues = number, interface, tuple(queues)
        self._device = device or interface
        self._seen: dict[str, _Seen] = {}
        self._refused: set[str] = set()
        self._looked = False
        self._wanted: Place | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def queues(self) -> tuple[str, ...]:
        """Queues that the agent is in, as far as is known."""
        return tuple(self._seen)

    def look(self, members: Iterable[QueueMemberState]) -> None:
        """What the queues say of this agent now."""
        self._looked = True
        self._seen = {
            one.queue: _Seen(one.paused, one.reason, one.penalty)
            for one in members
            if one.interface == self._interface
        }

    def heard(self, member: QueueMemberState) -> None:
        """Somebody changed a membership: we, or a person at Asterisk's console."""
        if member.queue in self._seen:
            self._seen[member.queue] = _Seen(member.paused, member.reason, member.penalty)
            if self._wanted is not None:
                self.want(self._wanted)

    def want(self, place: Place) -> None:
        """Bring it about, without waiting for it. What fails is tried again at the next look."""
        place = self._wanted = _tame(place)
        if self._looked and self._task is None and self._differs(place):
            self._task = asyncio.create_task(self._bring_about(), name=f"queues-{self._number}")

    def fits(self, place: Place) -> bool:
        """Whether the queues were told, as far as is known."""
        return self._looked and not self._differs(_tame(place))

    async def settled(self) -> None:
        """Return once nothing is under way."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def release(self) -> None:
        """Leave the agent to the queues: no desk will be there to do it."""
        self.want(Place(False, "", False))
        await self.settled()

    async def _bring_about(self) -> None:
        try:
            while self._wanted is not None and self._differs(self._wanted):
                await self._bring(self._wanted)
        except AmiGoneError:
            # The next look at the queues takes it up again.
            self._looked = False
        except AmiError as error:
            log.warning("roster.queue_refused", agent=self._number, problem=str(error))
        finally:
            self._task = None

    async def _bring(self, place: Place) -> None:
        if place.paused:
            # First of all: no call may come while the rest is done.
            await self._pause(place)
        for queue in self._queues:
            if queue not in self._seen:
                await self._join(queue, place)
        for queue, seen in list(self._seen.items()):
            await self._penalty(queue, seen, place)
        if not place.paused:
            await self._pause(place)

    def _differs(self, place: Place) -> bool:
        return any(queue not in self._seen for queue in self._queues) or any(
            (one.paused, one.reason if place.paused else "") != (place.paused, place.reason)
            or one.penalty != _penalty(one.penalty, place)
            for one in self._seen.values()
        )

    async def _pause(self, place: Place) -> None:
        if not self._seen:
            return
        await queue_pause(self._ami, self._interface, paused=place.paused, reason=place.reason)
        for seen in self._seen.values():
            seen.paused, seen.reason = place.paused, place.reason

    async def _join(self, queue: str, place: Place) -> None:
        penalty = _penalty(0, place)
        self._seen[queue] = _Seen(place.paused, place.reason, penalty)
        try:
            await queue_add(
                self._ami,
                queue,
                self._interface,
                name=self._number,
                paused=place.paused,
                reason=place.reason,
                penalty=penalty,
                device=self._device,
            )
        except AmiGoneError:
            raise
        except AmiError as error:
            # It stays among the seen until the next look: to try without end would help nobody.
            if queue in self._refused:
                return
            self._refused.add(queue)
            log.error("roster.not_in_queue", agent=self._number, queue=queue, problem=str(error))

    async def _penalty(self, queue: str, seen: _Seen, place: Place) -> None:
        penalty = _penalty(seen.penalty, place)
        if penalty == seen.penalty:
            return
        seen.penalty = penalty
        await queue_penalty(self._ami, self._interface, penalty, queue=queue)


async def leave_to_the_queues(ami: Ami, interfaces: Collection[str]) -> None:
    """Nobody is paused or away for us any more: for a house that runs without a desk from now on.

    Raises AmiError when Asterisk cannot be asked.
    """
    members = [one for queue in await queue_status(ami) for one in queue.members]
    for interface in interfaces:
        membership = Membership(ami, interface, interface, ())
        membership.look(members)
        await membership.release()


def _tame(place: Place) -> Place:
    return replace(place, reason=_NOT_IN_A_REASON.sub("_", place.reason)[:_LONGEST_REASON])


def _penalty(now: int, place: Place) -> int:
    own = now % AWAY
    return own + AWAY if place.away else own
