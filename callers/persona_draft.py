"""A caller in the making: what it does, and what surrounds it, outcome by outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from callers.agent_plan import At, CancelForm, Fill, Pick, Take
from callers.flowtests.cases import ANI
from callers.persona import (
    FAINT_DBOV,
    Answer,
    Background,
    BargeIn,
    HangUp,
    Leave,
    Moment,
    Noise,
    Point,
    Press,
    Silent,
    Speak,
)
from callers.queue_plan import QueuePlan
from callers.queue_supposed import turns_passed, waiting_plan
from callers.supposing import Value, suppose
from callflow.acts.talking import AskAct
from callflow.house import House
from callflow.proving.product import Leg
from calls.actions import (
    Do,
    Fetch,
    FieldType,
    Form,
    FormField,
    Listen,
    Lookup,
    Promise,
    Queue,
    Record,
    Ring,
    Say,
    Ticket,
    Transfer,
    Wait,
)
from calls.events import CallEvent
from calls.outcomes import (
    Branched,
    Failed,
    Got,
    Heard,
    HungUp,
    Keyed,
    QueueLeft,
    Sound,
    Spoken,
    TransferLeft,
)

VOICE: Final = "zh_m"
UTTERANCE: Final = "inquiry"
CUTS_IN: Final = "hurry"
USUAL_AFTER_MS: Final = 700
_NOISE_DBOV: Final = -22.0
_NOISE_OVER_MS: Final = 200
"""So long a noise outlives the window it ends; it is over when the next one opens."""

_ACTS: Final = {
    Queue: "queue", Transfer: "transfer", Record: "record", Lookup: "lookup",
    Promise: "promise", Ticket: "ticket",
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """What is known of the caller and the surroundings so far, after so many outcomes."""

    house: House
    digits: Mapping[str, Value]
    """Values that keyed variables must have."""

    by_agent: bool
    """Whether an agent performs the flow."""

    answers: list[Answer] = field(default_factory=list)
    noises: list[Background] = field(default_factory=list)
    barge_in: BargeIn | None = None
    hang_up: HangUp | None = None
    plans: list[QueuePlan] = field(default_factory=list)
    deeds: list[At] = field(default_factory=list)
    """What the agent does who performs the flow."""

    directories: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)
    replies: dict[str, Got | Failed] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    line: int = 0
    since_answer_ms: int = 0

    def leg(self, leg: Leg, rest: Sequence[Leg]) -> None:
        """One outcome of the path; `rest` are those after it."""
        edge, pace = leg
        events, length_ms = edge.way.events(pace)
        step, outcome = edge.position.step, edge.way.outcome
        if isinstance(outcome, Branched):
            self.deeds.append(At(step=step, deed=Take(branch=outcome.name)))
            return
        if isinstance(edge.action, Form) and isinstance(outcome, Got):
            self._form(edge.action, step, outcome.name, (leg, *rest))
            return
        self._goes_down_otherwise(edge.way.outcome)
        self.line += sum(event.kind == "saying" for event in events)
        match edge.action:
            case Ring():
                if isinstance(edge.way.outcome, HungUp):
                    self.hang_up = HangUp(point=Point.RING, after_ms=min(length_ms, 600))
            case Say(line=line):
                self._say(line.name, edge.way.outcome, length_ms, begun=bool(self._said(events)))
            case Listen():
                self._listen(leg, events)
            case Queue() | Transfer():
                self._wait_for_agent(leg, events)
            case _:
                self._silently(leg, length_ms)
        self.since_answer_ms += length_ms

    def _form(self, form: Form, step: str, result: str, legs: Sequence[Leg]) -> None:
        """An agent's form, filled in so that what was taken for granted later comes true."""
        if result != "ok":
            self.deeds.append(At(step=step, deed=CancelForm()))
            return
        names = {each.name for each in form.fields}
        wanted: dict[tuple[str, bool], None] = {}
        for number, (edge, _) in enumerate(legs):
            if number and isinstance(edge.action, Form) and edge.action.name == form.name:
                break
            asked = ((one, so) for one, so in edge.assumed if one.names <= names)
            wanted.update({(one.text, so): None for one, so in asked})
        values = {each.name: _anything(each) for each in form.fields}
        values |= suppose(wanted) or {}
        self.deeds.append(At(step=step, deed=Fill(values=values)))

    @staticmethod
    def _said(events: Sequence[CallEvent]) -> list[CallEvent]:
        return [event for event in events if event.kind == "saying"]

    def _goes_down_otherwise(self, outcome: object) -> None:
        if isinstance(outcome, HungUp) and outcome.by == "network":
            self.notes.append("the network loses the call, which a caller's hang-up only resembles")

    def _say(self, line: str, outcome: object, length_ms: int, *, begun: bool) -> None:
        if isinstance(outcome, HungUp):
            # Hung up before a word of it was said: at once, as far as a caller can be so quick.
            count = self.line if begun else self.line + 1
            self.hang_up = HangUp(point=Point.LINE, count=count, after_ms=length_ms)
        elif isinstance(outcome, Spoken) and not begun:
            self.fails.add(line)
            self.notes.append(
                f"the line {line} has no sound: a fault of ours, only in virtual time"
            )

    def _listen(self, leg: Leg, events: Sequence[CallEvent]) -> None:
        edge, pace = leg
        way = edge.way
        if isinstance(way.outcome, Failed):
            self.notes.append("the ears fail: a fault of ours, which no caller can bring about")
            return
        opened_ms = next((one.offset_ms for one in events if one.kind == "listening"), None)
        length_ms = way.events(pace)[1]
        if opened_ms is None:
            self.hang_up = HangUp(point=Point.LINE, count=self.line, after_ms=length_ms)
        elif way.cut:
            self._cut(leg, events)
        else:
            self.answers.append(self._answer(leg, length_ms - opened_ms))

    def _cut(self, leg: Leg, events: Sequence[CallEvent]) -> None:
        way = leg[0].way
        if self.barge_in is not None:
            self.notes.append("the caller cuts in twice, which a persona does only once")
        ends = next(event for event in events if event.kind == "said")
        after_ms = max(int(ends.data["end_ms"]) - int(ends.data["start_ms"]) - 200, 0)
        if way.cut == "key":
            keys = way.outcome.digits if isinstance(way.outcome, Keyed) else "1"
            self.barge_in = BargeIn(after_ms=after_ms + 200, keys=str(keys), line=self.line)
        else:
            self.barge_in = BargeIn(after_ms=after_ms, utterance=CUTS_IN, line=self.line)

    def _answer(self, leg: Leg, length_ms: int) -> Answer:
        """What the caller does in this turn, so that the window ends as it did."""
        edge, _ = leg
        listen, outcome = edge.action, edge.way.outcome
        assert isinstance(listen, Listen)  # noqa: S101 - only windows have turns
        after_ms = min(USUAL_AFTER_MS, listen.window_ms // 2)
        match outcome:
            case HungUp():
                return Leave(after_ms=min(length_ms, listen.window_ms - 1))
            case Keyed(digits=digits):
                keys = self._keys(leg, str(digits))
                if self.by_agent:
                    self.deeds.append(At(step=edge.position.step, deed=Pick(keys=keys)))
                    return Silent()
                return Press(keys=keys, after_ms=after_ms)
            case Heard(what=Sound.SPEECH):
                return Speak(utterance=UTTERANCE, after_ms=after_ms)
            case Heard(what=Sound.FAINT):
                return Speak(utterance=UTTERANCE, after_ms=after_ms, level_dbov=FAINT_DBOV)
            case Heard(what=Sound.NOISE):
                self._noise(listen)
            case Heard(what=Sound.SILENCE) if length_ms > listen.window_ms:
                self._late_silence()
        return Silent()

    def _late_silence(self) -> None:
        note = "sounds that are no words put off the end of a window, which no persona makes"
        if note not in self.notes:
            self.notes.append(note)

    def _keys(self, leg: Leg, digits: str) -> str:
        """The digits of the proof stand for any; those that make its conditions true are keyed."""
        position = leg[0].position
        flow = self.house.flows[position.flow]
        act = flow.steps[flow.index[position.step]].act
        name = act.store if isinstance(act, AskAct) else "digits"
        wanted = self.digits.get(name)
        if isinstance(act, AskAct) and digits.isdigit():
            keys = str(wanted) if wanted is not None else digits
            return keys + act.terminator if len(keys) < act.most else keys
        return digits

    def _noise(self, listen: Listen) -> None:
        turn = len(self.answers) + 1
        heard_ms = (
            listen.window_ms if listen.until.value == "clear" else min(3000, listen.window_ms)
        )
        self.noises.append(
            Background(
                noise=Noise.STREET,
                level_dbov=_NOISE_DBOV,
                begin=Moment(turn=turn, after_ms=0),
                end=Moment(turn=turn, after_ms=heard_ms + _NOISE_OVER_MS),
            )
        )

    def _wait_for_agent(self, leg: Leg, events: Sequence[CallEvent]) -> None:
        edge, pace = leg
        outcome, length_ms = edge.way.outcome, edge.way.events(pace)[1]
        answered = any(event.data.get("result") == "answered" for event in events)
        if isinstance(outcome, QueueLeft | TransferLeft) and outcome.name in ("failed", "busy"):
            self.plans.append(QueuePlan(refused=outcome.name))
        elif isinstance(outcome, Failed):
            self._fault(edge.action)
        else:
            self.plans.append(waiting_plan(edge.action, events, answered=answered))
            self.answers += [Silent() for _ in range(turns_passed(edge.action, events))]
        if isinstance(outcome, QueueLeft) and outcome.key:
            self.answers.append(Press(keys=outcome.key, after_ms=USUAL_AFTER_MS))
        if isinstance(outcome, HungUp):
            plan = self.plans[-1]
            talk_ms = plan.answers_after_ms + plan.talks_ms // 2
            self.hang_up = HangUp(
                point=Point.QUEUED, after_ms=talk_ms if answered else min(length_ms, 2000)
            )

    def _silently(self, leg: Leg, length_ms: int) -> None:
        edge, _ = leg
        action, outcome = edge.action, edge.way.outcome
        if isinstance(outcome, HungUp):
            after_ms = self.since_answer_ms + length_ms
            self.hang_up = HangUp(point=Point.ANSWERED, after_ms=after_ms)
            return
        match action:
            case Wait() | Form():
                return
            case Lookup(directory=name, store=store):
                if outcome.name == "found":
                    row = {key: self.digits.get(key, "") for key in store}
                    self.directories.setdefault(name, {})[ANI] = row
                    self.notes.append(f"the file {name} must have a row for the caller: {row}")
            case Fetch(source=name) | Do(plugin=name):
                self._replies(name, action, outcome)
            case _ if isinstance(outcome, Failed):
                self._fault(action)

    def _replies(self, name: str, action: Fetch | Do, outcome: object) -> None:
        if isinstance(outcome, Got):
            row = {key: self.digits.get(key, "") for key in action.store}
            self.replies[name] = Got(name=outcome.name, values=row if outcome.name == "ok" else {})
            self.notes.append(f"{name} must answer {outcome.name}: {row}")
        else:
            self.notes.append(f"{name} must fail")

    def _fault(self, action: object) -> None:
        word = _ACTS.get(type(action), "")
        if word:
            self.fails.add(word)
        what = word or type(action).__name__.lower()
        self.notes.append(f"{what} fails: a fault of ours, only in virtual time")


def _anything(field: FormField) -> Value:
    """A value that the field takes."""
    match field.type:
        case FieldType.NUMBER:
            return 1
        case FieldType.FLAG:
            return True
        case FieldType.CHOICE:
            return next(iter(field.choices), "")
        case FieldType.PHONE:
            return ANI
        case FieldType.DATE:
            return "2026-01-06"
        case _:
            return "王"
