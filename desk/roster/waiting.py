"""Callers who wait in the queues, as Asterisk tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from calls.clock import Clock
from desk.ami.channels import caller_of, known
from desk.ami.message import Message
from desk.roster.lines import call_in

EVENTS: Final = ("QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One caller in a queue. Number and name are the caller's own: neither masked nor tame."""

    call_id: str
    queue: str
    position: int
    """From 1."""

    channel: str
    unique_id: str
    number: str
    name: str
    since_ms: int
    """Monotonic."""


class WaitingRoom:
    """All queues' callers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, Waiting] = {}

    def all(self) -> list[Waiting]:
        """By queue, in the order in which they are served."""
        return sorted(self._waiting.values(), key=lambda one: (one.queue, one.position))

    def waited_ms(self, waiting: Waiting) -> int:
        """How long a caller has waited until now."""
        return max(0, self._clock.monotonic_ms() - waiting.since_ms)

    def of(self, channel: str) -> Waiting | None:
        """The caller on this channel."""
        return next((one for one in self._waiting.values() if one.channel == channel), None)

    def take(self, event: Message) -> None:
        """One of `EVENTS`. A caller who abandons also leaves: the second of the two is nothing."""
        if event.event == "QueueCallerJoin":
            self._join(event)
        elif (gone := self._waiting.pop(event.get("Uniqueid"), None)) is not None:
            self._move(gone.queue, gone.position, -1)

    def named(self, channel: str, call_id: str) -> None:
        """The channel's call by name, as its own process tells it."""
        found = self.of(channel)
        if found is not None and not found.call_id:
            self._waiting[found.unique_id] = replace(found, call_id=call_id)

    def replace(self, entries: Iterable[Message], calls: dict[str, str]) -> None:
        """All who wait, from the `QueueEntry` rows of a `QueueStatus`; call ids by channel."""
        before, self._waiting = self._waiting, {}
        now_ms = self._clock.monotonic_ms()
        for row in entries:
            caller = caller_of(row)
            old = before.get(caller.unique_id)
            self._waiting[caller.unique_id] = Waiting(
                call_id=calls.get(caller.channel) or (old.call_id if old else ""),
                queue=caller.queue,
                position=caller.position,
                channel=caller.channel,
                unique_id=caller.unique_id,
                number=caller.caller_number,
                name=caller.caller_name,
                # Asterisk tells whole seconds; what we heard ourselves is finer.
                since_ms=old.since_ms if old else now_ms - caller.waited_s * 1000,
            )

    def _join(self, event: Message) -> None:
        unique_id, queue = event.get("Uniqueid"), event.get("Queue")
        if unique_id in self._waiting:
            return
        position = max(1, event.number("Position", 1))
        self._move(queue, position - 1, 1)
        self._waiting[unique_id] = Waiting(
            call_id=call_in(event.all("ChanVariable")),
            queue=queue,
            position=position,
            channel=event.get("Channel"),
            unique_id=unique_id,
            number=known(event.get("CallerIDNum")),
            name=known(event.get("CallerIDName")),
            since_ms=self._clock.monotonic_ms(),
        )

    def _move(self, queue: str, behind: int, by: int) -> None:
        """Everybody behind a place moves up or down by one."""
        for key, one in self._waiting.items():
            if one.queue == queue and one.position > behind:
                self._waiting[key] = replace(one, position=one.position + by)
