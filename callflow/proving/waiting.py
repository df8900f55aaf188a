"""Every way a queue can end: an agent takes the caller, nobody does, or the caller leaves.

What the caller is told meanwhile is told not at all, up to any of its lines, or whole: once to four
times, and as often as fits (up to twelve times); the last line may be cut by what ends the wait. No
rule but one that counts can tell a fifth time from a fourth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from callflow.proving.agents import LONGEST_TALK_MS
from callflow.proving.hearing import Speaking, said, saying
from callflow.proving.lengths import Length, exactly, up_to
from callflow.proving.ways import CUT, FAULT, LEAVES, Tell, Telling, Way
from calls.actions import FIRST_TOLD_MS, Line, Queue
from calls.events import AgentAnswered, AgentOffered, Fact, Fault, KeyFact, LeftQueue, Queued
from calls.outcomes import QueueLeft, SaidEnd

AGENT: Final = "agent1"
_ROUNDS: Final = 4
_MOST_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class _Wait:
    """A caller who waits, up to the moment that ends it."""

    telling: Telling
    began: int
    """The moment at which the wait began."""

    rest: Length
    """What is left of it, when nothing cuts the last line."""

    line: Line | None = None
    """The line that is being said."""

    odd: int = 0

    def ends(self, by: SaidEnd, speaking: Speaking, lasts: Length | None = None) -> Telling:
        """The wait is over; a line that is being said is cut so."""
        telling = self.telling.fork()
        if self.line is None:
            return telling.passes(self.rest if lasts is None else lasts)
        length = speaking.length(self.line)
        begun = telling.now
        telling.passes(up_to(length.most_ms, min(900, length.usual_ms)))
        return telling.tells(said(self.line, speaking.performer, begun, begun + 1, by))


def queue_ways(queue: Queue, telling: Telling, speaking: Speaking) -> Iterator[Way]:
    """The ways of a queue; what `telling` holds comes before."""
    telling.note(Queued(queue=queue.name))
    offered = telling.fork().note(AgentOffered(agent=AGENT))
    for wait in _waits(queue, offered, speaking):
        yield from _answered(queue, wait, speaking)
    for told in (telling, offered):
        for wait in _waits(queue, told, speaking):
            yield from _unanswered(queue, wait, speaking)
    failed = telling.fork().passes(up_to(queue.most_wait_ms, 4000))
    _left(failed, queue.name, "failed", telling.now)
    yield failed.ends(QueueLeft(name="failed", waited_ms=0, talked_ms=0, agent=""), odd=CUT)


def _waits(queue: Queue, telling: Telling, speaking: Speaking) -> Iterator[_Wait]:
    began, most_ms = telling.now, queue.most_wait_ms
    yield _Wait(telling, began, up_to(most_ms, 4000))
    if queue.tell is None or speaking.performer == "agent" or most_ms <= FIRST_TOLD_MS:
        return
    lines, left_ms = queue.tell.at(1), most_ms - FIRST_TOLD_MS
    music = _Wait(telling.fork().passes(exactly(FIRST_TOLD_MS)), began, up_to(left_ms, 4000))
    yield from _told(lines, queue.tell.every_ms, music, speaking)
    yield _unsaid(lines, music, speaking)
    mute = music.telling.fork().note(Fault(where="asterisk", problem="words in a queue"))
    yield _Wait(mute, began, music.rest, odd=FAULT)


def _told(
    lines: Sequence[Line], every_ms: int, music: _Wait, speaking: Speaking
) -> Iterator[_Wait]:
    """The lines are said over the music, again and again."""
    now, began, left_ms = music.telling, music.began, music.rest.most_ms
    round_ms = every_ms + sum(speaking.length(line).least_ms for line in lines)
    rounds = min(_MOST_ROUNDS, -(-left_ms // round_ms))
    for number in range(rounds):
        may_end = number < _ROUNDS or number == rounds - 1
        for line in lines:
            begun = now.fork().note(saying(line, speaking.performer)).now_is(agent_left=False)
            if may_end:
                yield _Wait(begun, began, exactly(0), line)
            length, first = speaking.length(line), begun.now
            now = begun.fork().passes(length)
            now.tells(said(line, speaking.performer, first, first + 1, SaidEnd.COMPLETED))
        left_ms = max(0, left_ms - round_ms + every_ms)
        if may_end:
            yield _Wait(now, began, up_to(left_ms, 4000))
        now = now.fork().passes(exactly(every_ms))
        left_ms = max(0, left_ms - every_ms)


def _unsaid(lines: Sequence[Line], music: _Wait, speaking: Speaking) -> _Wait:
    """None of the lines has a sound: the caller hears music."""
    telling = music.telling.fork()
    for line in lines:
        telling.note(Fault(where=f"prompt {line.name}", problem="no sound"))
        now = telling.now
        telling.tells(said(line, speaking.performer, now, now, SaidEnd.FAILED))
    return _Wait(telling, music.began, music.rest, odd=FAULT)


def _answered(queue: Queue, wait: _Wait, speaking: Speaking) -> Iterator[Way]:
    talked = wait.ends(SaidEnd.WAIT_OVER, speaking)
    began, answered = wait.began, talked.now
    talked.tells(lambda at: AgentAnswered(agent=AGENT, waited_ms=at[answered] - at[began]))
    talked.passes(up_to(LONGEST_TALK_MS, 6000))
    _left(talked, queue.name, "answered", began, answered)
    left = talked.fork().now_is(agent_left=True)
    outcome = QueueLeft(name="answered", waited_ms=0, talked_ms=1, agent=AGENT)
    yield left.ends(outcome, odd=wait.odd)
    for by in LEAVES:
        yield talked.fork().hangs_up(by, talked_ms=1, odd=wait.odd)


def _unanswered(queue: Queue, wait: _Wait, speaking: Speaking) -> Iterator[Way]:
    began, name = wait.began, queue.name
    untold = wait.telling.now == began
    # Where nobody has a phone there, or the time is up: at once, or when the whole wait is over.
    whole = Length(0, queue.most_wait_ms, queue.most_wait_ms) if untold else None
    vain = _left(wait.ends(SaidEnd.WAIT_OVER, speaking, whole), name, "no_answer", began)
    vainly = QueueLeft(name="no_answer", waited_ms=0, talked_ms=0, agent="")
    yield vain.ends(vainly, odd=wait.odd)
    soon = up_to(wait.rest.most_ms, 2000)
    for key in queue.keys if speaking.performer == "ivr" else ():
        pressed = wait.ends(SaidEnd.KEY, speaking, soon)
        now = pressed.now
        pressed.tells(_key(key, now))
        _left(pressed, name, "key", began)
        outcome = QueueLeft(name="key", waited_ms=0, talked_ms=0, agent="", key=key)
        yield pressed.ends(outcome, odd=wait.odd)
    for by in LEAVES:
        gone = _left(wait.ends(SaidEnd.HANGUP, speaking, soon), name, "abandoned", began)
        yield gone.hangs_up(by, odd=wait.odd)


def _key(digits: str, now: int) -> Tell:
    return lambda at: KeyFact(digits=digits, at_ms=at[now])


def _left(
    telling: Telling, queue: str, result: str, began: int, answered: int | None = None
) -> Telling:
    """The stay that began at moment `began` is over."""
    now = telling.now
    waited = now if answered is None else answered
    agent = "" if answered is None else AGENT

    def fact(at: Sequence[int]) -> Fact:
        return LeftQueue(
            queue=queue,
            result=result,
            waited_ms=at[waited] - at[began],
            talked_ms=at[now] - at[waited],
            agent=agent,
        )

    return telling.tells(fact)
