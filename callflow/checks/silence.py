"""How long a caller may hear nothing: waits, look-ups and windows between one line and the next.

The window after a question is the caller's turn, however long; but what follows it without a word
counts from the moment it opened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from callflow.acts.doing import (
    DoAct,
    FetchAct,
    FormAct,
    LookupAct,
    PromiseAct,
    TicketAct,
    TransferAct,
)
from callflow.acts.queueing import QueueAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct, RingAct, WaitAct
from callflow.checks.moods import Following
from callflow.checks.notes import Notes, place_of
from callflow.checks.ways import Arrow, FlowGraph
from callflow.steps import Step
from callflow.targets import Return

OFFICE_MS: Final = 1000
"""What a look-up, a promise or a ticket may take at most: files of this machine."""


class Quiet(NamedTuple):
    """A stretch in which the caller hears nothing."""

    ms: int = 0
    turn: bool = True
    """Whether it is nothing but the caller's own turn after a question."""

    steps: tuple[str, ...] = ()

    def then(self, other: Quiet) -> Quiet:
        """The two, one after the other."""
        if not self.ms or not other.ms:
            longer = self if self.ms else other
            return Quiet(longer.ms, longer.turn, (*self.steps, *other.steps))
        return Quiet(self.ms + other.ms, False, (*self.steps, *other.steps))


NOTHING: Final = Quiet()


@dataclass(slots=True)
class _Summary:
    """What a flow does to a silence that it is entered with."""

    lead: Quiet = NOTHING
    """The longest silence from its beginning."""

    through: dict[str, Quiet] = field(default_factory=dict)
    """The longest way to each outcome on which the caller hears nothing at all."""

    tail: dict[str, Quiet] = field(default_factory=dict)
    """The longest silence after the last line on a way to each outcome."""


def check_silence(
    graphs: Mapping[str, FlowGraph], following: Following, sound: frozenset[str], notes: Notes
) -> None:
    """Note every way on which the caller may hear nothing for longer than the limit."""
    summaries: dict[str, _Summary] = {}
    for name, graph in graphs.items():
        by_ivr = following.of[name].by("ivr")
        if name in sound and 0 in by_ivr:  # an agent leaves nobody in silence
            summaries[name] = _Listening(graph, by_ivr, summaries, notes).summary()


class _Listening:
    """One flow, entered with no silence behind."""

    def __init__(
        self,
        graph: FlowGraph,
        by_ivr: frozenset[int],
        summaries: Mapping[str, _Summary],
        notes: Notes,
    ) -> None:
        self._graph = graph
        self._by_ivr = by_ivr
        self._summaries = summaries
        self._notes = notes
        self._most = notes.outside.most_silence_ms
        self._own = _Summary()
        self._known: dict[tuple[int, bool], Quiet] = {}
        """The longest silence on coming to a step, by whether a line has been heard in the flow."""

        self._waiting: deque[tuple[int, bool]] = deque()

    def summary(self) -> _Summary:
        self._arrive(0, False, Quiet())
        for arrow in self._graph.branches:
            if arrow.end is not None:
                self._arrive(arrow.end, True, Quiet())
        while self._waiting:
            at, heard = self._waiting.popleft()
            before = self._known[at, heard]
            step = self._graph.flow.steps[at]
            for arrow in self._graph.arrows[at]:
                if arrow.way.path != "on.hangup" and not arrow.bounded:
                    self._take(step, arrow, heard, before)
        return self._own

    def _arrive(self, at: int, heard: bool, quiet: Quiet) -> None:
        there = self._known.get((at, heard))
        if there is None or (quiet.ms, not quiet.turn) > (there.ms, not there.turn):
            self._known[at, heard] = quiet
            self._waiting.append((at, heard))

    def _take(self, step: Step, arrow: Arrow, heard: bool, before: Quiet) -> None:
        """Follow one arrow, with all silences that its sub-flows may end with."""
        if step.says:
            heard, before = True, Quiet()
        fresh, quiet = _quiet_of(step, arrow)
        now = quiet if fresh else before.then(quiet)
        states = [self._bounded(step, arrow, heard or fresh, now)]
        for flow, outcome in arrow.through:
            states = list(self._through(step, arrow, flow, outcome, states))
        for heard_now, after in states:
            self._go(arrow, heard_now, after)

    def _through(
        self,
        step: Step,
        arrow: Arrow,
        flow: str,
        outcome: str,
        states: list[tuple[bool, Quiet]],
    ) -> Iterator[tuple[bool, Quiet]]:
        done = self._summaries.get(flow)
        if done is None:
            yield True, Quiet()
            return
        for heard, quiet in states:
            entered = quiet.then(done.lead)
            self._bounded(step, arrow, heard, entered)
            if not heard and entered.ms > self._own.lead.ms:
                self._own.lead = entered
            if outcome in done.through:
                yield self._bounded(step, arrow, heard, quiet.then(done.through[outcome]))
        if outcome in done.tail:
            yield True, done.tail[outcome]

    def _go(self, arrow: Arrow, heard: bool, quiet: Quiet) -> None:
        if not heard and quiet.ms > self._own.lead.ms:
            self._own.lead = quiet
        if arrow.end is not None:
            if arrow.end in self._by_ivr:
                self._arrive(arrow.end, heard, quiet)
        elif isinstance(arrow.leaves, Return):
            ends = self._own.tail if heard else self._own.through
            outcome = arrow.leaves.outcome
            if outcome not in ends or quiet.ms > ends[outcome].ms:
                ends[outcome] = quiet

    def _bounded(self, step: Step, arrow: Arrow, heard: bool, quiet: Quiet) -> tuple[bool, Quiet]:
        """The state as it is; over the limit it is told, and forgotten."""
        if quiet.ms <= self._most or quiet.turn:
            return heard, quiet
        flow = self._graph.flow
        if self._notes.first("silence", flow.name, step.name):
            way = " > ".join(dict.fromkeys(quiet.steps))
            self._notes.note(
                "long-silence",
                place_of(flow, step, step.act.word, f"{arrow.way.path}="),
                f"the caller may hear nothing for {quiet.ms / 1000:g} s: {way}",
                f"say something on the way, or shorten it to {self._most / 1000:g} s",
                word=step.act.word,
                trail=quiet.steps,
            )
        return heard, Quiet()


def _quiet_of(step: Step, arrow: Arrow) -> tuple[bool, Quiet]:
    """The silence of a step's act on one way out of it, and whether something was heard before,
    of the house or the caller."""
    act, word = step.act, arrow.way.word
    name, again = (f"{step.name} ({word})",), step.repeat
    match act:
        case RingAct() | QueueAct() | TransferAct() | FormAct():
            return True, Quiet()
        case ListenAct(window_ms=window):
            if word == "silence":
                return False, Quiet(window * again, again == 1 or bool(step.says), name)
            return word != "error", Quiet(act.end_pause_ms if word == "speech" else 0, True, name)
        case MenuAct(window_ms=window, attempts=tries) | AskAct(window_ms=window, attempts=tries):
            if word != "exhausted":
                return word != "error", Quiet()
            asked = bool(act.reprompt) or tries == 1
            return asked and tries > 1, Quiet(window if asked else window * tries, asked, name)
        case WaitAct(ms=ms) | FetchAct(most_ms=ms) | DoAct(most_ms=ms):
            return False, Quiet(ms * again, False, name)
        case LookupAct() | PromiseAct() | TicketAct():
            return False, Quiet(OFFICE_MS, False, name)
        case _:
            return False, Quiet()
