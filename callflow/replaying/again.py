"""A call of the past performed once more, by the flows of now, with what happened then.

What the caller, the agents and the back office did then answers the same question asked now. A
line that was not said then is taken to be said to its end. Where something is asked that nobody
was asked then, or in a way that the answer of then does not fit, the record no longer decides and
the replay stops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from callflow.acts.base import Act
from callflow.engine import Ended
from callflow.house import House
from callflow.replaying import windows
from callflow.replaying.alternatives import outcomes
from callflow.replaying.pool import Pool
from callflow.replaying.record import Item, Record, Spot
from callflow.replaying.running import ReplayRun, UndecidedError
from callflow.replaying.trace import Trace
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Line,
    Listen,
    Lookup,
    Promise,
    Queue,
    RecordCommand,
    Ring,
    Say,
    Ticket,
    Transfer,
    Wait,
)
from calls.actions import (
    Record as RecordAction,
)
from calls.call import EndReason
from calls.events import (
    AnsweredFact,
    CallEvent,
    EndedFact,
    Fact,
    Fault,
    Listening,
    Promised,
    Queued,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    Said,
    Saying,
    Stepped,
    TicketOpened,
)
from calls.outcomes import (
    Answered,
    Done,
    Failed,
    Got,
    HungUp,
    Outcome,
    QueueLeft,
    SaidEnd,
    Spoken,
    TransferLeft,
)

RING_SOUND_MS: Final = 1000
"""A call is answered when the sound of its last ring is over (docs/flow-format.md)."""

_LONGER_MS: Final = 1500
"""A wait in a queue counts as longer than the one of then beyond this."""

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")
_NEW: Final = "replay-1"
"""Id of what exists only in a replay."""

LineLength = Callable[[Line], int]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the record no longer decides."""

    run: ReplayRun
    action: Action | None
    """What is asked there; None when a condition is."""

    why: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A call as it would go now."""

    events: tuple[CallEvent, ...]
    stop: Stop | None
    """None when the record decided everything up to the end of the call."""

    ended: Ended | None


def replay(
    record: Record,
    house: House,
    variables: Mapping[str, Any],
    language: str,
    line_ms: LineLength,
) -> Replayed:
    """Play a record against a house; KeyError when it has no flow of that name.

    `variables` are the house's own, `language` the one a call begins in when the record says
    none, `line_ms` gives the length of a line that was not said then.
    """
    for item in record.items:
        item.used = False
    brought = {name: record.offered.get(name, "") for name in ("ani", "dnis", "caller_name")}
    run = ReplayRun(
        house,
        house.flows[record.flow],
        {**variables, **brought},
        record.language or language,
        record,
    )
    return _Again(record, house, run, frozenset(variables), line_ms).play()


class _Again:
    def __init__(
        self,
        record: Record,
        house: House,
        run: ReplayRun,
        own: frozenset[str],
        line_ms: LineLength,
    ) -> None:
        self._record = record
        self._house = house
        self._run = run
        self._own = own
        self._line_ms = line_ms
        self._pool = Pool(record.items)
        self._trace = Trace(record.events[0])
        self._after = ""
        self._agent_left = False

    def play(self) -> Replayed:
        action: Action | None = None
        try:
            at = self._run.begin()
            while True:
                self._note_steps()
                if isinstance(at, Ended):
                    self._end(at)
                    return Replayed(tuple(self._trace.events), None, at)
                action = at
                outcome = self._perform(action)
                action = None
                at = self._run.resume(outcome)
        except UndecidedError as error:
            self._note_steps()
            stop = Stop(self._run, action, str(error), self._trace.now_ms)
            return Replayed(tuple(self._trace.events), stop, None)

    def _note_steps(self) -> None:
        for entered in self._run.take_entered():
            self._note(Stepped(flow=entered.flow, step=entered.step, digest=entered.digest))

    def _note(self, fact: Fact) -> None:
        self._trace.note(fact)

    @property
    def _spot(self) -> Spot:
        return self._run.spot

    # --- the end -----------------------------------------------------------------------------

    def _end(self, ended: Ended) -> None:
        """What `conduct` and the channel record when the run is over."""
        trace, reason = self._trace, ended.reason
        if reason is EndReason.FAILED:
            if ended.problem:
                self._note(Fault(where="flow", problem=ended.problem))
            trace.stop_recording(reason.value)
        else:
            trace.hangs_up("agent" if self._agent_left else "us")
            if reason is EndReason.COMPLETED and trace.down_by == "agent":
                reason = EndReason.AGENT_HUNG_UP
        self._note(EndedFact(end_reason=reason.value, disposition=ended.disposition))

    # --- actions -----------------------------------------------------------------------------

    def _perform(self, action: Action) -> Outcome:
        outcome = self._answer(action)
        if isinstance(outcome, HungUp):
            self._trace.hangs_up(outcome.by)
        return outcome

    def _answer(self, action: Action) -> Outcome:
        match action:
            case Say(line=line):
                return self._say(line, whole=True)
            case Listen():
                return self._listen(action)
            case Ring():
                return self._ring(action)
            case Wait(ms=ms):
                return self._wait(ms)
            case RecordAction(command=command):
                return self._order(command)
            case Queue() | Transfer():
                return self._away(action)
            case Promise() | Ticket():
                return self._house_keeps(action)
            case _:
                return self._asked(action)

    def _mishap(self) -> Outcome | None:
        """What went wrong in this step then, or the branch that the agent took in it."""
        item = self._pool.mishap(self._spot)
        if item is None:
            return None
        self._trace.play(item)
        return item.outcome

    def _or_stop(self, action: Action, what: str) -> Outcome:
        outcome = self._mishap() or self._gone_on(action)
        if outcome is not None:
            return outcome
        if self._record.cut:
            raise UndecidedError("the record ends here: the call was cut off, or goes on")
        raise UndecidedError(what)

    def _gone_on(self, action: Action) -> Outcome | None:
        """The outcome that leads where the call went then, for what left no fact.

        A failure first: what succeeds leaves a fact.
        """
        run = self._run
        if not self._record.visited(self._spot, run.visits):
            return None
        went = self._record.next_step(self._spot, run.visits)
        found = [
            outcome
            for word, outcome in outcomes(action, run)
            if word != "hangup" and run.leads(outcome) == went
        ]
        failed = [outcome for outcome in found if isinstance(outcome, Failed)]
        certain = failed or (found if len(found) == 1 else [])
        return certain[0] if went is not None and certain else None

    def _ring(self, action: Ring) -> Outcome:
        trace = self._trace
        if trace.answered or self._record.performer == "agent":
            return Answered(rings=1, waited_ms=0)
        due_ms = (action.rings - 1) * action.cycle_ms + RING_SOUND_MS
        item = self._pool.other("ring", "", self._spot)
        if item is not None and isinstance(item.outcome, Answered):
            if item.outcome.rings == action.rings:
                trace.play(item)
                return item.outcome
        elif self._record.down_ms is not None and self._record.down_ms <= due_ms:
            mishap = self._mishap()
            trace.now_ms = max(trace.now_ms, self._record.down_ms)
            return mishap or HungUp(by="caller")
        elif item is None and self._record.cut:
            raise UndecidedError("the record ends while it rings")
        trace.now_ms = max(trace.now_ms, due_ms)
        self._note(AnsweredFact(rings=action.rings, waited_ms=trace.now_ms))
        return Answered(rings=action.rings, waited_ms=trace.now_ms)

    def _picked_up(self) -> None:
        """A line, a window and a queue answer a call that rings yet."""
        if self._trace.answered:
            return
        item = self._pool.other("ring", "", self._spot)
        if item is not None:
            self._trace.play(item)

    def _say(self, line: Line, *, whole: bool) -> Outcome:
        """Say a line; `whole` when no barge-in can cut it."""
        self._picked_up()
        self._agent_left, self._after = False, line.name
        item = self._pool.line(line.name, self._spot, self._run.step.lines)
        if item is not None and self._said_so(item, line):
            self._trace.play(item)
        else:
            self._say_anew(line, item, whole=whole)
        if item is None:
            return self._mishap() or Done()
        if isinstance(item.outcome, Spoken | HungUp):
            return item.outcome
        return Done() if item.outcome is None else item.outcome

    def _said_so(self, item: Item, line: Line) -> bool:
        """Whether the line was said then with the very words of now."""
        data = item.fact("said") or item.fact("saying")
        if data.get("line") != line.name or data.get("language") != line.language:
            return False
        said = str(data.get("text", ""))
        wording = self._house.lines[line.name].wordings[line.language]
        if said == line.text:
            return True
        if not (wording.names & self._own or self._run.unknown(wording.names)):
            return False
        pattern = ".*".join(map(re.escape, _VARIABLE.split(wording.text)))
        return re.fullmatch(pattern, said, re.DOTALL) is not None

    def _say_anew(self, line: Line, item: Item | None, *, whole: bool) -> None:
        """A line that was not said then, or with other words: its length is a guess."""
        ended, lasts_ms = SaidEnd.COMPLETED, self._line_ms(line)
        if item is not None and isinstance(item.outcome, Spoken):
            cut = item.outcome.ended in (SaidEnd.BARGE_IN, SaidEnd.KEY) and not whole
            ended = item.outcome.ended if cut or item.outcome.name != "ok" else ended
        if item is not None and isinstance(item.outcome, HungUp):
            ended = SaidEnd.HANGUP
        if item is not None and ended is not SaidEnd.COMPLETED:
            lasts_ms = min(lasts_ms, item.ended_ms - item.at("saying"))
        words = {"line": line.name, "text": line.text, "tags": line.tags}
        performer, start_ms = self._record.performer, self._trace.now_ms
        self._note(Saying(**words, language=line.language, performer=performer))  # type: ignore[arg-type]
        self._trace.now_ms += lasts_ms
        self._note(
            Said(
                line=line.name,
                text=line.text,
                tags=line.tags,
                language=line.language,
                performer=performer,
                start_ms=start_ms,
                end_ms=self._trace.now_ms,
                ended=ended.value,
            )
        )

    def _listen(self, listen: Listen) -> Outcome:
        self._picked_up()
        before = self._after
        if listen.prompt is not None:
            outcome = self._say(listen.prompt, whole=False)
            if outcome.name != "ok":
                return outcome
            before = listen.prompt.name
        fact = Listening(
            until=listen.until.value,
            window_ms=listen.window_ms,
            wanted=tuple(sorted(listen.wanted)),
        )
        item = self._pool.window(self._spot, before)
        if item is None or item.outcome is None:
            return self._mishap_or_open(listen, fact)
        fitted = windows.fit(item, listen, self._trace)
        if fitted is None:
            self._trace.play(item, {"listening": fact.data()})
            return item.outcome
        self._note(fact)
        if isinstance(fitted, windows.Unfit):
            raise UndecidedError(fitted.why)
        return windows.runs_out(fitted, self._trace)

    def _mishap_or_open(self, listen: Listen, fact: Listening) -> Outcome:
        outcome = self._mishap()
        if outcome is not None:
            return outcome
        self._note(fact)
        return self._or_stop(listen, "the caller was not listened to here then")

    def _wait(self, ms: int) -> Outcome:
        mishap = self._mishap()
        if mishap is not None:
            if isinstance(mishap, HungUp) and self._record.down_ms is not None:
                self._trace.now_ms = max(self._trace.now_ms, self._record.down_ms)
            return mishap
        self._trace.now_ms += ms
        return Done()

    def _order(self, command: RecordCommand) -> Outcome:
        item = self._pool.other("record", command.value, self._spot)
        if item is not None and item.outcome is not None:
            self._trace.play(item)
            return item.outcome
        mishap = self._mishap()
        if mishap is not None:
            return mishap
        match command:
            case RecordCommand.START:
                self._note(RecordingStarted(recording=_NEW, caller_file="", house_file=""))
            case RecordCommand.PAUSE:
                self._note(RecordingPaused(recording=_NEW))
            case RecordCommand.RESUME:
                self._note(RecordingResumed(recording=_NEW))
            case RecordCommand.STOP:
                self._trace.stop_recording("flow")
        return Done()

    def _away(self, action: Queue | Transfer) -> Outcome:
        """A queue or a transfer: only that of then can tell whether anybody answered."""
        self._picked_up()
        kind, name = (
            ("queue", action.name) if isinstance(action, Queue) else ("transfer", action.to)
        )
        item = self._pool.other(kind, name, self._spot)
        if item is None or item.outcome is None:
            mishap = self._mishap()
            if mishap is None and isinstance(action, Queue):
                self._note(Queued(queue=name))
            return mishap or self._or_stop(
                action, f"nobody knows who would have answered in {name}"
            )
        outcome = item.outcome
        if isinstance(outcome, QueueLeft | TransferLeft):
            wait_ms, waited_ms = action.most_wait_ms, outcome.waited_ms
            if outcome.name == "answered" and waited_ms > wait_ms + _LONGER_MS:
                raise UndecidedError(f"{name} was answered after {_s(waited_ms)}, later than now")
            longer = wait_ms > waited_ms + _LONGER_MS and waited_ms > _LONGER_MS
            if outcome.name == "no_answer" and longer:
                raise UndecidedError(
                    f"nobody answered in {_s(waited_ms)}, and the caller would now wait longer"
                )
        self._trace.play(item)
        self._agent_left = outcome.name == "answered" and isinstance(outcome, QueueLeft)
        return outcome

    def _house_keeps(self, action: Promise | Ticket) -> Outcome:
        """A promise or a ticket: the house can always give one."""
        kind = type(action).__name__.lower()
        item = self._pool.other(kind, "", self._spot)
        number = _NEW
        if item is not None and item.outcome is not None:
            if isinstance(item.outcome, Failed):
                self._trace.play(item)
                return item.outcome
            number = str(item.fact("ticket_opened").get("ticket", number))
        else:
            mishap = self._mishap()
            if mishap is not None:
                return mishap
        due = dict(item.events[-1].data) if item is not None and item.events else {"due_at": ""}
        if isinstance(action, Ticket):
            self._note(
                TicketOpened(
                    ticket=number,
                    ticket_class=action.ticket_class,
                    about=action.about,
                    due_at=str(due["due_at"]),
                )
            )
            return Got(name="ok", values={action.store: number} if action.store else {})
        self._note(
            Promised(
                promise=str(due.get("promise", number)),
                number=action.number,
                about=action.about,
                due_at=str(due["due_at"]),
            )
        )
        return Got(name="ok", values={})

    def _asked(self, action: Form | Lookup | Fetch | Do) -> Outcome:
        kind, subject = _subject(action)
        item = self._pool.other(kind, subject, self._spot)
        if item is None or item.outcome is None:
            return self._or_stop(action, f"the {kind} {subject} was not asked then")
        self._trace.play(item)
        outcome = item.outcome
        if (
            isinstance(outcome, Got)
            and not isinstance(action, Form)
            and outcome.name != "not_found"
        ):
            return replace(outcome, values=self._run.stand_in(action.store))
        return outcome


def _subject(action: Form | Lookup | Fetch | Do) -> tuple[str, str]:
    match action:
        case Form(name=name):
            return "form", name
        case Lookup(directory=name):
            return "lookup", name
        case Fetch(source=name):
            return "fetch", name
        case Do(plugin=name):
            return "do", name


def _s(ms: int) -> str:
    return f"{ms / 1000:g} s"


def act_of(stop: Stop) -> Act:
    """The act at which the record stops deciding."""
    return stop.run.act
