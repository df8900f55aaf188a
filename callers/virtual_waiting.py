"""A caller in a queue, in virtual time: music, words from time to time, a key, an agent or none."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from callers.virtual_facts import Sound
from callers.virtual_line import VirtualLine
from calls.actions import FIRST_TOLD_MS, Line, Queue
from calls.events import AgentAnswered, AgentOffered, KeyFact, LeftQueue, Queued
from calls.outcomes import Outcome, QueueLeft, SaidEnd

_LEAVES = "leaves"
"""Stands among the keys for a caller who hangs up."""


@dataclass(slots=True)
class _Stay:
    """One stay in a queue."""

    queue: Queue
    began_ms: int
    answered_ms: int | None = None
    key: str = ""


class VirtualWaiting(VirtualLine):
    """A line that can wait in a queue."""

    @abstractmethod
    def _begin_line(self, line: Line) -> Sound:
        """A line begins now."""

    @abstractmethod
    def _end_line(self, sound: Sound, start_ms: int, ended: str) -> None:
        """The line is over now."""

    @abstractmethod
    def _has_sound(self, line: Line) -> bool:
        """Whether the line can be said."""

    def _queue(self, queue: Queue) -> Outcome:
        self._answer()
        plan, stay = self._queue_plan, _Stay(queue, self._time.now_ms)
        self.call.record(Queued(queue=queue.name))
        self._acting.queued(stay.began_ms)
        if plan.refused:
            return self._left(stay, "failed")
        if plan.off_duty:
            return self._left(stay, "no_answer")
        answers = bool(plan.agent) and plan.answers_after_ms <= queue.most_wait_ms
        if answers:
            self.call.record(AgentOffered(agent=plan.agent))
        wait_ms = plan.answers_after_ms if answers else queue.most_wait_ms
        ended = self._waits(queue, stay.began_ms + wait_ms)
        if ended == _LEAVES:
            return self._left(stay, "abandoned", leaves=True)
        if ended:
            stay.key = ended
            self.call.record(KeyFact(digits=ended, at_ms=self._time.now_ms))
            return self._left(stay, "key")
        return self._talks(stay) if answers else self._left(stay, "no_answer")

    def _waits(self, queue: Queue, until_ms: int) -> str:
        """Wait up to `until_ms`; what ended it before: a key, or the caller who leaves."""
        tell, time = queue.tell, self._time
        if tell is None or self.call.performer == "agent":
            return self._stays(queue, until_ms)
        lines = tell.at(self._queue_plan.place)
        ended = self._stays(queue, min(until_ms, time.now_ms + FIRST_TOLD_MS))
        while not ended and time.now_ms < until_ms:
            ended = self._told(queue, lines, until_ms)
            if not ended:
                ended = self._stays(queue, min(until_ms, time.now_ms + tell.every_ms))
        return ended

    def _told(self, queue: Queue, lines: tuple[Line, ...], until_ms: int) -> str:
        for line in lines:
            sound, start_ms = self._begin_line(line), self._time.now_ms
            end_ms = start_ms + sound.takes_ms
            if not self._has_sound(line):
                self._end_line(sound, start_ms, SaidEnd.FAILED.value)
                continue
            ended = self._stays(queue, min(end_ms, until_ms))
            self._end_line(sound, start_ms, self._how(ended, end_ms).value)
            if ended or self._time.now_ms >= until_ms:
                return ended
        if queue.keys:
            self._acting.house_listens(self._time.now_ms)
        return ""

    def _how(self, ended: str, end_ms: int) -> SaidEnd:
        if ended:
            return SaidEnd.HANGUP if ended == _LEAVES else SaidEnd.KEY
        return SaidEnd.COMPLETED if self._time.now_ms >= end_ms else SaidEnd.WAIT_OVER

    def _stays(self, queue: Queue, to_ms: int) -> str:
        """Let time pass up to `to_ms`; a key of the queue, or the caller's leaving, ends it."""
        now_ms, leave_ms = self._time.now_ms, self._acting.leave_ms
        leaves = leave_ms is not None and leave_ms <= to_ms
        gone_ms = max(now_ms, leave_ms or 0) if leaves else to_ms
        for pressed in self._acting.keys(max(now_ms, self._keys_from_ms), gone_ms):
            if pressed.key in queue.keys:
                self._time.now_ms = pressed.at_ms
                self._keys_from_ms = pressed.at_ms + 1
                return pressed.key
        self._time.now_ms = max(now_ms, gone_ms)
        return _LEAVES if leaves else ""

    def _talks(self, stay: _Stay) -> Outcome:
        plan, time = self._queue_plan, self._time
        stay.answered_ms = time.now_ms
        waited_ms = time.now_ms - stay.began_ms
        self.call.record(AgentAnswered(agent=plan.agent, waited_ms=waited_ms))
        over_ms, leave_ms = time.now_ms + plan.talks_ms, self._acting.leave_ms
        leaves = leave_ms is not None and leave_ms <= over_ms
        time.now_ms = max(time.now_ms, leave_ms or 0) if leaves else over_ms
        return self._left(stay, "answered", leaves=leaves)

    def _left(self, stay: _Stay, result: str, *, leaves: bool = False) -> Outcome:
        """The stay is over now; the caller `leaves` the line, too."""
        now_ms = self._time.now_ms
        talked_ms = 0 if stay.answered_ms is None else now_ms - stay.answered_ms
        waited_ms = now_ms - stay.began_ms - talked_ms
        agent = "" if stay.answered_ms is None else self._queue_plan.agent
        self.call.record(
            LeftQueue(
                queue=stay.queue.name,
                result=result,
                waited_ms=waited_ms,
                talked_ms=talked_ms,
                agent=agent,
            )
        )
        if leaves:
            self._go_down("caller")
            return self._gone(talked_ms)
        self._agent_left = result == "answered"
        return QueueLeft(
            name=result, waited_ms=waited_ms, talked_ms=talked_ms, agent=agent, key=stay.key
        )
